"""Linked documents as restricted users: only through fields, DocTypes and rows that exist for them (T10, T13, T25)."""

import json

import frappe
import pytest

from erpnext_mcp.documents.links import linking_documents
from erpnext_mcp.policy import store
from erpnext_mcp.policy.grant import grant_for

CLERK = "mcp.clerk@example.com"
QUOTATION, ORDER, OTHER_ORDER = "MCP-LINK-QTN", "MCP-LINK-SO-1", "MCP-LINK-SO-2"
PAYMENT, TRICKY = "MCP-LINK-PE-1", "MCP-LINK-PE-2"


@pytest.fixture(scope="module")
def documents(world):
	"""Rows as ERPNext would write them, without its validation: what counts here is who is shown them."""
	frappe.set_user("Administrator")
	company = frappe.get_all("Company", order_by="name asc", pluck="name", limit=1)[0]
	common = {
		"company": company,
		"territory": world.NORTH,
		"title": "MCP title",
		"customer_name": "MCP title",
	}
	made = []

	def insert(doctype: str, name: str, **values) -> None:
		doc = frappe.get_doc({"doctype": doctype, "name": name, **values})
		made.append(doc)
		doc.db_insert()
		for row in doc.get_all_children():
			row.parent, row.parenttype = name, doctype
			row.name = frappe.generate_hash(length=10)
			row.docstatus = doc.docstatus
			row.db_insert()

	insert("Quotation", QUOTATION, quotation_to="Customer", party_name=world.ALPHA, **common)
	# The same name, but of another DocType.
	insert("Quotation", "MCP-LINK-QTN-2", quotation_to="Lead", party_name=world.ALPHA, **common)
	rows = [{"prevdoc_docname": QUOTATION, "idx": i, "parentfield": "items"} for i in (1, 2)]
	insert("Sales Order", ORDER, customer=world.ALPHA, items=rows, docstatus=1, **common)
	south = {**common, "territory": world.SOUTH}
	insert("Sales Order", OTHER_ORDER, customer=world.ALPHA, items=rows[:1], **south)

	def references(*pairs):
		return [
			{"reference_doctype": d, "reference_name": n, "idx": i, "parentfield": "references"}
			for i, (d, n) in enumerate(pairs, 1)
		]

	payment = {"company": company, "party_type": "Customer", "party": world.ODD}
	insert("Payment Entry", PAYMENT, references=references(("Sales Order", ORDER)), **payment)
	crossed = references(("Sales Order", OTHER_ORDER), ("Sales Invoice", ORDER))
	insert("Payment Entry", TRICKY, references=crossed, **payment)
	world.make_user(CLERK, "Sales User", "Accounts User")
	frappe.db.commit()
	yield
	frappe.set_user("Administrator")
	frappe.db.rollback()
	for doc in made:
		for row in doc.get_all_children():
			frappe.db.delete(row.doctype, {"name": row.name})
		frappe.db.delete(doc.doctype, {"name": doc.name})
	frappe.delete_doc("User", CLERK, force=True)
	frappe.db.commit()


@pytest.fixture
def reading(changed, world, documents):
	"""reading(*doctypes, fields=[...], **rules by DocType): what the profile of READER, MASTER and CLERK opens."""

	def reading(*doctypes: str, fields=(), **rules):
		return changed(
			"MCP Permission Profile",
			world.PROFILE,
			users=[{"user": user} for user in (world.READER, world.MASTER, CLERK)],
			doctype_rules=[
				{
					"document_type": doctype,
					"can_read": 1,
					"acknowledge_hidden_required": 1,
					"acknowledge_hidden_name": 1,
					**rules.get(doctype.replace(" ", "_"), {}),
				}
				for doctype in doctypes
			],
			field_rules=list(fields),
		)

	return reading


def linked(answer) -> set[tuple[str, str, str]]:
	assert answer.error is None, answer.text
	return {(d["doctype"], d["name"], d["fieldname"]) for d in answer.content["linked"]}


def test_links_and_dynamic_links(call, world, reading, last_entry):
	with reading("Customer", "Quotation", "Sales Order"):
		answer = call(world.MASTER, "get_linked_documents", doctype="Customer", name=world.ALPHA, limit=50)
		assert linked(answer) == {
			("Quotation", QUOTATION, "party_name"),
			("Sales Order", ORDER, "customer"),
			("Sales Order", OTHER_ORDER, "customer"),
		}
		assert answer.content["has_more"] is False
		assert {d["title"] for d in answer.content["linked"]} == {"MCP title"}
		entry = last_entry(tool="get_linked_documents")
		assert entry.reference_name == world.ALPHA and entry.row_count == 3
		page = call(world.MASTER, "get_linked_documents", doctype="Customer", name=world.ALPHA, limit=2)
		assert len(linked(page)) == 2 and page.content["has_more"] is True


def test_user_permissions_and_row_filters_hold_for_what_links(call, world, reading):
	with reading("Customer", "Sales Order"):
		answer = call(world.READER, "get_linked_documents", doctype="Customer", name=world.ALPHA)
		assert linked(answer) == {("Sales Order", ORDER, "customer")}
	with reading("Customer", "Sales Order", Sales_Order={"row_filter": json.dumps({"docstatus": 0})}):
		answer = call(world.MASTER, "get_linked_documents", doctype="Customer", name=world.ALPHA)
		assert linked(answer) == {("Sales Order", OTHER_ORDER, "customer")}


