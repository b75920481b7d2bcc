"""T18: virtual, autoincrement, Single and alike-named DocTypes, every field type, names with everything in them.

On the demo's doctypes: a real bench has no such collection.
"""

import frappe
import pytest

PROFILE = "MCP Test Odd"
DOCTYPES = (
	"Demo Exchange Rate",
	"Demo Counter",
	"Demo Field Zoo",
	"Demo Spec-Sheet",
	"Demo Spec_Sheet",
	"Demo Visit Report",
	"Item",
)
SALES = "sales.north@demo.example"
ODD = ("Sheet 1/2", "100% final?", "Rev #3", "مخطط ١", "规格 书", 'O\'Neill "draft"', "a/b/../c", "%2F%252F")


@pytest.fixture(scope="module", autouse=True)
def odd_profile(world):
	if not frappe.db.exists("DocType", "Demo Field Zoo"):
		pytest.skip("the demo's doctypes are not on this site")
	frappe.set_user("Administrator")
	frappe.get_doc(
		{
			"doctype": "MCP Permission Profile",
			"profile_name": PROFILE,
			"users": [{"user": SALES}],
			"doctype_rules": [
				{"document_type": d, "can_read": 1, "acknowledge_password_fields": d == "Demo Field Zoo"}
				for d in DOCTYPES
			],
		}
	).insert()
	frappe.db.commit()
	yield
	frappe.set_user("Administrator")
	frappe.delete_doc("MCP Permission Profile", PROFILE)
	frappe.db.commit()


def content(answer):
	assert answer.error is None, answer.text
	return answer.content


def test_virtual_doctypes_are_listed_and_read(call):
	rows = content(
		call(
			SALES,
			"list_generic_documents",
			doctype="Demo Exchange Rate",
			fields=["exchange_rate"],
			filters={"from_currency": "EUR"},
		)
	)["documents"]
	assert rows and all(row["name"].startswith("EUR-") and row["exchange_rate"] > 0 for row in rows)
	document = content(
		call(SALES, "get_generic_document", doctype="Demo Exchange Rate", name=rows[0]["name"])
	)
	assert document["document"]["exchange_rate"] == rows[0]["exchange_rate"]
	missing = call(SALES, "get_generic_document", doctype="Demo Exchange Rate", name="EUR-XXX")
	assert missing.error.code == "not_found"
	for tool, arguments in (
		("count_generic_documents", {}),
		("search_generic_documents", {"search_term": "EUR"}),
		("aggregate_generic_documents", {"aggregates": [{"function": "count"}]}),
	):
		assert call(SALES, tool, doctype="Demo Exchange Rate", **arguments).error.code == "unsupported"


def test_a_virtual_doctype_is_closed_to_who_has_no_permission(call, world):
	"""v16's get_list does not check virtual DocTypes by itself."""
	world.profile(
		"MCP Test Virtual",
		users=["visitor@demo.example"],
		rules={"Demo Exchange Rate": ["read"], "Item": ["read"]},
	)
	frappe.db.commit()
	try:
		answer = call("visitor@demo.example", "list_generic_documents", doctype="Demo Exchange Rate")
		assert answer.error.code == "not_found"
	finally:
		frappe.delete_doc("MCP Permission Profile", "MCP Test Virtual")
		frappe.db.commit()


def test_a_row_filter_on_a_virtual_doctype_leaves_nothing(call, changed):
	rules = [{"document_type": "Demo Exchange Rate", "can_read": 1}]
	with changed("MCP Permission Profile", PROFILE, doctype_rules=rules):
		frappe.db.set_value(
			"MCP DocType Rule",
			{"parent": PROFILE},
			"row_filter",
			'{"from_currency": "EUR"}',
			update_modified=False,
		)
		from erpnext_mcp.policy import store

		store.changed()
		frappe.db.commit()
		assert content(call(SALES, "list_generic_documents", doctype="Demo Exchange Rate"))["documents"] == []
		read = call(SALES, "get_generic_document", doctype="Demo Exchange Rate", name="EUR-USD")
		assert read.error.code == "not_found"


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("doctype", ["Demo Spec-Sheet", "Demo Spec_Sheet"])
def test_names_with_everything_in_alike_named_doctypes(call, doctype, name):
	document = content(call(SALES, "get_generic_document", doctype=doctype, name=name))
	assert document["doctype"] == doctype and document["name"] == document["document"]["name"] == name
	assert document["document"]["summary"].startswith(doctype)
	listed = content(call(SALES, "list_generic_documents", doctype=doctype, filters={"name": name}))
	assert [row["name"] for row in listed["documents"]] == [name]
	found = content(call(SALES, "search_generic_documents", doctype=doctype, search_term=name))
	assert name in [row["name"] for row in found["documents"]]


