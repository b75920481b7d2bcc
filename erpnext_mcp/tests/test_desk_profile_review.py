"""What the profile form is told while it is edited: errors, warnings, cost, to whom it applies. And that nothing is written."""

import json
from contextlib import contextmanager

import frappe
import pytest

from erpnext_mcp.api.desk import profile
from erpnext_mcp.mcp_server.own_tools.offer import GENERIC
from erpnext_mcp.policy import store
from erpnext_mcp.policy.validation import effect
from erpnext_mcp.tests import world as people

NAME = "MCP Test Form"
OTHER = "MCP Test Other"


def rule(doctype="Customer", operations="read", **values):
	return {
		"document_type": doctype,
		"acknowledge_hidden_name": 1,
		"acknowledge_hidden_required": 1,
		**{f"can_{o}": 1 for o in operations.split()},
		**values,
	}


def field(fieldname, rule="Restricted", doctype="Customer", **values):
	return {"document_type": doctype, "fieldname": fieldname, "rule": rule, **values}


def form(*rules, **values):
	"""A new form as the browser sends it."""
	rows = {key: value for key, value in values.items() if isinstance(value, list)}
	rows["doctype_rules"] = list(rules) or [rule()]
	return {
		"doctype": store.PROFILE,
		"name": "new-mcp-permission-profile-abcdefghij",
		"__islocal": 1,
		"__unsaved": 1,
		"owner": "Administrator",
		"docstatus": 0,
		"profile_name": NAME,
		"enabled": 1,
		**values,
		**{
			table: [
				{"name": f"new-{table}-{n}", "__islocal": 1, "idx": n + 7, "doctype": "Whatever", **row}
				for n, row in enumerate(found)
			]
			for table, found in rows.items()
		},
	}


def review(doc, **arguments):
	return profile.review(json.dumps(doc), **arguments)


def messages(found, kind):
	return [f"{f['place']}: {f['message']}" if f["place"] else f["message"] for f in found[kind]]


SALES = {"roles": [{"role": "Sales User"}]}
ONE = {"users": [{"user": people.STRANGER}]}
"""Whose roles open neither all operations nor all levels."""


def test_what_is_right_has_no_errors(world, admin):
	found = review(form(users=[{"user": world.STRANGER}]))
	assert found["is_new"] and found["errors"] == [] and found["warnings"] == []
	assert found["applies"] == {
		"users": 1,
		"of": found["applies"]["of"],
		"sample": [world.STRANGER],
		"clients": False,
		"is_default": False,
		"is_complete": True,
		"instead": [],
	}
	assert [w["message"] for w in found["widening"]] == [
		f"User {world.STRANGER} is named.",
		"Customer is opened: read, all fields and all documents.",
		"Customer: names and titles of the documents may show hidden fields.",
		"Customer: documents may be created without required fields, which are hidden here.",
		f"It will newly apply to {world.STRANGER}.",
	]
	assert [w["row"] for w in found["widening"]] == [1, 1, 1, 1, 0]


def test_errors_are_those_of_saving(world, admin):
	found = review(form(rule(), rule("User"), field_rules=[field("nope"), field("territory", "Masked")]))
	assert [(e["table"], e["row"], e["field"]) for e in found["errors"]] == [
		("doctype_rules", 2, ""),
		("field_rules", 1, "fieldname"),
		("field_rules", 2, "mask_style"),
	]
	assert messages(found, "errors")[1] == "Field Rules, row 1, Field Name: Customer has no field nope."


def test_names_are_escaped(world, admin):
	bad = "<img src=x onerror=alert(1)>"
	found = review(
		form(
			rule(),
			rule(bad),
			field_rules=[field(bad)],
			roles=[{"role": bad}],
			users=[{"user": bad}],
			report_rules=[{"report": bad}],
			networks=[{"network": bad}],
			profile_name=bad,
		)
	)
	assert bad not in json.dumps({k: found[k] for k in ("errors", "warnings", "widening")})
	assert "&lt;img" in json.dumps(found["errors"])


def test_a_name_that_is_taken(world, admin):
	found = review(form(profile_name=world.PROFILE))
	assert messages(found, "errors") == [f"Profile Name: there is a profile {world.PROFILE} already."]


