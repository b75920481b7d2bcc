"""BOM: what an item is made of; named BOM-<item>-001."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, flt


class BOM(Document):
	def autoname(self) -> None:
		prefix = f"BOM-{self.item}-"
		existing = frappe.get_all("BOM", filters={"item": self.item}, pluck="name")
		numbers = [cint(name.removeprefix(prefix)) for name in existing if name.startswith(prefix)]
		self.name = f"{prefix}{max(numbers, default=0) + 1:03d}"

	def validate(self) -> None:
		if flt(self.quantity) <= 0:
			frappe.throw(_("Quantity should be greater than 0"))
		for row in self.items:
			self.set_row(row)
		self.raw_material_cost = flt(sum(row.amount for row in self.items), 2)
		self.operating_cost = flt(self.operating_cost, 2)
		self.total_cost = flt(self.raw_material_cost + self.operating_cost, 2)
		self.base_total_cost = flt(self.total_cost * flt(self.conversion_rate), 2)
		self.description = self.description or self.item_name

	def set_row(self, row: Document) -> None:
		if row.item_code == self.item:
			frappe.throw(
				_("BOM recursion: {0} cannot be parent or child of {1}").format(self.item, row.item_code)
			)
		item = frappe.get_cached_value(
			"Item", row.item_code, ["item_name", "stock_uom", "valuation_rate"], as_dict=True
		)
		if not item:
			frappe.throw(_("Row {0}: Item {1} does not exist").format(row.idx, row.item_code))
		row.item_name, row.stock_uom = item.item_name, item.stock_uom
		row.uom = row.uom or item.stock_uom
		row.conversion_factor = flt(row.conversion_factor) or 1.0
		row.stock_qty = flt(flt(row.qty) * row.conversion_factor, 3)
		row.rate = flt(row.rate) or flt(item.valuation_rate)
		row.amount = flt(flt(row.qty) * row.rate, 2)
		row.base_rate = flt(row.rate * flt(self.conversion_rate), 2)
		row.base_amount = flt(row.amount * flt(self.conversion_rate), 2)

	def on_submit(self) -> None:
		self.manage_default_bom()

	def on_update_after_submit(self) -> None:
		self.manage_default_bom()

	def on_cancel(self) -> None:
		self.db_set({"is_active": 0, "is_default": 0})
		if frappe.db.get_value("Item", self.item, "default_bom") == self.name:
			frappe.db.set_value("Item", self.item, "default_bom", None)

	def manage_default_bom(self) -> None:
		"""Only one BOM of an item is its default."""
		if not (self.is_active and self.is_default):
			return
		frappe.db.set_value("BOM", {"item": self.item, "name": ("!=", self.name)}, "is_default", 0)
		frappe.db.set_value("Item", self.item, "default_bom", self.name)
