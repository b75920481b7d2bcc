"""Profiles as JSON: the round trip, the description's configurations, what is reported, presets, the bench commands."""

import json
from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from erpnext_mcp.masks import FULL, HASH, STYLES
from erpnext_mcp.policy.interchange import presets, save
from erpnext_mcp.policy.interchange.config import read_config
from erpnext_mcp.policy.interchange.notes import CHANGED, CHECK, IGNORED, UNRESOLVED
from erpnext_mcp.policy.interchange.profile_file import FORMAT, dump, from_data, to_data
from erpnext_mcp.policy.interchange.reader import parse_json
from erpnext_mcp.policy.interchange.rows import value_text
from erpnext_mcp.policy.operations import OPERATIONS
from erpnext_mcp.policy.profile import (
	ALL_FIELDS,
	FIELD_RULES,
	LIMITS,
	MASKED,
	ONLY_ALLOWED,
	Condition,
	FieldRule,
)

PROFILE = "MCP Permission Profile"
NAME = "MCP Test Import"

WHOLE_CONFIG = {
	"permissions": {
		"doctypes": {
			"Customer": {
				"read": True,
				"create": True,
				"update": True,
				"delete": False,
				"allowed_fields": ["customer_name", "customer_group", "territory"],
				"restricted_fields": ["tax_id"],
				"conditions": {
					"create": {"customer_group": ["Individual", "Commercial"]},
					"update": {"status": {"in": ["Active"]}, "credit_limit": {"min": 0, "max": 50000}},
				},
			},
			"Item": {"read": True, "allowed_fields": []},
		}
	},
	"rate_limiting": {"enabled": True, "requests_per_minute": 60},
	"cache": {"enabled": True, "ttl": 300},
	"audit": {"enabled": True, "log_level": "INFO"},
}


def notes(found, kind: str) -> list[str]:
	return [note.path for note in found.of(kind)]


# The description's configuration, pure


def rule_of(**rule):
	return read_config({"permissions": {"doctypes": {"X": rule}}})


def test_the_description_s_example():
	config = read_config(WHOLE_CONFIG)
	customer, item = config.rules["Customer"], config.rules["Item"]
	assert customer.operations == {"read", "create", "update"}
	assert customer.field_mode == ONLY_ALLOWED
	assert {f.fieldname for f in customer.field_rules} == {"customer_name", "customer_group", "territory"}
	assert list(customer.conditions) == [
		Condition("create", "customer_group", "in", ["Individual", "Commercial"]),
		Condition("update", "status", "in", ["Active"]),
		Condition("update", "credit_limit", ">=", 0),
		Condition("update", "credit_limit", "<=", 50000),
	]
	assert (item.operations, item.field_mode, item.field_rules) == ({"read"}, ALL_FIELDS, ())
	assert notes(config.notes, IGNORED) == ["audit.log_level"]
	assert config.limits == {"reads_per_minute": "60", "writes_per_minute": "60"}
	assert "rate_limiting.requests_per_minute" in notes(config.notes, CHANGED)
	assert {"cache.enabled", "cache.ttl"} <= set(notes(config.notes, CHANGED))
	assert not config.notes.blocks and config.settings == {"cache_enabled": 1, "cache_ttl": 300}


@pytest.mark.parametrize(
	("value", "expected"),
	[
		(["A"], [("in", ["A"])]),
		({"in": ["A", 1]}, [("in", ["A", 1])]),
		({"not_in": ["A"]}, [("not in", ["A"])]),
		({"min": 5}, [(">=", 5)]),
		({"max": "2026-01-31"}, [("<=", "2026-01-31")]),
		({"min": 0, "max": 1}, [(">=", 0), ("<=", 1)]),
		({"in": ["A"], "not_in": ["B"]}, [("in", ["A"]), ("not in", ["B"])]),
		([True, False], [("in", [1, 0])]),
		("Open", [("=", "Open")]),
		(False, [("=", 0)]),
	],
)
def test_conditions(value, expected):
	config = rule_of(update=True, conditions={"update": {"f": value}})
	assert [(c.operator, c.value) for c in config.rules["X"].conditions] == expected
	assert not config.notes.blocks