@pytest.mark.parametrize(
	("values", "message"),
	[
		({}, "It names nobody and is not the default profile"),
		({"roles": [{"role": "Fleet Manager"}]}, "no enabled user matches whom it names"),
		({"users": [{"user": people.READER}], "priority": -1}, "others go before it: " + people.PROFILE),
		({**SALES, "enabled": 0}, "Enabled: it is disabled: "),
		({**SALES, "valid_upto": "2020-01-01 00:00:00"}, "Valid Up To: that is over"),
		({**SALES, "valid_from": "2090-01-01 00:00:00"}, "Valid From: that is to come"),
		(
			{**SALES, "read_only": 1, "doctype_rules": [rule(operations="read update")]},
			"Read Only: nothing is written while this is ticked, whatever the DocType Rules open: Customer",
		),
		({**SALES, "read_only": 1, "write_until": "2020-01-01"}, "Write Window Until: that is over"),
		(
			{**SALES, "reads_per_minute": "90", "reads_per_hour": "60"},
			"Reads per Minute: 90 in a minute are never",
		),
		(
			{**ONE, "doctype_rules": [rule(operations="read delete")]},
			"ERPNext for Customer to do this: delete",
		),
		({**SALES, "doctype_rules": [rule(print_formats="Standard")]}, "Print is not ticked"),
		(
			{
				**SALES,
				"doctype_rules": [rule(operations="read print")],
				"field_rules": [field("territory")],
			},
			"nothing is printed while fields of Customer are hidden",
		),
		({**SALES, "doctype_rules": [rule(max_rows=100000)]}, "Maximum Rows: the MCP Gateway Settings allow"),
		(
			{**SALES, "doctype_rules": [rule(operations="comment", own_tools=1)]},
			"none of the operations has a tool",
		),
		({**SALES, "doctype_rules": [rule(operations="comment", cache_documents=1)]}, "nothing is read"),
		(
			{**SALES, "doctype_rules": [rule(operations="select")], "field_rules": [field("website")]},
			"Select alone shows name and title",
		),
		(
			{**ONE, "field_rules": [field(people.SECRET)]},
			f"Field Rules, row 1: {people.SECRET} is on permission level 3 of Customer, which no user",
		),
		(
			{
				**ONE,
				"field_rules": [
					field(people.ROW_SECRET, "Masked", table_field="credit_limits", mask_style="Full")
				],
			},
			f"credit_limits.{people.ROW_SECRET} is on permission level 3",
		),
		(
			{"users": [{"user": "mcp.gone@example.com"}]},
			"Users, row 1, User: mcp.gone@example.com is disabled",
		),
		({"roles": [{"role": "Fleet Manager"}]}, "no enabled user has the role Fleet Manager now"),
		({"users": [{"user": people.READER}]}, f"ties with {people.PROFILE}"),
	],
)
def test_warnings(world, admin, values, message):
	values = dict(values)
	rules = values.pop("doctype_rules", [rule()])
	found = messages(review(form(*rules, **values)), "warnings")
	assert any(message in m for m in found), found


@pytest.mark.parametrize(("restricted", "warned"), [(0, True), (1, False)])
def test_a_default_of_the_users_own_is_no_boundary(world, admin, restricted, warned):
	filtered = rule(row_filter='[["territory", "=", "{{ defaults.territory }}"]]')
	found = messages(review(form(filtered, restrict_to_mcp=restricted, **ONE)), "warnings")
	assert any("users can set defaults of their own" in m for m in found) is warned, found


def test_a_doctype_that_nobody_may_use(world, admin):
	found = review(form(rule(), rule("Selling Settings"), users=[{"user": world.STRANGER}]))
	assert messages(found, "warnings") == [
		"DocType Rules, row 2: no user of this profile has a permission for Selling Settings in ERPNext that it could open: the row has no effect."
	]
	# As soon as one of them may, it is silent.
	both = review(form(rule("Selling Settings"), users=[{"user": world.STRANGER}, {"user": "Administrator"}]))
	assert messages(both, "warnings") == []


def test_a_shared_document_is_a_permission(world, admin):
	doc = form(rule("Selling Settings"), users=[{"user": world.STRANGER}])
	assert len(review(doc)["warnings"]) == 1
	frappe.get_doc(
		{
			"doctype": "DocShare",
			"share_doctype": "Selling Settings",
			"share_name": "Selling Settings",
			"user": world.STRANGER,
			"read": 1,
		}
	).insert(ignore_permissions=True)
	assert review(doc)["warnings"] == []


