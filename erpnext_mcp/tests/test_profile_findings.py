"""What is wrong with a profile, and where: tables over the pure decisions."""

from collections.abc import Iterable
from typing import Any

import pytest

from erpnext_mcp.policy import validation
from erpnext_mcp.policy.field_rules import MetaDocType, MetaField
from erpnext_mcp.policy.message import Message
from erpnext_mcp.policy.profile import Profile
from erpnext_mcp.policy.validation import ties
from erpnext_mcp.policy.validation.applies import network_problem
from erpnext_mcp.policy.validation.draft import Draft
from erpnext_mcp.policy.validation.facts import DocTypeFacts, naming_fields, title_fields


def field(fieldname: str, fieldtype: str = "Data", *, required=False, read_only=False) -> MetaField:
	return MetaField(
		fieldname, "", fieldtype, "", 0, required, read_only, True, "", False, is_table=fieldtype == "Table"
	)


def doctype(name: str, fields: Iterable[MetaField], children=None, *, also_known=(), single=False, **values):
	fields = tuple(fields)
	children = children or {}
	known = {df.fieldname for df in fields} | {"name", "owner", "docstatus", "idx", "_user_tags", *also_known}
	known |= {f"{table}.{df.fieldname}" for table, child in children.items() for df in child.fields}
	return DocTypeFacts(
		MetaDocType(name, fields, issingle=single), children, known=frozenset(known), **values
	)


LINE = MetaDocType(
	"Order Line",
	(
		field("item", "Link", required=True),
		field("qty", "Float"),
		field("amount", "Currency", read_only=True),
	),
)
ORDER = doctype(
	"Order",
	[
		field("customer", "Link", required=True),
		field("customer_name", read_only=True),
		field("status", "Select", required=True),
		field("total", "Currency", read_only=True),
		field("date", "Date"),
		field("note", "Small Text"),
		field("lines", "Table", required=True),
	],
	{"lines": LINE},
	also_known=("secret", "a_break"),
	is_submittable=True,
	filled=frozenset({"status"}),
	names=frozenset({"customer"}),
	titles=frozenset({"customer_name"}),
	select_options={"status": ("Open", "Closed")},
	fetched={"customer_name": ("Customer", "full_name"), "lines.amount": ("Item", "price")},
)
FACTS = {
	"Order": ORDER,
	"Customer": doctype("Customer", [field("full_name"), field("tax_id")]),
	"Item": doctype("Item", [field("price", "Currency")]),
	"Settings": doctype("Settings", [field("limit", "Int")], single=True),
	"User": doctype("User", [], closed="it carries permissions"),
	"Terminal": doctype("Terminal", [field("label")], closed_by_passwords="it has Password fields"),
}


