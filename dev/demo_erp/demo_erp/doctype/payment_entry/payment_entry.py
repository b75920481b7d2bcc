"""Payment Entry: money received from a customer, allocated to invoices."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

from demo_erp.controllers.currency import get_exchange_rate
from demo_erp.controllers.general_ledger import (
	get_customer_outstanding,
	gl_row,
	make_gl_entries,
	reverse_gl_entries,
)


class PaymentEntry(Document):
	def validate(self) -> None:
		self.set_missing_values()
		self.set_amounts()
		self.validate_references()
		self.validate_transaction_reference()
		self.set_remarks()
		self.title = self.party_name or self.party
		self.status = ("Draft", "Submitted", "Cancelled")[self.docstatus]

	def set_missing_values(self) -> None:
		if self.payment_type == "Internal Transfer":
			self.party_type = self.party = self.party_name = None
		elif not (self.party_type and self.party):
			frappe.throw(_("Party is mandatory"), frappe.MandatoryError)
		elif self.party_type == "Customer":
			self.party_name = frappe.db.get_value("Customer", self.party, "customer_name")
			self.party_balance = get_customer_outstanding(self.party, self.company)

		company = frappe.get_cached_doc("Company", self.company)
		bank_or_cash = self.get_bank_or_cash_account(company)
		receivable = company.default_receivable_account
		if self.payment_type == "Receive":
			self.paid_from, self.paid_to = self.paid_from or receivable, self.paid_to or bank_or_cash
		elif self.payment_type == "Pay":
			self.paid_from, self.paid_to = self.paid_from or bank_or_cash, self.paid_to or receivable
		if self.paid_from == self.paid_to:
			frappe.throw(_("Account Paid From and Account Paid To cannot be the same"))
		for field in ("paid_from", "paid_to"):
			account = frappe.get_cached_value(
				"Account", self.get(field), ["company", "account_currency"], as_dict=True
			)
			if account and account.company != self.company:
				frappe.throw(
					_("Account {0} does not belong to company: {1}").format(self.get(field), self.company)
				)
			if account:
				self.set(f"{field}_account_currency", account.account_currency)

	def get_bank_or_cash_account(self, company: Document) -> str:
		mode = self.mode_of_payment and frappe.get_cached_value(
			"Mode of Payment", self.mode_of_payment, "type"
		)
		return company.default_cash_account if mode == "Cash" else company.default_bank_account

	def set_amounts(self) -> None:
		if flt(self.paid_amount) <= 0:
			frappe.throw(_("Paid Amount must be greater than zero"))
		company_currency = frappe.get_cached_value("Company", self.company, "default_currency")
		self.source_exchange_rate = get_exchange_rate(self.paid_from_account_currency, company_currency)
		self.target_exchange_rate = get_exchange_rate(self.paid_to_account_currency, company_currency)
		self.base_paid_amount = flt(flt(self.paid_amount) * self.source_exchange_rate, 2)
		self.received_amount = flt(self.received_amount) or flt(
			self.base_paid_amount / self.target_exchange_rate, 2
		)
		self.base_received_amount = flt(self.received_amount * self.target_exchange_rate, 2)
		self.difference_amount = flt(self.base_paid_amount - self.base_received_amount, 2)
		self.total_allocated_amount = flt(sum(flt(row.allocated_amount) for row in self.references), 2)
		self.base_total_allocated_amount = flt(self.total_allocated_amount * self.source_exchange_rate, 2)
		self.unallocated_amount = flt(self.paid_amount - self.total_allocated_amount, 2)

	def validate_references(self) -> None:
		if self.docstatus == 2:
			return
		for row in self.references:
			if row.reference_doctype != "Sales Invoice":
				frappe.throw(_("Row #{0}: Reference Document Type must be Sales Invoice").format(row.idx))
			invoice = frappe.db.get_value(
				"Sales Invoice",
				row.reference_name,
				[
					"customer",
					"company",
					"docstatus",
					"due_date",
					"base_grand_total",
					"outstanding_amount",
					"debit_to",
				],
				as_dict=True,
			)
			if not invoice:
				frappe.throw(_("{0} {1} does not exist").format(row.reference_doctype, row.reference_name))
			if invoice.customer != self.party or invoice.company != self.company:
				frappe.throw(
					_("{0} {1} is associated with {2}, but Party Account is {3}").format(
						row.reference_doctype, row.reference_name, invoice.customer, self.party
					)
				)
			if invoice.docstatus != 1:
				frappe.throw(_("{0} {1} must be submitted").format(row.reference_doctype, row.reference_name))
			row.due_date, row.account = invoice.due_date, invoice.debit_to
			row.total_amount, row.outstanding_amount = invoice.base_grand_total, invoice.outstanding_amount
			row.exchange_rate = self.source_exchange_rate
			if flt(row.allocated_amount) > flt(invoice.outstanding_amount):
				frappe.throw(
					_("Row #{0}: Allocated Amount cannot be greater than outstanding amount.").format(row.idx)
				)
		if self.unallocated_amount < 0:
			frappe.throw(_("Total allocated amount cannot be greater than the paid amount"))

	def validate_transaction_reference(self) -> None:
		bank = self.paid_to if self.payment_type == "Receive" else self.paid_from
		is_bank = frappe.get_cached_value("Account", bank, "account_type") == "Bank"
		if is_bank and not (self.reference_no and self.reference_date):
			frappe.throw(_("Reference No and Reference Date is mandatory for Bank transaction"))

	def set_remarks(self) -> None:
		if not self.custom_remarks:
			self.remarks = _("Amount {0} {1} received from {2}").format(
				self.paid_from_account_currency, self.paid_amount, self.party or self.paid_from
			)

	def on_submit(self) -> None:
		if self.difference_amount:
			frappe.throw(_("Difference Amount must be zero"))
		make_gl_entries(self)
		self.update_invoices()

	def on_cancel(self) -> None:
		self.ignore_linked_doctypes = ("GL Entry", "Sales Invoice")
		reverse_gl_entries(self)
		self.db_set("status", "Cancelled")
		self.update_invoices()

	def on_trash(self) -> None:
		"""A cancelled payment takes its ledger rows along, as in ERPNext."""
		frappe.db.delete("GL Entry", {"voucher_type": self.doctype, "voucher_no": self.name})

	def update_invoices(self) -> None:
		for invoice in {row.reference_name for row in self.references}:
			frappe.get_doc("Sales Invoice", invoice).update_outstanding()

	def get_gl_map(self) -> list[frappe._dict]:
		"""The paid account is credited, per invoice where one is named; the other one is debited."""
		party_side = "paid_from" if self.payment_type == "Receive" else "paid_to"
		party = {"party_type": self.party_type, "party": self.party} if self.party else {}
		rows = [
			gl_row(
				self,
				account=self.paid_to,
				debit=self.base_received_amount,
				against=self.party or self.paid_from,
				**(party if party_side == "paid_to" else {}),
			)
		]
		credit_party = party if party_side == "paid_from" else {}
		for reference in self.references:
			rows.append(
				gl_row(
					self,
					account=self.paid_from,
					credit=flt(flt(reference.allocated_amount) * self.source_exchange_rate, 2),
					against=self.paid_to,
					against_voucher_type=reference.reference_doctype,
					against_voucher=reference.reference_name,
					**credit_party,
				)
			)
		if left := flt(self.base_paid_amount - sum(row.credit for row in rows), 2):
			advance = "Yes" if self.party else "No"
			rows.append(
				gl_row(
					self,
					account=self.paid_from,
					credit=left,
					against=self.paid_to,
					is_advance=advance,
					**credit_party,
				)
			)
		return rows