@pytest.mark.parametrize(
	("conditions", "path"),
	[
		({"update": {"f": {}}}, "update.f"),
		({"update": {"f": None}}, "update.f"),
		({"update": {"f": []}}, "update.f"),
		({"update": {"f": {"in": "A"}}}, "update.f"),
		({"update": {"f": {"in": [None]}}}, "update.f"),
		({"update": {"f": {"min": None, "max": 3}}}, "update.f.min"),
		({"update": {"f": {"min": True}}}, "update.f.min"),
		({"update": {"f": {"regex": ".*"}}}, "update.f.regex"),
		({"update": {"f": {"min": 1, "gt": 5}}}, "update.f.gt"),
		({"update": ["f"]}, "update"),
		({"read": {"f": ["A"]}}, "read"),
		({"submit": {"f": ["A"]}}, "submit"),
		("none", ""),
	],
)
def test_t28_a_condition_that_is_not_understood_is_never_dropped(conditions, path):
	config = rule_of(update=True, conditions=conditions)
	assert notes(config.notes, UNRESOLVED) == [f"permissions.doctypes.X.conditions{'.' * bool(path)}{path}"]


@pytest.mark.parametrize(
	("rule", "mode", "expected"),
	[
		({}, ALL_FIELDS, []),
		({"allowed_fields": []}, ALL_FIELDS, []),
		({"allowed_fields": ["*"]}, ALL_FIELDS, []),
		({"allowed_fields": ["name"]}, ONLY_ALLOWED, []),
		({"allowed_fields": ["a", "a"]}, ONLY_ALLOWED, [("", "a", "Allowed")]),
		(
			{"restricted_fields": ["a", "t.b"]},
			ALL_FIELDS,
			[("", "a", "Restricted"), ("t", "b", "Restricted")],
		),
		({"allowed_fields": ["a"], "restricted_fields": ["a"]}, ONLY_ALLOWED, []),
		({"allowed_fields": ["a"], "restricted_fields": ["b"]}, ONLY_ALLOWED, [("", "a", "Allowed")]),
		({"allowed_fields": ["t.b"]}, ONLY_ALLOWED, [("", "t", "Allowed"), ("t", "b", "Allowed")]),
		(
			{"allowed_fields": ["t"], "restricted_fields": ["t.b"]},
			ONLY_ALLOWED,
			[("t", "b", "Restricted"), ("", "t", "Allowed")],
		),
		({"allowed_fields": ["t.b"], "restricted_fields": ["t"]}, ONLY_ALLOWED, []),
	],
)
def test_fields(rule, mode, expected):
	config = rule_of(read=True, **rule)
	found = config.rules["X"]
	assert found.field_mode == mode
	assert list(found.field_rules) == [FieldRule(f, r, t) for t, f, r in expected]
	assert not config.notes.blocks


def test_audit_off_becomes_a_setting_and_says_so():
	config = read_config({"permissions": {}, "audit": {"enabled": False}})
	assert config.settings == {"log_reads": 0}
	assert notes(config.notes, CHANGED) == ["audit.enabled"]


def test_the_cache_becomes_settings_and_says_so():
	config = read_config({"permissions": {}, "cache": {"enabled": False, "ttl": 86400, "max_size": 50}})
	assert config.settings == {"cache_enabled": 0, "cache_ttl": 3600, "cache_size": 50}
	assert notes(config.notes, CHANGED) == ["cache.enabled", "cache.ttl", "cache.max_size"]


@pytest.mark.parametrize(
	("section", "value", "paths"),
	[
		("cache", False, ["cache"]),
		("cache", {}, []),
		("cache", {"enabled": "yes", "ttl": 0}, ["cache.enabled", "cache.ttl"]),
		("cache", {"ttl": True, "max_size": "1"}, ["cache.ttl", "cache.max_size"]),
		("rate_limiting", {"per_user": {"limit": 5}}, ["rate_limiting.per_user.limit"]),
		(
			"rate_limiting",
			{"enabled": False, "requests_per_minute": 5},
			["rate_limiting.enabled", "rate_limiting.requests_per_minute"],
		),
		("rate_limiting", {"enabled": True, "requests_per_hour": 0}, ["rate_limiting.requests_per_hour"]),
		("rate_limiting", False, ["rate_limiting"]),
		("rate_limiting", None, []),
		("audit", None, []),
		("audit", {"enabled": True}, []),
		("audit", {"enabled": "no"}, ["audit.enabled"]),
		("audit", "off", ["audit"]),
		("erpnext", {"url": "x", "api_secret": "s3cret"}, ["erpnext.url", "erpnext.api_secret"]),
	],
)
def test_what_is_no_matter_of_profiles_is_reported(section, value, paths):
	config = read_config({"permissions": {}, section: value})
	assert notes(config.notes, IGNORED) == paths
	assert "s3cret" not in str(config.notes)
	assert not config.notes.blocks and not config.settings


