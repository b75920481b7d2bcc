"""Quotation: an offer to a customer."""

import frappe
from frappe import _
from frappe.utils import getdate, nowdate

from demo_erp.controllers.selling import SellingController


class Quotation(SellingController):
	def get_customer(self) -> str | None:
		return self.party_name if self.quotation_to == "Customer" else None

	def validate_dates(self) -> None:
		if self.valid_till and getdate(self.valid_till) < getdate(self.transaction_date):
			frappe.throw(_("Valid till date cannot be before transaction date"))

	def set_status(self) -> None:
		if self.docstatus == 0:
			self.status = "Draft"
		elif self.docstatus == 2:
			self.status = "Cancelled"
		elif self.status != "Lost":
			self.status = self.get_open_status()

	def get_open_status(self) -> str:
		if frappe.db.exists("Sales Order Item", {"prevdoc_docname": self.name, "docstatus": 1}):
			return "Ordered"
		if self.valid_till and getdate(self.valid_till) < getdate(nowdate()):
			return "Expired"
		return "Open"

	def update_status(self) -> None:
		"""An order was made from this quotation, or cancelled."""
		self.set_status()
		self.db_set("status", self.status)

	def on_cancel(self) -> None:
		self.db_set("status", "Cancelled")

	@frappe.whitelist()
	def declare_enquiry_lost(self, lost_reasons_list: list, detailed_reason: str | None = None) -> None:
		self.check_permission("write")
		if self.get_open_status() == "Ordered":
			frappe.throw(_("Cannot declare as lost, because a Sales Order has been made."))
		for reason in lost_reasons_list:
			self.append("lost_reasons", reason)
		self.order_lost_reason = detailed_reason
		self.db_set("status", "Lost")
		self.save()
