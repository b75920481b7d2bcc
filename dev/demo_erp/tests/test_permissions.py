"""What the restricted users of the demo may see: the tests of erpnext_mcp rely on it."""

import frappe
import pytest

from demo_erp.seeding.companies import GULF, TRADING
from demo_erp.seeding.users import (
	ANALYST,
	CLERK,
	MANAGER,
	MCP_ADMIN,
	MCP_ROLE,
	SALES_NORTH,
	VISITOR,
	grant_mcp_administrator,
)


def test_the_sales_user_sees_one_territory(as_user):
	[shared] = frappe.get_all(
		"DocShare", filters={"user": SALES_NORTH, "share_doctype": "Customer"}, pluck="share_name"
	)
	with as_user(SALES_NORTH):
		rows = frappe.get_list("Customer", fields=["name", "territory"], limit=0)
		assert {row.territory for row in rows if row.name != shared} == {"North"}
		assert len(rows) == 71
		orders = frappe.get_list("Sales Order", fields=["territory"], limit=0)
		assert orders and {row.territory for row in orders} == {"North"}
		assert not frappe.has_permission("Customer", "read", "O'Brien & Sons") or "O'Brien & Sons" in {
			row.name for row in rows
		}
		with pytest.raises(frappe.PermissionError):
			frappe.get_list("Sales Invoice")


def test_the_clerk_sees_one_company(as_user):
	[shared] = frappe.get_all(
		"DocShare", filters={"user": CLERK, "share_doctype": "Sales Invoice"}, pluck="share_name"
	)
	with as_user(CLERK):
		rows = frappe.get_list("Sales Invoice", fields=["name", "company"], limit=0)
		assert {row.company for row in rows if row.name != shared} == {TRADING}
		assert {row.company for row in frappe.get_list("GL Entry", fields=["company"], limit=0)} == {TRADING}
		assert frappe.get_list("Company", pluck="name") == [TRADING]
		assert frappe.has_permission("Sales Invoice", "write", shared)
		assert frappe.db.get_value("Sales Invoice", shared, "company") == GULF
		assert not frappe.has_permission("Sales Invoice", "cancel")


def test_the_analyst_only_reads(as_user):
	with as_user(ANALYST):
		for doctype in ("Customer", "Item", "Sales Order", "Sales Invoice", "Payment Entry", "GL Entry"):
			assert frappe.has_permission(doctype, "read"), doctype
			for ptype in ("create", "write", "delete", "submit", "cancel", "share"):
				assert not frappe.has_permission(doctype, ptype), (doctype, ptype)
		assert len(frappe.get_list("Customer", limit=0)) == 500


def test_the_visitor_has_nothing_but_a_share(as_user):
	with as_user(VISITOR):
		assert len(frappe.get_list("Quotation", limit=0)) == 1
		for doctype in ("Customer", "Sales Order", "Sales Invoice", "Demo Visit Report"):
			assert not frappe.has_permission(doctype, "read"), doctype


def test_the_sales_user_sees_own_and_shared_visits(as_user):
	with as_user(SALES_NORTH):
		rows = frappe.get_list("Demo Visit Report", fields=["owner"], limit=0)
		assert sorted(row.owner for row in rows) == [MANAGER] + [SALES_NORTH] * 12
	with as_user(MANAGER):
		assert len(frappe.get_list("Demo Visit Report", limit=0)) == 20


@pytest.mark.parametrize(
	("user", "doctype", "field", "visible"),
	[
		(SALES_NORTH, "Customer", "credit_limits", False),
		(MANAGER, "Customer", "credit_limits", True),
		(ANALYST, "Customer", "credit_limits", False),
		(CLERK, "Sales Invoice", "total_commission", False),
		(SALES_NORTH, "Sales Order", "ignore_pricing_rule", False),
		(MANAGER, "Sales Order", "ignore_pricing_rule", True),
		(SALES_NORTH, "Demo Field Zoo", "a_level_one", False),
		(MANAGER, "Demo Field Zoo", "a_level_one", True),
	],
)
def test_permlevel_one_of_documents(as_user, user, doctype, field, visible):
	with as_user(user):
		levels = frappe.get_meta(doctype).get_permlevel_access("read")
		assert (frappe.get_meta(doctype).get_field(field).permlevel in levels) == visible


@pytest.mark.parametrize(
	("user", "doctype", "table", "field", "visible"),
	[
		(CLERK, "Sales Invoice", "items", "incoming_rate", False),
		(SALES_NORTH, "Sales Order", "items", "gross_profit", False),
		(MANAGER, "Sales Order", "items", "gross_profit", True),
	],
)
def test_permlevel_one_of_rows(as_user, user, doctype, table, field, visible):
	with as_user(user):
		name = frappe.get_list(doctype, filters={"docstatus": 1}, pluck="name", limit=1)[0]
		doc = frappe.get_doc(doctype, name)
		assert doc.get(table)[0].get(field) is not None
		doc.apply_fieldlevel_read_permissions()
		assert (doc.get(table)[0].get(field) is not None) == visible


def test_a_hidden_table_can_not_be_changed(as_user):
	name = frappe.get_all(
		"Customer Credit Limit", filters={"parenttype": "Customer"}, pluck="parent", limit=0
	)
	name = next(n for n in name if frappe.db.get_value("Customer", n, "territory") == "North")
	before = frappe.get_doc("Customer", name).credit_limits[0].credit_limit
	with as_user(SALES_NORTH):
		doc = frappe.get_doc("Customer", name)
		doc.credit_limits[0].credit_limit = before * 10
		doc.website = "https://new.example.com"
		doc.save()
	doc = frappe.get_doc("Customer", name)
	assert (doc.credit_limits[0].credit_limit, doc.website) == (before, "https://new.example.com")


def test_the_role_of_the_mcp_administrator_is_granted_when_it_is_there():
	if not frappe.db.exists("Role", MCP_ROLE):
		frappe.get_doc(doctype="Role", role_name=MCP_ROLE).insert()
	grant_mcp_administrator("erpnext_mcp")
	assert MCP_ROLE in frappe.get_roles(MCP_ADMIN)