def objects(data, path=()):
	"""The paths of all objects in a file."""
	if isinstance(data, dict):
		yield path
		for key, value in data.items():
			yield from objects(value, (*path, key))
	elif isinstance(data, list):
		for position, value in enumerate(data):
			yield from objects(value, (*path, position))


def with_unknown_key(data, path):
	changed = inner = deepcopy(data)
	for key in path:
		inner = inner[key]
	inner["surprise"] = {"s3cret": "s3cret"}
	return changed


def said(path):
	return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")


@pytest.mark.parametrize("path", list(objects(WHOLE_CONFIG)), ids=said)
def test_every_unknown_key_of_a_configuration_is_reported(path):
	config = read_config(with_unknown_key(WHOLE_CONFIG, path))
	found = {note.path for note in config.notes.found}
	wanted = said((*path, "surprise"))
	assert any(p.startswith(wanted) for p in found), found
	# Where it may have been meant to narrow something, the profile stays disabled.
	assert config.notes.blocks == (path[:1] == ("permissions",))
	assert "s3cret: s3cret" not in " ".join(note.message for note in config.notes.found)


# Our own format, pure

texts = (
	st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
	.map(str.strip)
	.filter(bool)
)
idents = st.from_regex(r"[a-z][a-z_0-9]{0,8}", fullmatch=True)
scalars = st.one_of(texts, st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False))
values_of_conditions = st.one_of(st.none(), scalars, st.lists(scalars, max_size=3))
moments = st.one_of(st.none(), st.datetimes().map(str))


def flags(*names):
	return st.fixed_dictionaries({name: st.integers(0, 1) for name in names})


ASK = ("ask_delete", "ask_submit", "ask_cancel", "ask_bulk")


@st.composite
def profiles(draw):
	"""The values of any profile that can be saved, rows in any order."""
	values = {
		"profile_name": draw(texts),
		"description": draw(st.one_of(st.just(""), texts)),
		"priority": draw(st.integers(-5, 5)),
		**{name: draw(st.sampled_from(("", "0", "60"))) for name in LIMITS},
		**draw(flags("enabled", "read_only", "restrict_to_mcp", *ASK)),
		**{name: draw(moments) for name in ("valid_from", "valid_upto", "write_until")},
		"users": [{"user": n} for n in draw(st.lists(texts, unique=True, max_size=3))],
		"roles": [{"role": n} for n in draw(st.lists(texts, unique=True, max_size=3))],
		"clients": [{"client": n} for n in draw(st.lists(texts, unique=True, max_size=3))],
		"networks": [{"network": n} for n in draw(st.lists(texts, unique=True, max_size=3))],
		"report_rules": [
			{"report": n, "acknowledged": draw(st.integers(0, 1))}
			for n in draw(st.lists(texts, unique=True, max_size=2))
		],
		"doctype_rules": [],
		"field_rules": [],
		"conditions": [],
	}
	for doctype in draw(st.lists(texts, unique=True, max_size=3)):
		ticked = (
			"cache_documents",
			"own_tools",
			"acknowledge_hidden_name",
			"acknowledge_hidden_required",
			"acknowledge_password_fields",
			"acknowledge_print",
		)
		values["doctype_rules"].append(
			{
				"document_type": doctype,
				**draw(flags(*(f"can_{o}" for o in OPERATIONS), *ticked, *ASK)),
				"field_mode": draw(st.sampled_from([ALL_FIELDS, ONLY_ALLOWED])),
				"row_filter": draw(
					st.sampled_from(["", '[["a", "=", "{{user}}"]]', '{"ü": ["in", [1, 2.5]]}'])
				),
				"max_rows": draw(st.integers(0, 500)),
				"print_formats": draw(st.sampled_from(["", "Standard", "Invoice Ü\nStandard"])),
			}
		)
		names = draw(st.lists(st.tuples(st.one_of(st.just(""), idents), idents), unique=True, max_size=4))
		for table_field, fieldname in names:
			rule = draw(st.sampled_from(FIELD_RULES))
			mask_style = draw(st.sampled_from(STYLES)) if rule == MASKED else ""
			values["field_rules"].append(
				{
					"document_type": doctype,
					"table_field": table_field,
					"fieldname": fieldname,
					"rule": rule,
					"mask_style": mask_style,
				}
			)
		for value in draw(st.lists(values_of_conditions, max_size=3)):
			values["conditions"].append(
				{
					"document_type": doctype,
					"operation": draw(st.sampled_from(["create", "update", "delete"])),
					"field": draw(idents),
					"operator": draw(st.sampled_from(["in", "=", "between", "set"])),
					"value": value_text(value),
					"document_state": draw(st.sampled_from(["After", "Before"])),
				}
			)
	return values


