"""Stock Entry: brings items into a warehouse, takes them out, or moves them."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

from demo_erp.controllers.stock_ledger import (
	Movement,
	delete_ledger_rows,
	post_stock,
	reverse_stock,
	set_posting_time,
	stock_gl_map,
)

# type: whether it needs a source and a target warehouse
WAREHOUSES = {
	"Material Receipt": (False, True),
	"Material Issue": (True, False),
	"Material Transfer": (True, True),
}


class StockEntry(Document):
	def validate(self) -> None:
		self.purpose = self.stock_entry_type
		set_posting_time(self)
		for row in self.items:
			self.set_missing_item_values(row)
			self.validate_item(row)
		self.value_difference = flt(
			sum(row.basic_amount * (bool(row.t_warehouse) - bool(row.s_warehouse)) for row in self.items), 2
		)

	def set_missing_item_values(self, row: Document) -> None:
		item = frappe.get_cached_value(
			"Item", row.item_code, ["item_name", "stock_uom", "valuation_rate"], as_dict=True
		)
		takes, brings = WAREHOUSES[self.stock_entry_type]
		row.s_warehouse = (row.s_warehouse or self.from_warehouse) if takes else None
		row.t_warehouse = (row.t_warehouse or self.to_warehouse) if brings else None
		row.item_name, row.stock_uom = item.item_name, item.stock_uom
		row.uom = row.uom or item.stock_uom
		row.conversion_factor = flt(row.conversion_factor) or 1.0
		row.transfer_qty = flt(flt(row.qty) * row.conversion_factor, 3)
		row.basic_rate = flt(row.basic_rate) or item.valuation_rate
		row.basic_amount = flt(row.transfer_qty * row.basic_rate, 2)
		company = frappe.get_cached_value(
			"Company", self.company, ["cost_center", "stock_adjustment_account"], as_dict=True
		)
		row.cost_center = row.cost_center or company.cost_center
		row.expense_account = row.expense_account or company.stock_adjustment_account

	def validate_item(self, row: Document) -> None:
		takes, brings = WAREHOUSES[self.stock_entry_type]
		if not frappe.get_cached_value("Item", row.item_code, "is_stock_item"):
			frappe.throw(_("{0} is not a stock Item").format(row.item_code))
		if flt(row.qty) <= 0:
			frappe.throw(_("Row #{0}: Qty must be a positive number").format(row.idx))
		if takes and not row.s_warehouse:
			frappe.throw(_("Source warehouse is mandatory for row {0}").format(row.idx))
		if brings and not row.t_warehouse:
			frappe.throw(_("Target warehouse is mandatory for row {0}").format(row.idx))
		for warehouse in filter(None, (row.s_warehouse, row.t_warehouse)):
			if frappe.get_cached_value("Warehouse", warehouse, "company") != self.company:
				frappe.throw(
					_("Warehouse {0} does not belong to company {1}").format(warehouse, self.company)
				)

	def get_movements(self) -> list[Movement]:
		movements = []
		for row in self.items:
			for warehouse, sign in ((row.s_warehouse, -1), (row.t_warehouse, 1)):
				if warehouse:
					movements.append(
						Movement(row.name, row.item_code, warehouse, sign * row.transfer_qty, row.basic_rate)
					)
		return movements

	def get_gl_map(self) -> list[frappe._dict]:
		return stock_gl_map(self, self.items[0].expense_account)

	def on_submit(self) -> None:
		post_stock(self)

	def on_cancel(self) -> None:
		self.ignore_linked_doctypes = ("GL Entry", "Stock Ledger Entry")
		reverse_stock(self)

	def on_trash(self) -> None:
		delete_ledger_rows(self)
