"""GL Entry: the ledger; written by vouchers only."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt


class GLEntry(Document):
	def validate(self) -> None:
		if not self.flags.from_voucher:
			frappe.throw(_("A GL Entry is made by submitting a voucher, never by hand."))
		for field in ("account", "voucher_type", "voucher_no", "company"):
			if not self.get(field):
				frappe.throw(
					_("{0} is required").format(_(self.meta.get_label(field))), frappe.MandatoryError
				)
		if not flt(self.debit) and not flt(self.credit):
			frappe.throw(_("Either debit or credit amount is required for {0}").format(self.account))
		if frappe.get_cached_value("Account", self.account, "is_group"):
			frappe.throw(
				_("Account {0} is a Group Account and cannot be used in transactions").format(self.account)
			)

	def on_cancel(self) -> None:
		frappe.throw(_("Individual GL Entry cannot be cancelled. Please cancel related transaction."))

	def on_trash(self) -> None:
		frappe.throw(_("A GL Entry can not be deleted. Please cancel the related transaction."))