def in_any_order(values):
	"""Rows of a profile have no order that means anything."""
	return {
		k: sorted(json.dumps(row, sort_keys=True) for row in v) if isinstance(v, list) else v
		for k, v in values.items()
	}


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(profiles(), st.randoms(use_true_random=False))
def test_the_round_trip_is_identity(values, random):
	text = dump(to_data(values))
	draft = from_data(parse_json(text))
	assert draft.notes.found == []
	assert in_any_order(draft.values) == in_any_order(values)
	# Stable: the same profile gives the same text, whatever the order of its rows.
	for rows in values.values():
		if isinstance(rows, list):
			random.shuffle(rows)
	assert dump(to_data(values)) == dump(to_data(draft.values)) == text


def test_an_export_names_nothing_of_the_site():
	row = {"name": "9f8e", "idx": 3, "owner": "ann@example.com", "creation": "2026-01-01", "parent": "P"}
	text = dump(
		to_data(
			{
				"profile_name": "P",
				**row,
				"users": [{"user": "bob@example.com", **row}],
				"doctype_rules": [{"document_type": "Item", "can_read": 1, **row}],
				"field_rules": [
					{"document_type": "Item", "fieldname": "a", "rule": MASKED, "mask_style": HASH, **row}
				],
			}
		)
	)
	for value in ("9f8e", "ann@", "2026", "idx"):
		assert value not in text
	assert json.loads(text)["doctypes"] == {
		"Item": {"operations": ["read"], "fields": {"a": {"rule": "Masked", "mask_style": "Hash"}}}
	}


FULL_FILE = {
	"format": FORMAT,
	"name": "P",
	"applies_to": {"users": [], "roles": [], "clients": []},
	"doctypes": {
		"Item": {
			"operations": ["read"],
			"fields": {"a": {"rule": "Restricted"}},
			"conditions": [{"operation": "update", "field": "a", "operator": "=", "value": 1}],
		}
	},
	"reports": {"R": {"acknowledged": True}},
}


@pytest.mark.parametrize("path", list(objects(FULL_FILE)), ids=said)
def test_every_unknown_key_of_a_profile_is_reported_and_disables_it(path):
	draft = from_data(with_unknown_key(FULL_FILE, path))
	assert draft.notes.blocks
	assert any(note.path.startswith(said((*path, "surprise"))) for note in draft.notes.found)


@pytest.mark.parametrize(
	("change", "path"),
	[
		({"enabled": 1}, "enabled"),
		({"priority": "high"}, "priority"),
		({"valid_upto": "tomorrow"}, "valid_upto"),
		({"valid_upto": "2026-01-01 00:00:00+02:00"}, "valid_upto"),
		({"networks": "192.0.2.1"}, "networks"),
		({"networks": [5]}, "networks[0]"),
		({"applies_to": []}, "applies_to"),
		({"doctypes": {"Item": {"operations": ["fly"]}}}, "doctypes.Item.operations"),
		({"doctypes": {"Item": {"operations": "read"}}}, "doctypes.Item.operations"),
		({"doctypes": {"Item": {"operations": ["read"], "field_mode": "Any"}}}, "doctypes.Item.field_mode"),
		({"doctypes": {"Item": {"fields": {"a": {"rule": "Hidden"}}}}}, "doctypes.Item.fields.a"),
		({"doctypes": {"Item": {"fields": {"a": "Restricted"}}}}, "doctypes.Item.fields.a"),
		({"doctypes": {"Item": {"conditions": [{"operation": "fly"}]}}}, "doctypes.Item.conditions[0]"),
		({"doctypes": {"Item": {"conditions": [{"operation": "update"}]}}}, "doctypes.Item.conditions[0]"),
		({"doctypes": {"Item": {"conditions": ["a"]}}}, "doctypes.Item.conditions[0]"),
		({"doctypes": {"Item": {"conditions": {}}}}, "doctypes.Item.conditions"),
		(
			{"doctypes": {"Item": {"conditions": [{"document": "Now"}]}}},
			"doctypes.Item.conditions[0].document",
		),
	],
)
def test_wrong_types_are_reported(change, path):
	draft = from_data({**FULL_FILE, **change})
	assert path in notes(draft.notes, UNRESOLVED)


