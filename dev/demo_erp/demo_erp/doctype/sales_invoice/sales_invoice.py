"""Sales Invoice: writes the ledger on submit and reverses it on cancel."""

import frappe
from frappe import _
from frappe.utils import flt, getdate, nowdate, nowtime

from demo_erp.controllers.credit_limit import check_credit_limit
from demo_erp.controllers.general_ledger import (
	get_outstanding,
	gl_row,
	make_gl_entries,
	reverse_gl_entries,
)
from demo_erp.controllers.selling import SellingController


class SalesInvoice(SellingController):
	date_field = "posting_date"

	def set_missing_values(self) -> None:
		if not self.customer:
			frappe.throw(_("Customer is mandatory"), frappe.MandatoryError)
		if not self.set_posting_time:
			self.posting_time = self.posting_time or nowtime()
		self.set_accounts()
		super().set_missing_values()
		self.due_date = self.due_date or self.posting_date
		self.remarks = self.remarks or _("No Remarks")

	def set_accounts(self) -> None:
		company = frappe.get_cached_value(
			"Company",
			self.company,
			["default_receivable_account", "default_income_account", "default_currency"],
			as_dict=True,
		)
		self.debit_to = self.debit_to or company.default_receivable_account
		self.party_account_currency = company.default_currency
		for row in self.items:
			row.income_account = row.income_account or company.default_income_account
		for account in {self.debit_to, *(row.income_account for row in self.items)}:
			values = frappe.get_cached_value("Account", account, ["company", "is_group"], as_dict=True)
			if values and values.company != self.company:
				frappe.throw(_("Account {0} does not belong to company: {1}").format(account, self.company))
			if values and values.is_group:
				frappe.throw(_("Account {0} is a group; only a ledger can be used").format(account))
		self.against_income_account = ",".join(dict.fromkeys(row.income_account for row in self.items))

	def validate(self) -> None:
		super().validate()
		self.set_commission()
		self.validate_sales_orders()

	def set_commission(self) -> None:
		if not 0 <= flt(self.commission_rate) <= 100:
			frappe.throw(_("Commission Rate cannot be greater than 100"))
		self.total_commission = flt(self.base_net_total * flt(self.commission_rate) / 100, 2)

	def validate_dates(self) -> None:
		if self.due_date and getdate(self.due_date) < getdate(self.posting_date):
			frappe.throw(_("Due Date cannot be before Posting Date"))

	def validate_sales_orders(self) -> None:
		for row in self.items:
			if not row.sales_order:
				continue
			order = frappe.db.get_value(
				"Sales Order", row.sales_order, ["customer", "company", "docstatus"], as_dict=True
			)
			if order and (order.customer != self.customer or order.company != self.company):
				frappe.throw(
					_("Row #{0}: {1} does not match with Sales Order {2}").format(
						row.idx, _("Customer"), row.sales_order
					)
				)
			if order and order.docstatus != 1:
				frappe.throw(_("Sales Order {0} is not submitted").format(row.sales_order))

	def set_status(self) -> None:
		# after the submission only payments change it
		if self.docstatus == 0 or self._action == "submit":
			self.outstanding_amount = self.base_grand_total
		self.status = self.get_status()

	def get_status(self, today: str | None = None) -> str:
		"""Named as in ERPNext; `today` decides what is overdue."""
		if self.docstatus == 0:
			return "Draft"
		if self.docstatus == 2:
			return "Cancelled"
		if self.is_return:
			return "Return"
		outstanding = flt(self.outstanding_amount, 2)
		if outstanding <= 0:
			return "Paid"
		if getdate(self.due_date) < getdate(today or nowdate()):
			return "Overdue"
		return "Partly Paid" if outstanding < flt(self.base_grand_total, 2) else "Unpaid"

	def on_submit(self) -> None:
		if not self.is_return:
			check_credit_limit(self.customer, self.company, self.base_grand_total)
		make_gl_entries(self)
		self.update_billing()

	def on_cancel(self) -> None:
		self.ignore_linked_doctypes = ("GL Entry",)
		reverse_gl_entries(self)
		self.db_set({"status": "Cancelled", "outstanding_amount": 0})
		self.update_billing()

	def on_trash(self) -> None:
		"""A cancelled invoice takes its ledger rows along, as in ERPNext."""
		frappe.db.delete("GL Entry", {"voucher_type": self.doctype, "voucher_no": self.name})

	def update_billing(self) -> None:
		for doctype, field in (("Sales Order", "sales_order"), ("Delivery Note", "delivery_note")):
			for name in {row.get(field) for row in self.items if row.get(field)}:
				frappe.get_doc(doctype, name).update_billing()

	def update_outstanding(self) -> None:
		"""A payment was made or cancelled."""
		self.outstanding_amount = get_outstanding(self.doctype, self.name, self.debit_to)
		self.db_set({"outstanding_amount": self.outstanding_amount, "status": self.get_status()})

	def get_gl_map(self) -> list[frappe._dict]:
		"""Debtors against income and taxes, in the currency of the company."""
		income: dict[str, float] = {}
		for row in self.items:
			income[row.income_account] = income.get(row.income_account, 0.0) + row.base_net_amount
		taxes = [(tax.account_head, tax.base_tax_amount) for tax in self.taxes if tax.base_tax_amount]
		credits = [(account, flt(amount, 2)) for account, amount in income.items()] + taxes
		# what converting row by row has gained or lost goes to the first income account
		difference = flt(self.base_grand_total - sum(amount for _account, amount in credits), 2)
		if difference:
			account, amount = credits[0]
			credits[0] = (account, flt(amount + difference, 2))

		debtor = gl_row(
			self,
			account=self.debit_to,
			party_type="Customer",
			party=self.customer,
			due_date=self.due_date,
			against=self.against_income_account,
			against_voucher_type=self.doctype,
			against_voucher=self.name,
			**_sided(self.base_grand_total, "debit"),
		)
		others = [
			gl_row(self, account=account, against=self.customer, **_sided(amount, "credit"))
			for account, amount in credits
			if amount
		]
		return [debtor, *others]


def _sided(amount: float, side: str) -> dict[str, float]:
	"""A negative amount (a credit note) goes to the other side."""
	if amount < 0:
		side = "credit" if side == "debit" else "debit"
	return {side: abs(amount)}
