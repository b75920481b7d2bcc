"""Makes one document of another, as ERPNext's own mappers do; erpnext_mcp finds them by the hook `mcp_mappers`."""

from typing import TYPE_CHECKING

import frappe
from frappe import _
from frappe.model.mapper import get_mapped_doc
from frappe.utils import flt, getdate, nowdate

if TYPE_CHECKING:
	from frappe.model.document import Document

SUBMITTED = {"validation": {"docstatus": ["=", 1]}}
TAXES = {"Sales Taxes and Charges": {"doctype": "Sales Taxes and Charges", "reset_value": True}}


def make_sales_order_of_quotation(source_name: str) -> "Document":
	_check_validity(source_name)
	return get_mapped_doc(
		"Quotation",
		source_name,
		{
			"Quotation": {"doctype": "Sales Order", **SUBMITTED},
			"Quotation Item": {
				"doctype": "Sales Order Item",
				"field_map": {"parent": "prevdoc_docname", "name": "quotation_item"},
				"condition": lambda row: not row.is_alternative,
			},
			**TAXES,
		},
		postprocess=_set_customer,
	)


def make_sales_invoice_of_quotation(source_name: str) -> "Document":
	return get_mapped_doc(
		"Quotation",
		source_name,
		{
			"Quotation": {"doctype": "Sales Invoice", **SUBMITTED},
			"Quotation Item": {
				"doctype": "Sales Invoice Item",
				"condition": lambda row: not row.is_alternative,
			},
			**TAXES,
		},
		postprocess=_set_customer,
	)


def make_delivery_note_of_sales_order(source_name: str) -> "Document":
	"""What is not delivered yet."""

	def update_item(source: "Document", target: "Document", _parent: "Document") -> None:
		target.qty = flt(source.qty) - flt(source.delivered_qty)

	return get_mapped_doc(
		"Sales Order",
		source_name,
		{
			"Sales Order": {"doctype": "Delivery Note", **SUBMITTED},
			"Sales Order Item": {
				"doctype": "Delivery Note Item",
				"field_map": {"parent": "against_sales_order", "name": "so_detail"},
				"condition": lambda row: flt(row.delivered_qty) < flt(row.qty),
				"postprocess": update_item,
			},
			**TAXES,
		},
	)


def make_sales_invoice_of_sales_order(source_name: str) -> "Document":
	"""What is not billed yet."""

	def update_item(source: "Document", target: "Document", _parent: "Document") -> None:
		if source.rate and source.billed_amt:
			target.qty = flt((source.amount - source.billed_amt) / source.rate, 3)

	return get_mapped_doc(
		"Sales Order",
		source_name,
		{
			"Sales Order": {"doctype": "Sales Invoice", **SUBMITTED},
			"Sales Order Item": {
				"doctype": "Sales Invoice Item",
				"field_map": {"parent": "sales_order", "name": "so_detail"},
				"condition": lambda row: flt(row.billed_amt) < flt(row.amount),
				"postprocess": update_item,
			},
			**TAXES,
		},
		postprocess=_without_checks,
	)


def make_sales_invoice_of_delivery_note(source_name: str) -> "Document":
	"""What is delivered and not billed yet."""

	def update_item(source: "Document", target: "Document", _parent: "Document") -> None:
		if source.rate and source.billed_amt:
			target.qty = flt((source.amount - source.billed_amt) / source.rate, 3)

	return get_mapped_doc(
		"Delivery Note",
		source_name,
		{
			"Delivery Note": {"doctype": "Sales Invoice", **SUBMITTED},
			"Delivery Note Item": {
				"doctype": "Sales Invoice Item",
				"field_map": {
					"parent": "delivery_note",
					"name": "dn_detail",
					"against_sales_order": "sales_order",
					"so_detail": "so_detail",
				},
				"condition": lambda row: flt(row.billed_amt) < flt(row.amount),
				"postprocess": update_item,
			},
			**TAXES,
		},
	)


def make_credit_note(source_name: str) -> "Document":
	"""An invoice over the same rows, turned round."""

	def turn(source: "Document", target: "Document") -> None:
		target.is_return = 1
		target.naming_series = "ACC-SINV-RET-.YYYY.-"
		target.return_against = source.name

	def turn_item(source: "Document", target: "Document", _parent: "Document") -> None:
		target.qty = -flt(source.qty)

	return get_mapped_doc(
		"Sales Invoice",
		source_name,
		{
			"Sales Invoice": {"doctype": "Sales Invoice", **SUBMITTED},
			"Sales Invoice Item": {"doctype": "Sales Invoice Item", "postprocess": turn_item},
			**TAXES,
		},
		postprocess=turn,
	)


def make_payment_entry(source_name: str) -> "Document":
	"""The payment of what is left to be paid of an invoice, without its transaction's number."""
	invoice = frappe.get_doc("Sales Invoice", source_name)
	if invoice.docstatus != 1 or flt(invoice.outstanding_amount) <= 0:
		frappe.throw(_("Can only make payment against unpaid {0}").format(_("Sales Invoice")))
	payment = frappe.new_doc("Payment Entry")
	payment.update(
		{
			"payment_type": "Receive",
			"company": invoice.company,
			"posting_date": nowdate(),
			"party_type": "Customer",
			"party": invoice.customer,
			"party_name": invoice.customer_name,
			"paid_from": invoice.debit_to,
			"paid_to": frappe.get_cached_value("Company", invoice.company, "default_bank_account"),
			"paid_amount": invoice.outstanding_amount,
			"reference_date": nowdate(),
		}
	)
	payment.append(
		"references",
		{
			"reference_doctype": "Sales Invoice",
			"reference_name": invoice.name,
			"due_date": invoice.due_date,
			"total_amount": invoice.base_grand_total,
			"outstanding_amount": invoice.outstanding_amount,
			"allocated_amount": invoice.outstanding_amount,
		},
	)
	return payment


def _check_validity(quotation: str) -> None:
	valid_till = frappe.db.get_value("Quotation", quotation, "valid_till")
	if valid_till and getdate(valid_till) < getdate(nowdate()):
		frappe.throw(_("Validity period of this quotation has ended."))


def _set_customer(source: "Document", target: "Document") -> None:
	target.customer = source.get_customer()


def _without_checks(_source: "Document", target: "Document") -> None:
	# ERPNext's does so too: nobody may take this flag over to the document that is saved.
	target.flags.ignore_permissions = True