@pytest.mark.parametrize(
	"text",
	[
		"",
		"{",
		"[]",
		"null",
		"{}",
		'{"format": "erpnext_mcp/profile/2"}',
		'{"format": "erpnext_mcp/profile/1", "name": NaN}',
		'{"permissions": {"doctypes": {"Item": {"restricted_fields": ["a"], "restricted_fields": []}}}}',
		"[" * 100000,
	],
)
def test_what_is_no_profile_is_refused(text):
	with pytest.raises(ValueError) as e:
		save.read(text)
	assert "\n" not in str(e.value) and len(str(e.value)) < 200


# On a site


@pytest.fixture
def site_only(admin):
	"""Nothing of these tests is kept."""
	import frappe

	return frappe


def as_config(**doctypes):
	return save.read(dump({"permissions": {"doctypes": doctypes}}))


def test_the_format_knows_every_field_of_a_profile(site_only):
	"""A field that is added to the DocTypes must be exported too: this fails until it is."""
	from frappe.model import no_value_fields, table_fields

	data = to_data({"profile_name": "P"})
	known = {
		"profile_name",
		*data,
		*data["applies_to"],
		*LIMITS,
		"doctype_rules",
		"field_rules",
		"conditions",
		"report_rules",
	}
	rule = {"document_type", "field_mode", "row_filter", "max_rows", *(f"can_{o}" for o in OPERATIONS)}
	rule |= {"acknowledge_hidden_name", "acknowledge_hidden_required", "acknowledge_password_fields"}
	rule |= {"print_formats", "acknowledge_print"}
	rule |= {
		"cache_documents",
		"own_tools",
		*ASK,
		"tool_slug",
	}  # the slug is not exported: the other site gives its own
	children = {
		"doctype_rules": rule,
		"field_rules": {"document_type", "table_field", "fieldname", "rule", "mask_style"},
		"conditions": {"document_type", "operation", "field", "operator", "value", "document_state"},
		"report_rules": {"report", "acknowledged"},
		"users": {"user"},
		"roles": {"role"},
		"clients": {"client"},
		"networks": {"network"},
	}
	for df in site_only.get_meta(PROFILE).fields:
		if df.fieldtype in table_fields:
			fields = {
				f.fieldname
				for f in site_only.get_meta(df.options).fields
				if f.fieldtype not in no_value_fields
			}
			assert fields == children[df.fieldname], df.fieldname
		elif df.fieldtype not in no_value_fields:
			assert df.fieldname in known, df.fieldname


def test_a_saved_profile_comes_back_the_same(site_only, world):
	from dataclasses import replace

	from erpnext_mcp.policy import store

	text = save.export_profile(world.PROFILE)
	before = next(p for p in store.read().profiles if p.name == world.PROFILE)
	imported = save.import_profile(save.read(text), replace=True)
	assert imported.notes.found == [] and imported.replaced and imported.enabled
	assert save.export_profile(world.PROFILE) == text
	after = next(p for p in store.read().profiles if p.name == world.PROFILE)
	assert replace(after, revision="") == replace(before, revision="")


def test_unknown_fields_keep_a_profile_disabled(site_only, world):
	draft = as_config(
		Customer={
			"read": True,
			"update": True,
			"restricted_fields": ["credit_limit", "tax_id"],
			"conditions": {"update": {"status": {"in": ["Active"]}, "customer_type": ["Company"]}},
		}
	)
	imported = save.import_profile(draft, NAME)
	assert not imported.enabled
	assert notes(imported.notes, UNRESOLVED) == ["Customer.credit_limit", "Customer.status (update)"]
	assert "credit_limits" in imported.notes.of(UNRESOLVED)[0].message  # what it may have meant
	doc = site_only.get_doc(PROFILE, NAME)
	assert doc.enabled == 0
	assert "no field credit_limit" in doc.description
	assert [r.fieldname for r in doc.field_rules] == ["tax_id"]
	assert [c.field for c in doc.conditions] == ["customer_type"]


