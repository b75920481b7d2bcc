"""Item: named by its code."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt


class Item(Document):
	def before_insert(self) -> None:
		self.item_code = (self.item_code or "").strip()
		self.item_name = self.item_name or self.item_code
		self.description = self.description or self.item_name

	def after_insert(self) -> None:
		"""The standard rate becomes a price in the default price list, as in ERPNext."""
		price_list = frappe.db.get_single_value("Selling Settings", "selling_price_list")
		if flt(self.standard_rate) and price_list:
			frappe.get_doc(
				doctype="Item Price",
				price_list=price_list,
				item_code=self.name,
				uom=self.stock_uom,
				price_list_rate=self.standard_rate,
			).insert(ignore_permissions=True)

	def validate(self) -> None:
		if frappe.db.exists("Item Group", self.name):
			frappe.throw(_("An Item Group exists with same name, please change the item name"))
		codes = [row.barcode for row in self.barcodes]
		if len(codes) != len(set(codes)):
			frappe.throw(_("Barcode is entered twice"))