def test_the_set_logic_is_frappe_s_own_answer(world, admin):
	"""For each user and DocType: what is warned of is what Frappe denies."""
	from erpnext_mcp.policy.operations import FRAPPE_PERMISSION

	for user in (world.READER, world.MASTER, world.NOBODY, world.STRANGER):
		for doctype in ("Customer", "Item", "Sales Order", "Territory", "Company", "Note", "ToDo"):
			possible = [o.removeprefix("can_") for o in profile.fields(doctype)["operations"]]
			found = review(form(rule(doctype, " ".join(possible)), users=[{"user": user}], priority=9))
			denied = {
				o
				for o in possible
				if not any(frappe.has_permission(doctype, p, user=user) for p in FRAPPE_PERMISSION[o])
			}
			texts = [m for m in messages(found, "warnings") if "no user of this profile" in m]
			if not denied:
				assert not texts, (user, doctype)
			elif len(denied) == len(possible):
				assert "has no effect" in texts[0], (user, doctype)
			else:
				assert set(texts[0].partition("do this: ")[2].rstrip(".").split(", ")) == denied, (
					user,
					doctype,
				)


def test_compared_with_what_is_stored(world, admin):
	doc = frappe.get_doc(store.PROFILE, world.PROFILE).as_dict(convert_dates_to_str=True)
	found = review(doc)
	assert not found["is_new"] and found["widening"] == [] and found["errors"] == []
	assert found["applies"]["users"] == 2
	doc["users"] = doc["users"][:1]
	doc["doctype_rules"][0]["can_delete"] = 1
	doc["networks"] = [{"network": "203.0.113.0/24"}]
	assert [w["message"] for w in review(doc)["widening"]] == ["Customer: delete is allowed."]


def test_who_falls_to_another_profile_is_told(world, admin):
	people.profile(OTHER, roles=["Sales User"], rules={"Customer": ("read",)})
	doc = frappe.get_doc(store.PROFILE, world.PROFILE).as_dict(convert_dates_to_str=True)
	doc["users"] = [row for row in doc["users"] if row["user"] == world.READER]
	assert [w["message"] for w in review(doc)["widening"]] == [
		f"It will no longer apply to {world.MASTER}: profile {OTHER} will, which may open more."
	]


def test_a_key_that_stops_elsewhere(world, admin, reader_key):
	found = review(form(users=[{"user": world.READER}], restrict_to_mcp=1, priority=1))
	(message,) = [m for m in messages(found, "warnings") if "MCP only" in m]
	assert message.startswith("Restrict to MCP: 1 API keys") and world.READER in message


def test_reports(world, admin):
	report = frappe.get_all(
		"Report",
		filters={"report_type": "Script Report", "disabled": 0},
		fields=["name", "ref_doctype"],
		limit=1,
	)[0]
	rows = [{"report": report.name}]
	found = review(form(users=[{"user": world.STRANGER}], report_rules=rows))
	assert any("Report Rules, row 1, Report: " in m for m in messages(found, "warnings"))
	rows[0]["acknowledged"] = 1
	found = review(form(users=[{"user": world.STRANGER}], report_rules=rows))
	assert not any("is not acknowledged" in m for m in messages(found, "warnings"))


def test_the_cost_is_that_of_the_list(world, admin, call):
	doc = frappe.get_doc(store.PROFILE, world.PROFILE).as_dict(convert_dates_to_str=True)
	found = review(doc, user=world.MASTER)["cost"]
	answer = call(world.MASTER, "tools/list")
	assert found["user"] == {
		"user": world.MASTER,
		"tools": len(answer.content["tools"]),
		"tokens": round(len(answer.text.encode()) / 4),
	}
	assert found["tokens"] >= found["user"]["tokens"] and found["limit"] == 3000
	doc["doctype_rules"][0]["own_tools"] = 1
	assert review(doc)["cost"]["tools"] > found["tools"]
	with pytest.raises(frappe.ValidationError):
		review(doc, user="mcp.gone@example.com")


def test_own_tools_are_those_of_the_registry():
	assert {o for tool in GENERIC.values() for o in tool.operations} == effect.WITH_OWN_TOOLS