@pytest.mark.parametrize(
	("doctype", "rule", "path", "words"),
	[
		("No Such DocType", {"read": True}, "No Such DocType", "no such DocType"),
		("User", {"read": True}, "User", "stays closed"),
		("MCP Audit Entry", {"read": True}, "MCP Audit Entry", "stays closed"),
		("Customer Credit Limit", {"read": True}, "Customer Credit Limit", "child table"),
		("Customer", {"read": True, "restricted_fields": ["nowhere.x"]}, "Customer.nowhere.x", "no table"),
		(
			"Customer",
			{"read": True, "restricted_fields": ["credit_limits.x"]},
			"Customer.credit_limits.x",
			"no field",
		),
	],
)
def test_t34_what_the_site_can_not_open_is_left_out(site_only, world, doctype, rule, path, words):
	imported = save.import_profile(as_config(**{"Territory": {"read": True}, doctype: rule}), NAME)
	assert not imported.enabled
	assert notes(imported.notes, UNRESOLVED) == [path]
	assert words in imported.notes.of(UNRESOLVED)[0].message
	opened = {r.document_type for r in site_only.get_doc(PROFILE, NAME).doctype_rules}
	assert opened == {"Territory"} | ({"Customer"} if doctype == "Customer" else set())


def test_names_that_the_site_does_not_know(site_only, world):
	file = {
		"format": FORMAT,
		"name": NAME,
		"applies_to": {"users": ["nobody.there@example.com"], "roles": ["Sales User"]},
		"doctypes": {"Territory": {"operations": ["read"]}},
		"reports": {"No Such Report": {}},
	}
	imported = save.import_profile(save.read(dump(file)))
	# Without the user it would name everybody with the role.
	assert not imported.enabled
	assert notes(imported.notes, UNRESOLVED) == [
		"users.nobody.there@example.com",
		"report_rules.No Such Report",
	]


def test_operations_and_masks_that_can_not_be_are_narrowed(site_only, world):
	file = {
		"format": FORMAT,
		"name": NAME,
		"doctypes": {
			"Customer": {
				"operations": ["read", "submit"],
				"fields": {"disabled": {"rule": "Masked", "mask_style": "Hash"}},
			}
		},
	}
	imported = save.import_profile(save.read(dump(file)))
	assert imported.enabled
	assert notes(imported.notes, CHANGED) == ["Customer", "Customer.disabled"]
	doc = site_only.get_doc(PROFILE, NAME)
	assert (doc.doctype_rules[0].can_read, doc.doctype_rules[0].can_submit) == (1, 0)
	assert doc.field_rules[0].mask_style == FULL


@pytest.mark.parametrize(
	("rule", "path", "closed"),
	[
		({"row_filter": [["no_such_field", "=", 1]]}, "Customer", True),
		({"row_filter": "not json"}, "Customer", True),
		({"fields": {"customer_name": {"rule": "Restricted"}}}, "Customer", True),  # titles show it
		(
			{"fields": {"credit_limits": {"rule": "Masked", "mask_style": "Full"}}},
			"Customer.credit_limits",
			False,
		),
		(
			{"conditions": [{"operation": "update", "field": "disabled", "operator": "=", "value": "maybe"}]},
			"Customer.disabled (update)",
			False,
		),
		(
			{"conditions": [{"operation": "update", "field": "territory", "operator": "~", "value": "x"}]},
			"Customer.territory (update)",
			False,
		),
	],
)
def test_what_can_not_be_saved_is_left_out(site_only, world, rule, path, closed):
	file = {"format": FORMAT, "name": NAME, "doctypes": {"Territory": {"operations": ["read"]}}}
	file["doctypes"]["Customer"] = {"operations": ["read", "update"], **rule}
	imported = save.import_profile(save.read(dump(file)))
	assert not imported.enabled
	assert notes(imported.notes, UNRESOLVED) == [path]
	doc = site_only.get_doc(PROFILE, NAME)
	assert ("Customer" not in {r.document_type for r in doc.doctype_rules}) == closed
	assert not doc.field_rules and not doc.conditions


def test_hidden_required_fields_close_create_only(site_only, world):
	meta = site_only.get_meta("Quotation")
	shown = {meta.title_field, "customer_name", "party_name", "naming_series"}
	draft = as_config(
		Quotation={
			"read": True,
			"create": True,
			"allowed_fields": sorted(shown - {None}),
			"conditions": {"create": {"order_type": ["Sales"]}},
		}
	)
	imported = save.import_profile(draft, NAME)
	assert not imported.enabled
	assert notes(imported.notes, UNRESOLVED)[0] == "Quotation"
	row = site_only.get_doc(PROFILE, NAME).doctype_rules[0]
	assert (row.can_read, row.can_create) == (1, 0)


def test_rows_without_effect_are_left_out_and_leave_it_enabled(site_only, world):
	file = {
		"format": FORMAT,
		"name": NAME,
		"doctypes": {
			"Customer": {
				"operations": ["read"],
				"fields": {"tax_id": {"rule": "Allowed"}, "idx": {"rule": "Restricted"}},
				"conditions": [{"operation": "delete", "field": "disabled", "operator": "=", "value": 1}],
			}
		},
	}
	imported = save.import_profile(save.read(dump(file)))
	assert set(notes(imported.notes, CHANGED)) >= {"Customer.tax_id", "Customer.disabled (delete)"}
	assert not site_only.get_doc(PROFILE, NAME).field_rules