def rows(given: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
	return [{"idx": idx, **row} for idx, row in enumerate(given, 1)]


def draft(doctypes=(), fields=(), conditions=(), **values) -> Draft:
	tables = {
		table: rows(values.pop(table, ()))
		for table in ("users", "roles", "clients", "networks", "report_rules")
	}
	return Draft(
		{
			"doctype_rules": rows(doctypes),
			"field_rules": rows(fields),
			"conditions": rows(conditions),
			**tables,
			**values,
		},
		FACTS.get,
		automatic_roles=("All", "Guest", "Desk User", "Administrator"),
	)


def said(findings) -> list[str]:
	"""Findings as one sees them in the form: table, row, field, message."""
	return [" ".join(str(p) for p in (f.table, f.row or "", f.field, f.message) if p != "") for f in findings]


def order(*operations: str, **values) -> dict[str, Any]:
	return {"document_type": "Order", **{f"can_{o}": 1 for o in operations}, **values}


def named(fieldname: str, rule="Restricted", table_field="", doctype="Order", **values) -> dict[str, Any]:
	return {
		"document_type": doctype,
		"fieldname": fieldname,
		"rule": rule,
		"table_field": table_field,
		**values,
	}


def must(field: str, operator: str, value=None, operation="update", **values) -> dict[str, Any]:
	return {
		"document_type": "Order",
		"operation": operation,
		"field": field,
		"operator": operator,
		"value": value,
		**values,
	}


ONLY = {"field_mode": "Only Allowed", "acknowledge_hidden_name": 1}


@pytest.mark.parametrize(
	("doctypes", "expected"),
	[
		([order("read", "create", "submit")], []),
		([order("read"), order("update")], ["doctype_rules 2 Order already has row 1."]),
		([{"document_type": "Ordre", "can_read": 1}], ["doctype_rules 1 there is no DocType Ordre."]),
		(
			[{"document_type": "User", "can_read": 1}],
			["doctype_rules 1 this DocType stays closed: it carries permissions."],
		),
		(
			[{"document_type": "User", "can_read": 1, "acknowledge_password_fields": 1}],
			["doctype_rules 1 this DocType stays closed: it carries permissions."],
		),
		(
			[{"document_type": "Terminal", "can_read": 1}],
			["doctype_rules 1 this DocType stays closed: it has Password fields."],
		),
		([{"document_type": "Terminal", "can_read": 1, "acknowledge_password_fields": 1}], []),
		([order()], ["doctype_rules 1 choose an operation for Order, or remove the row."]),
		(
			[{"document_type": "Customer", "can_read": 1, "can_cancel": 1, "can_submit": 1}],
			["doctype_rules 1 Customer can't do this: submit, cancel."],
		),
		(
			[{"document_type": "Settings", "can_read": 1, "can_create": 1}],
			["doctype_rules 1 Settings can't do this: create."],
		),
		([order("read", row_filter='[["customer", "=", "{{user}}"]]')], []),
		([{}], []),  # Frappe says that the DocType is missing
	],
)
def test_doctype_rules(doctypes, expected):
	assert said(validation.errors(draft(doctypes))) == expected


@pytest.mark.parametrize(
	"row_filter",
	["not json", '[["nothing", "=", 1]]', '[["total", "=", "much"]]', '[["customer", "=", "{{me}}"]]'],
)
def test_row_filters_that_do_not_parse(row_filter):
	(found,) = said(validation.errors(draft([order("read", row_filter=row_filter)])))
	assert found.startswith("doctype_rules 1 row_filter ")


@pytest.mark.parametrize(
	("doctypes", "fields", "expected"),
	[
		([order("read")], [named("note"), named("item", table_field="lines")], []),
		([order("read")], [named("note", "Masked", mask_style="Last Four")], []),
		([order("read", "update")], [named("note", "Read Only")], []),
		([order("read", **ONLY)], [named("note", "Allowed"), named("total", "Read Only")], []),
		([order("read", **ONLY)], [named("lines", "Allowed"), named("qty", "Allowed", "lines")], []),
		([order("read")], [named("owner"), named("docstatus", "Masked", mask_style="Full")], []),
		# what does not exist
		([order("read")], [named("nope")], ["field_rules 1 fieldname Order has no field nope."]),
		([order("read")], [named("nope", table_field="lines")], ["fieldname Order Line has no field nope."]),
		(
			[order("read")],
			[named("qty", table_field="rows")],
			["field_rules 1 table_field Order has no table rows."],
		),
		([order("read")], [named("qty", table_field="note")], ["table_field Order has no table note."]),
		(
			[order("read")],
			[named("tax_id", doctype="Customer")],
			["field_rules 1 there is no DocType Rule for Customer"],
		),
		(
			[order("read")],
			[named("note"), named("note", "Read Only")],
			["field_rules 2 note of Order already has row 1."],
		),
		(
			[order("read")],
			[named("qty", table_field="lines")] * 2,
			["2 lines.qty of Order already has row 1."],
		),
		# what no rule can change
		([order("read")], [named("name")], ["fieldname the name is always shown"]),
		([order("read")], [named("name", table_field="lines")], ["fieldname the name is always shown"]),
		([order("read")], [named("secret")], ["fieldname secret is never shown"]),
		([order("read")], [named("a_break")], ["fieldname a_break is never shown"]),
		([order("read")], [named("idx")], ["fieldname idx is never shown"]),
		([order("read")], [named("_user_tags")], ["fieldname _user_tags is never shown"]),
		(
			[order("read")],
			[named("note", "Allowed")],
			["rule the row has no effect: in the field mode All Fields"],
		),
		(
			[order("read")],
			[named("qty", "Allowed", "lines")],
			["the row has no effect: in the field mode All Fields"],
		),
		([order("read", **ONLY)], [named("note")], ["no effect: in the field mode Only Allowed everything"]),
		([order("read")], [named("total", "Read Only")], ["no effect: total can't be written anyway"]),
		([order("read")], [named("owner", "Read Only")], ["no effect: owner can't be written anyway"]),
		(
			[order("read")],
			[named("lines", "Read Only"), named("qty", "Read Only", "lines")],
			["field_rules 2 rule the row has no effect: lines.qty can't be written anyway"],
		),
		# rows of a hidden table
		(
			[order("read", **ONLY)],
			[named("qty", "Allowed", "lines")],
			["no effect: the table lines is hidden"],
		),
		(
			[order("read", **ONLY)],
			[named("qty", "Restricted", "lines")],
			["no effect: the table lines is hidden"],
		),
		(
			[order("read")],
			[named("lines"), named("qty", "Masked", "lines", mask_style="Full")],
			["field_rules 2 rule the row has no effect: the table lines is hidden"],
		),
		(
			[order("read", **ONLY)],
			[
				named("lines", "Allowed"),
				named("qty", "Allowed", "lines"),
				named("item", "Restricted", "lines"),
			],
			["field_rules 3 rule the row has no effect: in the field mode Only Allowed everything"],
		),
		([order("read", **ONLY)], [named("lines", "Allowed"), named("qty", "Restricted", "lines")], []),
		# masks
		([order("read")], [named("note", "Masked")], ["field_rules 1 mask_style choose a mask style."]),
		(
			[order("read")],
			[named("total", "Masked", mask_style="Hash")],
			["mask_style a field of type Currency can't be masked by Hash. Possible: Full."],
		),
		(
			[order("read")],
			[named("date", "Masked", mask_style="Last Four")],
			["mask_style a field of type Date can't be masked by Last Four"],
		),
		([order("read")], [named("lines", "Masked", mask_style="Full")], ["rule a table can't be masked"]),
		# said once, at the DocType Rule
		(
			[{"document_type": "Ordre", "can_read": 1}],
			[named("note", doctype="Ordre")],
			["there is no DocType Ordre"],
		),
	],
)
def test_field_rules(doctypes, fields, expected):
	doctypes = [{"acknowledge_hidden_name": 1, **row} for row in doctypes]
	found = said(validation.errors(draft(doctypes, fields)))
	assert len(found) == len(expected), found
	for sentence, part in zip(found, expected, strict=True):
		assert part in sentence


@pytest.mark.parametrize(
	("operations", "condition", "expected"),
	[
		(["update"], must("total", "<=", 1000), None),
		(["update"], must("lines.qty", "between", [1, 5]), None),
		(["update"], must("status", "in", ["Open", ""]), None),
		(["update"], must("owner", "=", "ann@example.com", document_state="Before"), None),
		(["create"], must("lines", "set", operation="create"), None),
		(
			["read"],
			must("total", "<=", 1),
			"conditions 1 operation update is not ticked in the DocType Rule for Order.",
		),
		(
			["create"],
			must("customer", "set", operation="create", document_state="Before"),
			"conditions 1 document_state before it is created there is no document.",
		),
		(["update"], must("nope", "set"), "conditions 1 field Order has no field nope."),
		(["update"], must("lines.nope", "set"), "field Order Line has no field nope."),
		(["update"], must("rows.qty", "set"), "field Order has no table rows."),
		(["update"], must("secret", "set"), "field secret holds nothing that can be compared."),
		(["update"], must("total", "<=", "much"), "conditions 1 value much is not a number"),
		(["update"], must("lines.qty", "in", [1, "x"]), "value x is not a number"),
		(["update"], must("date", ">", "tomorrow"), "value tomorrow is not a date"),
		(["update"], must("note", "matches", "(a+"), "value the pattern is not understood at character"),
		(["update"], must("lines", "=", 1), "value = can't be used with a field of type Table"),
		(
			["update"],
			must("status", "in", ["Open", "Lost"]),
			"value Lost is not among the options of status.",
		),
		(["update"], must("status", "=", "open"), "value open is not among the options of status."),
		(["update"], {**must("total", "set"), "document_type": "Item"}, "there is no DocType Rule for Item"),
	],
)
def test_conditions(operations, condition, expected):
	found = said(validation.errors(draft([order(*operations)], conditions=[condition])))
	assert (expected is None and not found) or (len(found) == 1 and expected in found[0]), found


@pytest.mark.parametrize(
	("row", "fields", "missing"),
	[
		(order("create"), [named("lines")], "lines"),
		(order("create"), [named("lines", "Read Only")], "lines"),
		(order("create"), [named("item", table_field="lines")], "lines.item"),
		(order("create"), [named("item", "Masked", "lines", mask_style="Full")], "lines.item"),
		(order("create", **ONLY), [named("note", "Allowed")], "customer, lines"),
		(order("create", **ONLY), [named("customer", "Allowed"), named("lines", "Allowed")], None),
		(order("create"), [named("status")], None),  # has a default
		(order("create"), [named("note")], None),  # not required
		(order("read", "update"), [named("lines")], None),
		(order("create", acknowledge_hidden_required=1), [named("lines")], None),
	],
)
def test_required_fields_that_are_hidden_under_create(row, fields, missing):
	found = said(validation.errors(draft([{"acknowledge_hidden_name": 1, **row}], fields)))
	if missing is None:
		assert found == []
	else:
		assert len(found) == 1
		assert found[0].startswith(f"doctype_rules 1 documents can't be created without {missing}, ")


@pytest.mark.parametrize(
	("row", "fields", "expected"),
	[
		(order("read"), [named("customer")], ["the name of the documents is made of customer"]),
		(
			order("read"),
			[named("customer", "Masked", mask_style="Hash")],
			["the name of the documents is made of customer"],
		),
		(order("read"), [named("customer_name")], ["the title of the documents is made of customer_name"]),
		(order("read", field_mode="Only Allowed"), [], ["the name of", "the title of"]),
		(order("read"), [named("customer", "Read Only")], []),
		(order("read", acknowledge_hidden_name=1), [named("customer")], []),
	],
)
def test_t69_a_hidden_field_that_names_the_document(row, fields, expected):
	found = said(validation.errors(draft([row], fields)))
	assert len(found) == len(expected)
	for sentence, part in zip(found, expected, strict=True):
		assert sentence.startswith("doctype_rules 1 " + part)


@pytest.mark.parametrize(
	("autoname", "series", "expected"),
	[
		("field:customer", [], {"customer"}),
		("Field:customer", [], {"customer"}),
		("format:{customer}-{YYYY}-{note}-{###}", [], {"customer", "note"}),
		("format:CUST-{####}", [], set()),
		("naming_series:", ["SO-.YYYY.-.####", "SO-.{customer}.-", "X-.note.-.#"], {"customer", "note"}),
		("SO-.customer.-.####", [], {"customer"}),
		("naming_series:", [], set()),
		("hash", [], set()),
		("prompt", [], set()),
		("", ["SO-.customer.-"], set()),
	],
)
def test_t69_fields_that_make_the_name(autoname, series, expected):
	assert naming_fields(autoname, series, {"customer", "note", "naming_series"}) == expected


@pytest.mark.parametrize(
	("title_field", "template", "expected"),
	[
		("customer", "", {"customer"}),
		("title", "{customer} {note}", {"title", "customer", "note"}),
		("title", "{customer!r:>10}", {"title", "customer"}),
		("title", "{date.year}", {"title", "date"}),
		("title", "plain { brace", {"title"}),
		("customer", "{note}", {"customer"}),  # the template is that of the field title
		(None, "{note}", set()),
		("name", "", set()),
	],
)
def test_t69_fields_that_make_the_title(title_field, template, expected):
	assert title_fields(title_field, template, {"customer", "note", "title", "date"}) == expected


@pytest.mark.parametrize(
	("fields", "expected"),
	[
		([], []),
		([named("tax_id", doctype="Customer")], []),
		(
			[named("full_name", doctype="Customer")],
			["doctype_rules 1 customer_name of Order is a copy of full_name of Customer"],
		),
		(
			[named("price", "Masked", doctype="Item", mask_style="Full")],
			["doctype_rules 1 lines.amount of Order is a copy of price of Item"],
		),
		([named("full_name", doctype="Customer"), named("customer_name")], []),
		([named("full_name", doctype="Customer"), named("customer_name", "Masked", mask_style="Full")], []),
		([named("price", doctype="Item"), named("lines")], []),
	],
)
def test_t69_copies_of_hidden_fields_are_warned_of(fields, expected):
	doctypes = [
		order("read", acknowledge_hidden_name=1),
		{"document_type": "Customer", "can_read": 1},
		{"document_type": "Item", "can_read": 1},
	]
	given = draft(doctypes, fields)
	assert validation.errors(given) == []
	found = validation.warnings(given)
	assert {f.severity for f in found} <= {"warning"}
	assert [s.partition(", which")[0] for s in said(found)] == expected


def test_t69_a_copy_from_a_doctype_outside_the_profile_is_no_matter_of_field_rules():
	assert validation.warnings(draft([order("read")])) == []


@pytest.mark.parametrize(
	("values", "expected"),
	[
		({"users": [{"user": "ann"}, {"user": "bob"}], "roles": [{"role": "Sales User"}]}, []),
		({"users": [{"user": "ann"}, {"user": "ann"}]}, ["users 2 ann is named twice."]),
		({"clients": [{"client": "c"}] * 3}, ["clients 2 c is named twice.", "clients 3 c is named twice."]),
		({"report_rules": [{"report": "r"}] * 2}, ["report_rules 2 r is named twice."]),
		({"users": [{"user": "Guest"}]}, ["users 1 Guest never gets access."]),
		(
			{"roles": [{"role": "Sales User"}, {"role": "Desk User"}]},
			["roles 2 Desk User is given by Frappe itself"],
		),
		({"roles": [{"role": "Administrator"}]}, ["roles 1 Administrator is given by Frappe itself"]),
		({"networks": [{"network": "203.0.113.7"}, {"network": "2001:db8::/32"}]}, []),
		({"networks": [{"network": "203.0.113.7/33"}]}, ["networks 1 203.0.113.7/33 is neither"]),
		({"networks": [{"network": "10.0.0.0/8"}] * 2}, ["networks 2 10.0.0.0/8 is named twice."]),
		({"valid_from": 1, "valid_upto": 2}, []),
		({"valid_from": 2, "valid_upto": 1}, ["valid_upto it ends before it begins."]),
		({"valid_from": 2, "valid_upto": 2}, ["valid_upto it ends before it begins."]),
		({"write_until": 1, "read_only": 1}, []),
		(
			{"write_until": 1, "read_only": 0},
			["write_until a write window needs a profile that is read-only."],
		),
	],
)
def test_whom_it_names_when_and_from_where(values, expected):
	found = said(validation.errors(draft(**values)))
	assert len(found) == len(expected), found
	for sentence, part in zip(found, expected, strict=True):
		assert sentence.startswith(part)


@pytest.mark.parametrize(
	("network", "usable"),
	[
		("192.0.2.0/24", True),
		("192.0.2.5/24", True),
		("::1", True),
		("0.0.0.0/0", True),
		("", False),
		("localhost", False),
		("192.0.2", False),
		("192.0.2.1-192.0.2.9", False),
		("192.0.2.0/24, 10.0.0.0/8", False),
		("::ffff:192.0.2.0/120", False),  # callers from there count as IPv4
	],
)
def test_networks(network, usable):
	assert (network_problem(network) is None) == usable


def test_everything_is_said_at_once_and_in_order():
	given = draft(
		[order("read"), {"document_type": "User", "can_read": 1}],
		[named("nope"), named("note", "Allowed")],
		[must("total", "=", "x", operation="read")],
		users=[{"user": "Guest"}],
	)
	assert [(f.table, f.row) for f in validation.errors(given)] == [
		("users", 1),
		("doctype_rules", 2),
		("field_rules", 1),
		("field_rules", 2),
		("conditions", 1),
	]


def test_messages_keep_what_was_typed_apart():
	"""So that it can be escaped, and the sentence translated."""
	(found,) = validation.errors(draft([order("read")], [named("<b>")]))
	assert isinstance(found.message, Message)
	assert found.message.args == ("Order", "<b>")
	assert "<b>" not in found.message.template


ANN, BOB = "ann@example.com", "bob@example.com"
USERS = {
	ANN: frozenset({"Sales User"}),
	BOB: frozenset({"Sales User", "Stock User"}),
	"Administrator": frozenset({"Sales User", "Stock User"}),
}


def profile(name: str, **values) -> Profile:
	for kind in ("users", "roles", "clients"):
		values[kind] = frozenset(values.get(kind, ()))
	return Profile(name, **values)


@pytest.mark.parametrize(
	("profiles", "expected"),
	[
		([profile("A", roles=["Sales User"])], {}),
		([profile("A", roles=["Sales User"]), profile("B", roles=["Stock User"])], {BOB: ["B"]}),
		([profile("A", roles=["Sales User"]), profile("B", roles=["Stock User"], priority=1)], {}),
		(
			[profile("A", users=[ANN]), profile("B", users=[ANN]), profile("C", users=[ANN])],
			{ANN: ["B", "C"]},
		),
		([profile("A", users=[ANN]), profile("B", users=[BOB])], {}),
		([profile("A", users=[ANN]), profile("B", roles=["Sales User"])], {}),
		# a third that is stronger decides
		(
			[
				profile("A", roles=["Sales User"]),
				profile("B", roles=["Stock User"]),
				profile("C", users=[BOB]),
			],
			{},
		),
		# disabled ones win too
		([profile("A", users=[ANN]), profile("B", users=[ANN], enabled=False)], {ANN: ["B"]}),
		# Administrator only where named
		(
			[profile("A", users=["Administrator"]), profile("B", users=["Administrator"])],
			{"Administrator": ["B"]},
		),
		# by client
		([profile("A", clients=["c"]), profile("B", clients=["d"])], {}),
		([profile("A", clients=["c"]), profile("B", clients=["c", "d"])], {ANN: ["B"], BOB: ["B"]}),
		(
			[
				profile("A", roles=["Sales User"], clients=["c"]),
				profile("B", roles=["Stock User"], clients=["c"]),
			],
			{BOB: ["B"]},
		),
		([profile("A"), profile("B")], {}),
	],
)
def test_users_for_whom_profiles_tie(profiles, expected):
	assert ties.tied(profiles[0], profiles, USERS) == expected
	assert bool(ties.rivals(profiles[0], profiles)) or not expected


def test_ten_of_the_users_for_whom_profiles_tie_are_named():
	found = said(ties.findings({f"user{n:02}@example.com": ["B"] for n in range(13)}))
	assert len(found) == 11
	assert found[0].startswith("For user00@example.com this profile ties with B")
	assert found[10] == "And for 3 more users."
