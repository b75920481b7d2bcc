"""Which DocType can be made of which: ERPNext's own mappers, and those that apps add with the hook `mcp_mappers`.

An app gives `mcp_mappers = {"Source DocType": {"Target DocType": "dotted.path"}}`; the function gets the name of the
source and returns the new document unsaved. Only mappers that need nothing else, and that v15 and v16 have under the same
path, stand in the table. A DocType made of itself is its return: a credit note of an invoice.
"""

from collections.abc import Mapping
from typing import Any

import frappe

PAYMENT_ENTRY = "erpnext.accounts.doctype.payment_entry.payment_entry.get_payment_entry"
"""The one mapper that also gets the source's DocType."""

CRM = "erpnext.crm.doctype"
SELLING = "erpnext.selling.doctype"
BUYING = "erpnext.buying.doctype"
STOCK = "erpnext.stock.doctype"
ACCOUNTS = "erpnext.accounts.doctype"

ERPNEXT: Mapping[str, Mapping[str, str]] = {
	"Lead": {
		"Customer": f"{CRM}.lead.lead.make_customer",
		"Opportunity": f"{CRM}.lead.lead.make_opportunity",
		"Quotation": f"{CRM}.lead.lead.make_quotation",
	},
	"Prospect": {
		"Customer": f"{CRM}.prospect.prospect.make_customer",
		"Opportunity": f"{CRM}.prospect.prospect.make_opportunity",
	},
	"Opportunity": {
		"Customer": f"{CRM}.opportunity.opportunity.make_customer",
		"Quotation": f"{CRM}.opportunity.opportunity.make_quotation",
		"Request for Quotation": f"{CRM}.opportunity.opportunity.make_request_for_quotation",
	},
	"Quotation": {
		"Sales Order": f"{SELLING}.quotation.quotation.make_sales_order",
		"Sales Invoice": f"{SELLING}.quotation.quotation.make_sales_invoice",
	},
	"Sales Order": {
		"Delivery Note": f"{SELLING}.sales_order.sales_order.make_delivery_note",
		"Sales Invoice": f"{SELLING}.sales_order.sales_order.make_sales_invoice",
		"Material Request": f"{SELLING}.sales_order.sales_order.make_material_request",
		"Payment Entry": PAYMENT_ENTRY,
	},
	"Delivery Note": {
		"Sales Invoice": f"{STOCK}.delivery_note.delivery_note.make_sales_invoice",
		"Delivery Note": f"{STOCK}.delivery_note.delivery_note.make_sales_return",
	},
	"Sales Invoice": {
		"Delivery Note": f"{ACCOUNTS}.sales_invoice.sales_invoice.make_delivery_note",
		"Payment Entry": PAYMENT_ENTRY,
		"Sales Invoice": f"{ACCOUNTS}.sales_invoice.sales_invoice.make_sales_return",
	},
	"Material Request": {
		"Purchase Order": f"{STOCK}.material_request.material_request.make_purchase_order",
		"Request for Quotation": f"{STOCK}.material_request.material_request.make_request_for_quotation",
		"Supplier Quotation": f"{STOCK}.material_request.material_request.make_supplier_quotation",
		"Stock Entry": f"{STOCK}.material_request.material_request.make_stock_entry",
	},
	"Supplier Quotation": {
		"Purchase Order": f"{BUYING}.supplier_quotation.supplier_quotation.make_purchase_order",
		"Purchase Invoice": f"{BUYING}.supplier_quotation.supplier_quotation.make_purchase_invoice",
		"Quotation": f"{BUYING}.supplier_quotation.supplier_quotation.make_quotation",
	},
	"Purchase Order": {
		"Purchase Receipt": f"{BUYING}.purchase_order.purchase_order.make_purchase_receipt",
		"Purchase Invoice": f"{BUYING}.purchase_order.purchase_order.make_purchase_invoice",
		"Payment Entry": PAYMENT_ENTRY,
	},
	"Purchase Receipt": {
		"Purchase Invoice": f"{STOCK}.purchase_receipt.purchase_receipt.make_purchase_invoice",
		"Purchase Receipt": f"{STOCK}.purchase_receipt.purchase_receipt.make_purchase_return",
	},
	"Purchase Invoice": {
		"Purchase Receipt": f"{ACCOUNTS}.purchase_invoice.purchase_invoice.make_purchase_receipt",
		"Payment Entry": PAYMENT_ENTRY,
		"Purchase Invoice": f"{ACCOUNTS}.purchase_invoice.purchase_invoice.make_debit_note",
	},
}


def all_mappers() -> dict[str, dict[str, str]]:
	"""`{source: {target: dotted path}}` of this site; an app's mapper goes before ERPNext's, the last app's first."""
	found: dict[str, dict[str, str]] = {}
	if "erpnext" in frappe.get_installed_apps():
		found = {source: dict(targets) for source, targets in ERPNEXT.items()}
	for source, targets in frappe.get_hooks("mcp_mappers", default={}).items():
		# Frappe gathers the values of all apps in lists.
		found.setdefault(source, {}).update({target: paths[-1] for target, paths in targets.items()})
	return found


def targets_of(source_doctype: str) -> dict[str, str]:
	"""`{target: dotted path}`: what can be made of a DocType; empty for most."""
	return all_mappers().get(source_doctype, {})


def run(path: str, source_doctype: str, source_name: str) -> Any:
	"""Calls a mapper as the session user.

	:param path: of `targets_of`
	:returns: whatever it returns: a document or a dict, unsaved
	"""
	# As the desk does it (`frappe.model.mapper.make_mapped_doc`): apps may put a mapper of theirs in its place.
	method = frappe.get_attr(frappe.override_whitelisted_method(path))
	if path == PAYMENT_ENTRY:
		return method(source_doctype, source_name)
	return method(source_name)