def test_whom_and_when_it_applies_is_never_widened_silently(site_only, world):
	file = {
		"format": FORMAT,
		"name": NAME,
		"valid_from": "2030-01-01 00:00:00",
		"valid_upto": "2020-01-01 00:00:00",
		"networks": ["192.0.2.0/24", "everywhere"],
		"applies_to": {"roles": ["All"]},
		"doctypes": {"Territory": {"operations": ["read"]}},
	}
	imported = save.import_profile(save.read(dump(file)))
	assert not imported.enabled
	assert set(notes(imported.notes, UNRESOLVED)) == {"valid_upto", "networks.everywhere", "roles.All"}


def test_copies_of_hidden_fields_are_worth_a_look(site_only, world):
	draft = as_config(
		**{"Customer": {"read": True, "restricted_fields": ["tax_id"]}, "Sales Order": {"read": True}}
	)
	imported = save.import_profile(draft, NAME)
	if site_only.get_meta("Sales Order").get_field("tax_id").fetch_from:
		assert notes(imported.notes, CHECK) == ["Sales Order"]
	assert imported.enabled


def test_a_profile_is_only_replaced_when_asked(site_only, world):
	draft = as_config(Territory={"read": True})
	with pytest.raises(ValueError, match="already"):
		save.import_profile(draft, world.PROFILE)
	with pytest.raises(ValueError, match="name"):
		save.import_profile(draft)
	before = site_only.get_doc(PROFILE, world.PROFILE)
	save.import_profile(draft, world.PROFILE, replace=True)
	doc = site_only.get_doc(PROFILE, world.PROFILE)
	assert [r.document_type for r in doc.doctype_rules] == ["Territory"]
	# A configuration says nothing of whom it is for: that stays.
	assert {u.user for u in doc.users} == {u.user for u in before.users} == {world.READER, world.MASTER}


def test_t75_an_import_that_is_unresolved_switches_off_what_it_replaces(site_only, world):
	draft = as_config(Territory={"read": True, "hide": ["x"]})
	imported = save.import_profile(draft, world.PROFILE, replace=True)
	assert imported.replaced and not imported.enabled
	assert notes(imported.notes, UNRESOLVED) == ["permissions.doctypes.Territory.hide"]


def test_settings_come_along(site_only, world):
	text = dump({"permissions": {"doctypes": {"Territory": {"read": True}}}, "audit": {"enabled": False}})
	save.import_profile(save.read(text), NAME)
	assert site_only.get_doc("MCP Gateway Settings").log_reads == 0


@pytest.mark.parametrize("name", presets.preset_names())
def test_presets_are_valid_and_name_nobody(site_only, world, name):
	text = presets.preset_text(name)
	draft = save.read(text)
	assert draft.notes.found == []
	shipped = json.loads(text)
	# As it is shipped, so it is exported.
	assert dump(to_data(draft.values)["doctypes"]) == dump(shipped["doctypes"])
	assert not {"users", "roles", "clients"} & set(draft.values)
	wanted = {r["document_type"] for r in draft.values["doctype_rules"]}
	imported = save.import_profile(draft)
	missing = {d for d in wanted if not site_only.db.exists("DocType", d)}
	assert set(notes(imported.notes, UNRESOLVED)) == missing
	assert imported.enabled == (not missing)
	doc = site_only.get_doc(PROFILE, imported.name)
	assert {r.document_type for r in doc.doctype_rules} == wanted - missing
	assert "can be looked up" in doc.description and "product description" not in doc.description
	# A copy of it in the rows of ERPNext's orders, which tells nothing that is to be hidden.
	assert all("grant_commission" in note.message for note in imported.notes.of(CHECK))


def test_the_presets_there_are():
	assert presets.preset_names() == ["accounts-clerk", "read-only-analyst", "sales-user"]
	with pytest.raises(ValueError, match="sales-user"):
		presets.preset_text("../../hooks")


# The bench commands


