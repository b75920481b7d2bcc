"""Writes, reverses and sums GL Entries of a voucher."""

from typing import TYPE_CHECKING

import frappe
from frappe import _
from frappe.utils import flt

if TYPE_CHECKING:
	from frappe.model.document import Document


def make_gl_entries(doc: "Document") -> None:
	"""Insert the rows of `doc.get_gl_map()`, which must balance."""
	gl_map = doc.get_gl_map()
	check_balance(doc, gl_map)
	for row in gl_map:
		insert_gl_entry(row)


def gl_row(doc: "Document", **values) -> frappe._dict:
	"""One ledger row of `doc`, with what all its rows share."""
	row = frappe._dict(
		doctype="GL Entry",
		posting_date=doc.posting_date,
		company=doc.company,
		voucher_type=doc.doctype,
		voucher_no=doc.name,
		account_currency=frappe.get_cached_value("Account", values["account"], "account_currency"),
		cost_center=doc.get("cost_center") or frappe.get_cached_value("Company", doc.company, "cost_center"),
		remarks=doc.get("remarks"),
		is_opening="No",
		is_advance="No",
		is_cancelled=0,
		debit=0.0,
		credit=0.0,
	)
	row.update(values)
	# every account is kept in the currency of its company
	row.debit_in_account_currency, row.credit_in_account_currency = row.debit, row.credit
	return row


def check_balance(doc: "Document", gl_map: list[frappe._dict]) -> None:
	difference = flt(sum(flt(row.debit) - flt(row.credit) for row in gl_map), 2)
	if difference:
		frappe.throw(
			_("Debit and Credit not equal for {0} #{1}. Difference is {2}.").format(
				doc.doctype, doc.name, difference
			)
		)


def insert_gl_entry(row: frappe._dict) -> None:
	entry = frappe.get_doc(row)
	entry.docstatus = 1
	entry.flags.ignore_permissions = True
	entry.flags.from_voucher = True
	entry.insert()


def reverse_gl_entries(doc: "Document") -> None:
	"""Mark the voucher's rows as cancelled and write their mirror images, as ERPNext does."""
	filters = {"voucher_type": doc.doctype, "voucher_no": doc.name, "is_cancelled": 0}
	rows = frappe.get_all("GL Entry", filters=filters, fields=["*"], order_by="name")
	frappe.db.set_value("GL Entry", filters, "is_cancelled", 1)
	for row in rows:
		insert_gl_entry(mirrored(row))


def mirrored(row: frappe._dict) -> frappe._dict:
	"""The row that takes `row` back: debit and credit change places."""
	mirror = frappe._dict(
		(key, value)
		for key, value in row.items()
		if key not in ("name", "creation", "modified", "owner", "modified_by")
	)
	mirror.update(doctype="GL Entry", is_cancelled=1, debit=row.credit, credit=row.debit)
	mirror.debit_in_account_currency = row.credit_in_account_currency
	mirror.credit_in_account_currency = row.debit_in_account_currency
	mirror.remarks = _("On cancellation of {0}").format(row.voucher_no)
	return mirror


def get_outstanding(voucher_type: str, voucher_no: str, account: str) -> float:
	"""What is left to be paid of an invoice, from the ledger."""
	rows = frappe.get_all(
		"GL Entry",
		filters={
			"against_voucher_type": voucher_type,
			"against_voucher": voucher_no,
			"account": account,
			"is_cancelled": 0,
		},
		fields=["debit", "credit"],
	)
	return flt(sum(flt(row.debit) - flt(row.credit) for row in rows), 2)


def get_customer_outstanding(customer: str, company: str) -> float:
	"""The customer's open balance in one company, from the ledger."""
	rows = frappe.get_all(
		"GL Entry",
		filters={"party_type": "Customer", "party": customer, "company": company, "is_cancelled": 0},
		fields=["debit", "credit"],
	)
	return flt(sum(flt(row.debit) - flt(row.credit) for row in rows), 2)