def test_t13_only_doctypes_of_the_profile_that_can_be_read(call, world, reading):
	with reading("Customer", "Sales Order", "Payment Entry", Sales_Order={"can_read": 0, "can_select": 1}):
		answer = call(world.MASTER, "get_linked_documents", doctype="Customer", name=world.ALPHA)
		assert linked(answer) == set()
		answer = call(world.MASTER, "get_linked_documents", doctype="Customer", name=world.ODD)
		assert linked(answer) == set(), "Payment Entry is not for sales users in Frappe"


@pytest.mark.parametrize(
	("fieldname", "rule"),
	[("customer", "Restricted"), ("customer", "Masked")],
)
def test_t10_hidden_and_masked_link_fields_link_nothing(call, world, reading, fieldname, rule):
	hidden = {"document_type": "Sales Order", "fieldname": fieldname, "rule": rule}
	if rule == "Masked":
		hidden["mask_style"] = "Hash"
	with reading("Customer", "Sales Order", fields=[hidden]):
		answer = call(world.MASTER, "get_linked_documents", doctype="Customer", name=world.ALPHA)
		assert linked(answer) == set()


def test_t10_a_dynamic_link_needs_both_its_fields(call, world, reading):
	for fieldname in ("quotation_to", "party_name"):
		hidden = {"document_type": "Quotation", "fieldname": fieldname, "rule": "Restricted"}
		with reading("Customer", "Quotation", fields=[hidden]):
			answer = call(world.MASTER, "get_linked_documents", doctype="Customer", name=world.ALPHA)
			assert linked(answer) == set()


def test_links_in_rows_lead_to_the_document_once(call, world, reading):
	with reading("Quotation", "Sales Order"):
		answer = call(world.MASTER, "get_linked_documents", doctype="Quotation", name=QUOTATION)
		assert [(d["name"], d["fieldname"]) for d in sorted(answer.content["linked"], key=str)] == [
			(ORDER, "items.prevdoc_docname"),
			(OTHER_ORDER, "items.prevdoc_docname"),
		]
	for hidden in (
		{"table_field": "items", "fieldname": "prevdoc_docname"},
		{"fieldname": "items"},
	):
		rule = {"document_type": "Sales Order", "rule": "Restricted", **hidden}
		with reading("Quotation", "Sales Order", fields=[rule]):
			answer = call(world.MASTER, "get_linked_documents", doctype="Quotation", name=QUOTATION)
			assert linked(answer) == set()


def test_dynamic_links_in_rows_are_asked_of_one_row(call, world, reading):
	"""TRICKY has the DocType in one row and the name in another."""
	with reading("Sales Order", "Payment Entry"):
		answer = call(CLERK, "get_linked_documents", doctype="Sales Order", name=ORDER)
		assert linked(answer) == {("Payment Entry", PAYMENT, "references.reference_name")}


def test_single_documents_link_too(call, world, reading, changed):
	with changed("Selling Settings", "Selling Settings", territory=world.NORTH):
		with reading("Territory", "Selling Settings"):
			found = linked(call(world.MASTER, "get_linked_documents", doctype="Territory", name=world.NORTH))
			assert ("Selling Settings", "Selling Settings", "territory") in found
			found = linked(call(world.READER, "get_linked_documents", doctype="Territory", name=world.NORTH))
			assert found == set(), "READER has no permission on it in Frappe"
		hidden = {"document_type": "Selling Settings", "fieldname": "territory", "rule": "Restricted"}
		with reading("Territory", "Selling Settings", fields=[hidden]):
			found = linked(call(world.MASTER, "get_linked_documents", doctype="Territory", name=world.NORTH))
			assert found == set()


def test_t13_the_document_itself_must_be_visible(call, world, reading):
	with reading("Customer", "Sales Order"):
		answers = {
			call(world.READER, "get_linked_documents", doctype="Customer", name=name).text
			for name in (world.HIDDEN, "No such customer")
		}
		assert len(answers) == 1 and '"code":"not_found"' in answers.pop()


@pytest.mark.parametrize("which", ["ODD", "ARABIC"])
def test_t18_odd_names(call, world, reading, which):
	with reading("Customer", "Sales Order", "Payment Entry"):
		answer = call(CLERK, "get_linked_documents", doctype="Customer", name=getattr(world, which))
		expected = {("Payment Entry", n, "party") for n in (PAYMENT, TRICKY)} if which == "ODD" else set()
		assert linked(answer) == expected


def test_t25_what_stands_against_a_cancellation_is_submitted(world, reading, admin):
	with reading("Customer", "Sales Order"):
		frappe.set_user(world.MASTER)
		grant = grant_for(world.MASTER, store.load())

		def names(**arguments) -> set[str]:
			found, has_more = linking_documents(
				grant.doctypes(), lambda d: grant.access(d, "read"), "Customer", world.ALPHA, 10, **arguments
			)
			assert has_more is False
			return {d["name"] for d in found}

		assert names() == {ORDER, OTHER_ORDER}
		assert names(submitted=True) == {ORDER}
		frappe.set_user("Administrator")