@pytest.fixture
def bench(site_only, world, monkeypatch, tmp_path):
	"""bench(*arguments) → click's Result of `bench --site S mcp ...`, on the connection of the tests; nothing is kept."""
	from contextlib import contextmanager

	from click.testing import CliRunner

	from erpnext_mcp import commands
	from erpnext_mcp.cli import export_profile, import_profile

	@contextmanager
	def connected(context):
		yield "the site of the tests"

	for module in (export_profile, import_profile):
		monkeypatch.setattr(module, "connected", connected)
	monkeypatch.setattr(site_only.db, "commit", lambda: None)
	monkeypatch.chdir(tmp_path)

	def bench(*arguments: str):
		context = site_only._dict(sites=["x"], profile=False, force=False, verbose=False)
		return CliRunner().invoke(commands.mcp, arguments, obj=context)

	return bench


def test_export_and_import_by_command(bench, site_only, world, tmp_path):
	printed = bench("export-profile", world.PROFILE)
	assert printed.exit_code == 0 and json.loads(printed.output)["name"] == world.PROFILE
	assert bench("export-profile", world.PROFILE, "--output", "p.json").exit_code == 0
	assert (tmp_path / "p.json").read_text() == printed.output
	again = bench("import-profile", "p.json", "--name", NAME)
	assert again.exit_code == 0, again.output
	assert f"Profile {NAME} was made. It is enabled." in again.output
	doc = site_only.get_doc(PROFILE, NAME)
	assert {r.document_type for r in doc.doctype_rules} == set(world.RULES)


def test_a_dry_run_reports_and_keeps_nothing(bench, site_only, world, tmp_path):
	config = deepcopy(WHOLE_CONFIG)
	config["audit"]["enabled"] = False
	config["permissions"]["doctypes"]["Customer"]["colour"] = "blue"
	(tmp_path / "c.json").write_text(json.dumps(config))
	done = bench("import-profile", "c.json", "--name", NAME, "--dry-run")
	assert done.exit_code == 0, done.output
	for said_of in (
		"permissions.doctypes.Customer.colour: unknown key",
		"rate_limiting.requests_per_minute: ",
		"cache.ttl: ",
		"audit.enabled: becomes Log Reads = off",
		"Customer.status (update): Customer has no field status",
		f"Dry run, nothing was saved. Profile {NAME} would be made, disabled.",
	):
		assert said_of in done.output
	assert not site_only.db.exists(PROFILE, NAME)
	assert site_only.get_doc("MCP Gateway Settings").log_reads == 1


@pytest.mark.parametrize(
	("arguments", "words"),
	[
		(["export-profile", "No Such Profile"], "There is no MCP Permission Profile No Such Profile."),
		(["export-profile", "MCP Test Sales", "--output", "no/such/folder/p.json"], "can't be written"),
		(["import-profile"], "Name a file, or --preset with one of accounts-clerk"),
		(["import-profile", "nowhere.json"], "can't be read"),
		(["import-profile", "broken.json"], "this is not JSON"),
		(["import-profile", "binary.json"], "binary.json"),
		(["import-profile", "other.json"], "this is no profile"),
		(["import-profile", "config.json"], "does not name the profile"),
		(["import-profile", "config.json", "--name", "MCP Test Sales"], "already"),
		(["import-profile", "config.json", "--name", "MCP <b>"], "Nothing was saved"),
		(
			["import-profile", "--preset", "nothing"],
			"there are accounts-clerk, read-only-analyst, sales-user",
		),
	],
)
def test_errors_are_one_clear_line(bench, tmp_path, arguments, words):
	(tmp_path / "broken.json").write_text("{")
	(tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
	(tmp_path / "other.json").write_text("{}")
	(tmp_path / "config.json").write_text('{"permissions": {"doctypes": {"Territory": {"read": true}}}}')
	done = bench(*arguments)
	assert done.exit_code == 1
	assert words in done.output
	assert done.output.startswith("Error: ") and done.output.count("\n") == 1
	assert "Traceback" not in done.output


def test_a_preset_by_command(bench, site_only):
	done = bench("import-profile", "--preset", "sales-user", "--name", NAME)
	assert done.exit_code == 0, done.output
	doc = site_only.get_doc(PROFILE, NAME)
	assert not doc.users and not doc.roles and not doc.clients


def test_files_are_found_where_they_were_named(tmp_path, monkeypatch):
	from erpnext_mcp.cli.files import named

	sites, here = tmp_path / "sites", tmp_path / "here"
	sites.mkdir()
	monkeypatch.chdir(sites)
	monkeypatch.setenv("PWD", str(here))
	assert named("p.json") == sites / "p.json"
	(sites / "apps.txt").touch()  # bench has gone to its sites folder
	assert named("p.json") == here / "p.json"
	assert named("/p.json").as_posix() == "/p.json"
