"""Delivery Note: takes what a customer has ordered out of a warehouse."""

import frappe
from frappe import _
from frappe.utils import flt

from demo_erp.controllers.selling import SellingController
from demo_erp.controllers.stock_ledger import (
	Movement,
	delete_ledger_rows,
	post_stock,
	reverse_stock,
	set_posting_time,
	stock_gl_map,
)


class DeliveryNote(SellingController):
	date_field = "posting_date"

	def set_missing_values(self) -> None:
		set_posting_time(self)
		super().set_missing_values()

	def validate(self) -> None:
		super().validate()
		self.validate_warehouses()
		self.validate_sales_orders()

	def validate_warehouses(self) -> None:
		for row in self.items:
			if not row.warehouse and self.is_stock_item(row):
				frappe.throw(
					_("Row #{0}: Warehouse required for stock Item {1}").format(row.idx, row.item_code)
				)
			if (
				row.warehouse
				and frappe.get_cached_value("Warehouse", row.warehouse, "company") != self.company
			):
				frappe.throw(
					_("Warehouse {0} does not belong to company {1}").format(row.warehouse, self.company)
				)

	def validate_sales_orders(self) -> None:
		for name in {row.against_sales_order for row in self.items if row.against_sales_order}:
			order = frappe.db.get_value(
				"Sales Order", name, ["customer", "company", "docstatus"], as_dict=True
			)
			if order and (order.customer != self.customer or order.company != self.company):
				frappe.throw(_("{0} does not match with Sales Order {1}").format(_("Customer"), name))
			if order and order.docstatus != 1:
				frappe.throw(_("Sales Order {0} is not submitted").format(name))

	def set_status(self) -> None:
		if self.docstatus == 0:
			self.status = "Draft"
		elif self.docstatus == 2:
			self.status = "Cancelled"
		elif self.is_return:
			self.status = "Return"
		else:
			self.status = "Completed" if flt(self.per_billed, 2) >= 100 else "To Bill"

	def get_movements(self) -> list[Movement]:
		return [
			Movement(row.name, row.item_code, row.warehouse, -row.stock_qty, flt(row.incoming_rate))
			for row in self.items
			if self.is_stock_item(row)
		]

	@staticmethod
	def is_stock_item(row) -> bool:
		return bool(frappe.get_cached_value("Item", row.item_code, "is_stock_item"))

	def get_gl_map(self) -> list[frappe._dict]:
		return stock_gl_map(self, self.items[0].expense_account)

	def on_submit(self) -> None:
		post_stock(self)
		self.update_sales_orders()

	def on_cancel(self) -> None:
		self.ignore_linked_doctypes = ("GL Entry", "Stock Ledger Entry")
		reverse_stock(self)
		self.db_set("status", "Cancelled")
		self.update_sales_orders()

	def on_trash(self) -> None:
		delete_ledger_rows(self)

	def update_sales_orders(self) -> None:
		for order in {row.against_sales_order for row in self.items if row.against_sales_order}:
			frappe.get_doc("Sales Order", order).update_delivery()

	def update_billing(self) -> None:
		"""Add up what submitted invoices have billed of each row."""
		for row in self.items:
			billed = frappe.get_all(
				"Sales Invoice Item", filters={"dn_detail": row.name, "docstatus": 1}, pluck="amount"
			)
			row.db_set("billed_amt", flt(sum(billed), 2), update_modified=False)
		total = flt(sum(row.amount for row in self.items))
		billed = flt(sum(min(flt(row.billed_amt), flt(row.amount)) for row in self.items))
		self.per_billed = flt(billed / total * 100, 2) if total else 0.0
		self.set_status()
		self.db_set({"per_billed": self.per_billed, "status": self.status})
