"""Stock Ledger Entry: what came into and went out of the warehouses; written by vouchers only."""

import frappe
from frappe import _
from frappe.model.document import Document


class StockLedgerEntry(Document):
	def validate(self) -> None:
		if not self.flags.from_voucher:
			frappe.throw(_("A Stock Ledger Entry is made by submitting a voucher, never by hand."))
		for field in ("item_code", "warehouse", "voucher_type", "voucher_no", "company"):
			if not self.get(field):
				frappe.throw(
					_("{0} is required").format(_(self.meta.get_label(field))), frappe.MandatoryError
				)
		if frappe.get_cached_value("Warehouse", self.warehouse, "is_group"):
			frappe.throw(_("Group node warehouse is not allowed to select for transactions"))

	def on_cancel(self) -> None:
		frappe.throw(_("Individual Stock Ledger Entry cannot be cancelled."))

	def on_trash(self) -> None:
		frappe.throw(_("A Stock Ledger Entry can not be deleted. Please cancel the related transaction."))