def test_autoincrement_names_are_text(call):
	rows = content(
		call(SALES, "list_generic_documents", doctype="Demo Counter", fields=["count"], order_by="name")
	)["documents"]
	assert [row["name"] for row in rows[:2]] == ["1", "2"] and rows[0]["count"] == 10
	assert content(call(SALES, "get_generic_document", doctype="Demo Counter", name="2"))["name"] == "2"
	assert call(SALES, "get_generic_document", doctype="Demo Counter", name="999").error.code == "not_found"


def test_every_field_type_is_plain_json(call):
	answer = call(SALES, "get_generic_document", doctype="Demo Field Zoo", name="Full")
	document = content(answer)["document"]
	assert "a_password" not in answer.text and "a_level_one" not in document
	stored = frappe.get_doc("Demo Field Zoo", "Full")
	assert document["a_date"] == str(stored.a_date) and len(document["a_date"]) == 10
	assert document["a_datetime"] == str(stored.a_datetime)
	assert document["a_time"].count(":") == 2
	assert isinstance(document["a_currency"], float) and isinstance(document["an_int"], int)
	assert isinstance(document["a_json"], dict | list)
	assert isinstance(document["a_table"], list) and isinstance(document["a_table_multiselect"], list)
	assert document["a_virtual"] == stored.a_virtual
	assert not {"a_button", "a_heading", "an_html", "numbers_section", "an_image"} & set(document)


def test_every_column_can_be_listed_filtered_and_ordered_by(call):
	fields = content(call(SALES, "get_doctype_permissions", doctype="Demo Field Zoo"))["fields"]["readable"]
	for fieldname in fields:
		answer = call(
			SALES,
			"list_generic_documents",
			doctype="Demo Field Zoo",
			fields=[fieldname],
			filters=[[fieldname, "is", "set"]],
			order_by=fieldname,
		)
		if fieldname in ("a_table", "a_table_multiselect", "a_virtual"):
			assert answer.error.code in ("invalid_arguments", "field_not_permitted"), fieldname
		else:
			assert answer.error is None, answer.text


def test_a_doctype_with_passwords_is_closed_until_it_is_acknowledged(call, changed):
	terminal = {"document_type": "Demo Field Zoo", "can_read": 1, "acknowledge_password_fields": 1}
	assert content(call(SALES, "list_doctypes", search="Zoo"))["doctypes"]
	with changed("MCP Permission Profile", PROFILE, doctype_rules=[terminal]):
		frappe.db.set_value("MCP DocType Rule", {"parent": PROFILE}, "acknowledge_password_fields", 0)
		from erpnext_mcp.policy import store

		store.changed()
		frappe.db.commit()
		assert (
			call(SALES, "get_generic_document", doctype="Demo Field Zoo", name="Full").error.code
			== "not_found"
		)


def test_if_owner_shows_own_documents_and_shared_ones_only(call):
	mine = content(
		call(SALES, "list_generic_documents", doctype="Demo Visit Report", fields=["owner"], limit=100)
	)
	everything = frappe.db.count("Demo Visit Report")
	assert 0 < len(mine["documents"]) < everything
	others = [row["name"] for row in mine["documents"] if row["owner"] != SALES]
	shared = frappe.get_all(
		"DocShare",
		filters={"user": SALES, "share_doctype": "Demo Visit Report", "read": 1},
		pluck="share_name",
	)
	assert set(others) == set(shared) and shared
	count = content(call(SALES, "count_generic_documents", doctype="Demo Visit Report"))["count"]
	assert count == len(mine["documents"])
	foreign = frappe.get_all(
		"Demo Visit Report",
		filters={"owner": ["!=", SALES], "name": ["not in", shared]},
		pluck="name",
		limit=1,
	)[0]
	assert (
		call(SALES, "get_generic_document", doctype="Demo Visit Report", name=foreign).error.code
		== "not_found"
	)