@pytest.mark.parametrize(
	"sent",
	[
		"no json",
		"[]",
		"null",
		'{"doctype": "User", "name": "Administrator"}',
		json.dumps(form(valid_upto="yesterday")),
	],
)
def test_what_is_no_form_is_refused(world, admin, sent):
	with pytest.raises(frappe.ValidationError):
		profile.review(sent)


@pytest.mark.parametrize(
	"values",
	[
		{"users": "all", "roles": [1, None, {}], "priority": "x", "description": {"a": 1}},
		{
			"doctype_rules": [{}, {"own_tools": 1}, {"document_type": ""}],
			"field_rules": [{}],
			"conditions": [{}],
		},
		{
			"flags": {"ignore_permissions": 1},
			"docstatus": 2,
			"revision": "1",
			"networks": [{"network": None}],
		},
		{
			"field_rules": [
				field("territory", "Nope"),
				field("", "Allowed"),
				field("name", "Masked", mask_style="?"),
			]
		},
		{
			"conditions": [
				{"document_type": "Customer", "operation": "update", "field": f, "operator": o, "value": v}
				for f, o, v in (
					("", "", ""),
					("territory", "in", "5"),
					("a.b", "between", "[]"),
					("territory", "matches", "("),
				)
			]
		},
		{"doctype_rules": [rule(row_filter="[" * 100_000)]},
		{
			"conditions": [
				{
					"document_type": "Customer",
					"operation": "update",
					"field": "territory",
					"operator": "in",
					"value": "[" * 100_000,
				}
			]
		},
		{"reads_per_hour": "many", "rows_per_hour": "٣", "report_rules": [{"report": "Nope"}]},
	],
)
def test_a_form_that_is_wrong_in_every_way_is_answered(world, admin, values):
	doc = form(
		rule(operations="read create update", own_tools=1, row_filter="[[", print_formats="a\nb", max_rows=-1)
	)
	assert review({**doc, **SALES, **values})["cost"]["tools"]


def test_nothing_is_written(world, admin):
	doc = frappe.get_doc(store.PROFILE, world.PROFILE).as_dict(convert_dates_to_str=True)
	doc["doctype_rules"][0]["own_tools"] = 1
	doc["users"] = [*doc["users"], {"user": world.STRANGER}]
	before = stored()
	with statements() as made:
		for each in (doc, form(rule(own_tools=1), **SALES, restrict_to_mcp=1)):
			review(each)
			profile.export_file(json.dumps(each))
		profile.import_file(profile.export_file(json.dumps(doc))["content"])
		profile.preset("sales-user")
	assert frappe.db.transaction_writes == 0
	assert not [
		s for s in made if not s.lstrip().lower().startswith(("select", "show", "describe", "pragma"))
	]
	assert stored() == before and frappe.local.message_log == []


def stored():
	tables = [store.PROFILE, *(df.options for df in frappe.get_meta(store.PROFILE).get_table_fields())]
	return {
		t: frappe.get_all(t, fields=["*"], order_by="name asc")
		for t in (*tables, "Version", "Comment", "Error Log")
	}


@contextmanager
def statements():
	made: list[str] = []
	original = frappe.db.sql

	def sql(query, *arguments, **named):
		made.append(str(query))
		return original(query, *arguments, **named)

	frappe.db.sql = sql
	try:
		yield made
	finally:
		del frappe.db.sql


@pytest.mark.parametrize(
	("method", "arguments"),
	[
		("fields", ["Customer"]),
		("condition_fields", ["Customer"]),
		("doctypes", [["Customer"]]),
		("review", ["{}"]),
		("presets", []),
		("preset", ["sales-user"]),
		("import_file", ["{}"]),
		("export_file", ["{}"]),
	],
)
def test_only_administrators_are_answered(world, admin, method, arguments):
	for user in (world.READER, world.NOBODY, "Guest"):
		frappe.set_user(user)
		with pytest.raises(frappe.PermissionError) as error:
			getattr(profile, method)(*arguments)
		assert people.PROFILE not in str(error.value)


def test_an_mcp_administrator_is(world, admin):
	people.make_user("mcp.policy@example.com", "MCP Administrator")
	frappe.set_user("mcp.policy@example.com")
	assert review(form())["errors"] == []
	assert profile.preset("sales-user")["values"]["doctype_rules"]
	doc = frappe.get_doc(store.PROFILE, world.PROFILE).as_dict(convert_dates_to_str=True)
	assert review(doc)["widening"] == []
