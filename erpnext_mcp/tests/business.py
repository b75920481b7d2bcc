"""Business documents for tests, made as Administrator out of what ERPNext and the demo app have in common."""

from typing import Any

import frappe
from frappe.utils import add_days, nowdate

CUSTOMER = "MCP Trade"
"""Buys everything of these tests, so that all of it can be found again; so do others whose names begin with it."""
SUPPLIER = "MCP Supplies"
STOREKEEPER = "mcp.storekeeper@example.com"
ACCOUNTANT = "mcp.accountant@example.com"
CHIEF_ACCOUNTANT = "mcp.chief.accountant@example.com"
USERS = {
	STOREKEEPER: ("Stock User",),
	ACCOUNTANT: ("Accounts User",),
	CHIEF_ACCOUNTANT: ("Accounts User", "Accounts Manager"),
}
VOUCHERS = (
	"Payment Entry",
	"Sales Invoice",
	"Delivery Note",
	"Sales Order",
	"Quotation",
	"Purchase Invoice",
	"Purchase Receipt",
	"Purchase Order",
	"Material Request",
	"Stock Entry",
)
"""In the order in which they can be cancelled."""
LEDGERS = ("GL Entry", "Stock Ledger Entry", "Payment Ledger Entry")


def build(world) -> None:
	"""The customer and the users of the departments; commits."""
	frappe.set_user("Administrator")
	for user, roles in USERS.items():
		world.make_user(user, *roles)
	if not frappe.db.exists("Customer", CUSTOMER):
		frappe.get_doc(
			{
				"doctype": "Customer",
				"customer_name": CUSTOMER,
				"customer_type": "Company",
				"customer_group": leaf("Customer Group"),
				"territory": world.NORTH,
			}
		).insert()
	frappe.db.commit()


def destroy() -> None:
	"""Takes everything away again that `CUSTOMER` bought, the items and the users; commits."""
	frappe.set_user("Administrator")
	frappe.db.rollback()
	items = frappe.get_all("Item", filters={"name": ["like", "MCP-ITEM-%"]}, pluck="name")
	for doctype in filter(frappe.db.table_exists, VOUCHERS):
		for name in _vouchers(doctype, items):
			doc = frappe.get_doc(doctype, name)
			if doc.docstatus == 1:
				doc.flags.ignore_links = True
				doc.cancel()
			for ledger in filter(frappe.db.table_exists, LEDGERS):
				frappe.db.delete(ledger, {"voucher_type": doctype, "voucher_no": name})
			frappe.delete_doc(doctype, name, force=True)
	for doctype in filter(frappe.db.table_exists, ("Item Price", "Bin")):
		frappe.db.delete(doctype, {"item_code": ["in", items or [""]]})
	for name in items:
		frappe.delete_doc("Item", name, force=True)
	for doctype, name in (("Customer", CUSTOMER), ("Supplier", SUPPLIER)):
		if frappe.db.table_exists(doctype):
			for found in frappe.get_all(doctype, filters={"name": ["like", f"{name}%"]}, pluck="name"):
				frappe.delete_doc(doctype, found, force=True)
	for user in USERS:
		frappe.delete_doc_if_exists("User", user, force=True)
	frappe.db.commit()


def _vouchers(doctype: str, items: list[str]) -> list[str]:
	"""All that CUSTOMER has to do with, and all that has one of the items; the newest first."""
	found: set[str] = set()
	meta = frappe.get_meta(doctype)
	for party in ("customer", "party_name", "party", "supplier"):
		if meta.has_field(party):
			for prefix in (CUSTOMER, SUPPLIER):
				found.update(frappe.get_all(doctype, filters={party: ["like", f"{prefix}%"]}, pluck="name"))
	if meta.has_field("items"):
		rows = meta.get_field("items").options
		found.update(frappe.get_all(rows, filters={"item_code": ["in", items or [""]]}, pluck="parent"))
	return frappe.get_all(
		doctype, filters={"name": ["in", [*found, ""]]}, order_by="creation desc", pluck="name"
	)


def leaf(doctype: str) -> str:
	return frappe.get_all(doctype, filters={"is_group": 0}, order_by="lft asc", pluck="name", limit=1)[0]


def company() -> str:
	return frappe.db.get_default("company")


def warehouse() -> str:
	return f"Stores - {frappe.db.get_value('Company', company(), 'abbr')}"


def item(stock: float = 0, rate: float = 10) -> str:
	"""A new stock item that costs 6, is sold for `rate`, and of which so many are there; the caller commits."""
	name = f"MCP-ITEM-{frappe.generate_hash(length=8)}"
	frappe.get_doc(
		{
			"doctype": "Item",
			"item_code": name,
			"item_name": name,
			"item_group": leaf("Item Group"),
			"stock_uom": "Nos",
			"is_stock_item": 1,
			"standard_rate": rate,
			"valuation_rate": 6,
		}
	).insert()
	if stock:
		frappe.get_doc(
			{
				"doctype": "Stock Entry",
				"stock_entry_type": "Material Receipt",
				"company": company(),
				"items": [{"item_code": name, "qty": stock, "t_warehouse": warehouse(), "basic_rate": 6}],
			}
		).insert().submit()
	return name


def document(doctype: str, *rows: dict[str, Any], submit: bool = True, **values: Any):
	"""A quotation, an order or an invoice to CUSTOMER; `rows` are its items. The caller commits."""
	standard: dict[str, Any] = {
		"Quotation": {"quotation_to": "Customer", "party_name": CUSTOMER},
		"Sales Order": {"customer": CUSTOMER, "delivery_date": add_days(nowdate(), 7)},
		"Delivery Note": {"customer": CUSTOMER},
		"Sales Invoice": {"customer": CUSTOMER, "due_date": add_days(nowdate(), 30)},
	}[doctype]
	stored = [{"warehouse": warehouse(), **row} for row in rows] if doctype == "Delivery Note" else rows
	doc = frappe.get_doc(
		{"doctype": doctype, "company": company(), **standard, **values, "items": list(stored)}
	).insert()
	if submit:
		doc.submit()
	return doc
