"""POS Invoice: paid at the counter; its ledger waits for the consolidated Sales Invoice, as in ERPNext."""

import frappe
from frappe import _
from frappe.utils import flt

from demo_erp.demo_erp.doctype.sales_invoice.sales_invoice import SalesInvoice


class POSInvoice(SalesInvoice):
	def validate(self) -> None:
		super().validate()
		self.set_payments()

	def validate_sales_orders(self) -> None:
		"""A POS Invoice has no orders."""

	def set_payments(self) -> None:
		if not self.payments:
			frappe.throw(_("At least one mode of payment is required for POS invoice."))
		accounts = frappe.get_cached_value(
			"Company", self.company, ["default_cash_account", "default_bank_account"], as_dict=True
		)
		for row in self.payments:
			row.base_amount = flt(flt(row.amount) * self.conversion_rate, 2)
			row.account = (
				accounts.default_cash_account if row.type == "Cash" else accounts.default_bank_account
			)
		self.paid_amount = flt(sum(flt(row.amount) for row in self.payments), 2)
		self.base_paid_amount = flt(self.paid_amount * self.conversion_rate, 2)
		self.change_amount = max(flt(self.paid_amount - self.grand_total, 2), 0)
		self.outstanding_amount = max(flt(self.base_grand_total - self.base_paid_amount, 2), 0)
		self.status = self.get_status()

	def before_submit(self) -> None:
		if self.outstanding_amount > 0:
			frappe.throw(_("Total payments amount can't be lower than {0}").format(self.grand_total))

	def on_submit(self) -> None:
		"""No ledger and no credit limit: it is paid."""

	def on_cancel(self) -> None:
		if self.consolidated_invoice:
			frappe.throw(_("POS Invoice {0} is consolidated and cannot be cancelled").format(self.name))
		self.db_set("status", "Cancelled")

	def on_trash(self) -> None:
		"""There are no ledger rows to take along."""
