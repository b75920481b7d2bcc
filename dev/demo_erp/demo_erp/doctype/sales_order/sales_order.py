"""Sales Order: what a customer has ordered; delivered by Delivery Notes, billed by Sales Invoices."""

import frappe
from frappe import _
from frappe.utils import flt, getdate

from demo_erp.controllers.credit_limit import check_credit_limit
from demo_erp.controllers.selling import SellingController


class SalesOrder(SellingController):
	def validate_dates(self) -> None:
		if self.order_type == "Sales" and not self.delivery_date:
			dates = [getdate(row.delivery_date) for row in self.items if row.delivery_date]
			if not dates:
				frappe.throw(_("Please enter Delivery Date"))
			self.delivery_date = max(dates)
		for row in self.items:
			row.delivery_date = row.delivery_date or self.delivery_date
			if row.delivery_date and getdate(row.delivery_date) < getdate(self.transaction_date):
				frappe.throw(_("Expected Delivery Date should be after Sales Order Date"))
		if self.po_date and getdate(self.po_date) > getdate(self.transaction_date):
			frappe.throw(_("Row #{0}: Purchase Order Date can not be after Sales Order Date").format(0))

	def on_submit(self) -> None:
		check_credit_limit(self.customer, self.company, self.base_grand_total, is_order=True)
		self.update_quotations()

	def on_cancel(self) -> None:
		self.ignore_linked_doctypes = ("GL Entry",)
		if self.status == "Closed":
			frappe.throw(_("Closed order cannot be cancelled. Unclose to cancel."))
		self.db_set("status", "Cancelled")
		self.update_quotations()

	def update_quotations(self) -> None:
		for quotation in {row.prevdoc_docname for row in self.items if row.prevdoc_docname}:
			frappe.get_doc("Quotation", quotation).update_status()

	def set_status(self) -> None:
		if self.docstatus == 0:
			self.status = "Draft"
		elif self.docstatus == 2:
			self.status = "Cancelled"
		elif self.status not in ("On Hold", "Closed"):
			billed = flt(self.per_billed, 2) >= 100
			delivered = flt(self.per_delivered, 2) >= 100
			self.status = {
				(False, False): "To Deliver and Bill",
				(True, False): "To Deliver",
				(False, True): "To Bill",
				(True, True): "Completed",
			}[billed, delivered]

	def update_delivery(self) -> None:
		"""Add up what submitted delivery notes have delivered of each row."""
		for row in self.items:
			delivered = frappe.get_all(
				"Delivery Note Item", filters={"so_detail": row.name, "docstatus": 1}, pluck="qty"
			)
			row.db_set("delivered_qty", flt(sum(delivered), 3), update_modified=False)
			if row.delivered_qty > flt(row.qty, 3):
				frappe.throw(
					_("This document is over limit by Qty {0} for item {1}.").format(
						flt(row.delivered_qty - row.qty, 3), row.item_code
					)
				)
		self.set_delivery_status()
		self.db_set(
			{
				"per_delivered": self.per_delivered,
				"delivery_status": self.delivery_status,
				"status": self.status,
			}
		)

	def set_delivery_status(self) -> None:
		total = flt(sum(row.qty for row in self.items))
		delivered = flt(sum(flt(row.delivered_qty) for row in self.items))
		self.per_delivered = flt(delivered / total * 100, 2) if total else 0.0
		self.delivery_status = (
			"Fully Delivered"
			if self.per_delivered >= 100
			else "Partly Delivered"
			if self.per_delivered
			else "Not Delivered"
		)
		self.set_status()

	def update_billing(self) -> None:
		"""Add up what submitted invoices have billed of each row."""
		for row in self.items:
			billed = frappe.get_all(
				"Sales Invoice Item", filters={"so_detail": row.name, "docstatus": 1}, pluck="amount"
			)
			row.db_set("billed_amt", flt(sum(billed), 2), update_modified=False)
		self.set_billing_status()
		self.db_set(
			{"per_billed": self.per_billed, "billing_status": self.billing_status, "status": self.status}
		)

	def set_billing_status(self) -> None:
		total = flt(sum(row.amount for row in self.items))
		billed = flt(sum(min(flt(row.billed_amt), flt(row.amount)) for row in self.items))
		self.per_billed = flt(billed / total * 100, 2) if total else 0.0
		self.billing_status = (
			"Fully Billed" if self.per_billed >= 100 else "Partly Billed" if self.per_billed else "Not Billed"
		)
		self.set_status()
