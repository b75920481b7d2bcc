"""Selling Settings: the sample Single."""

import frappe
from frappe import _
from frappe.model.document import Document


class SellingSettings(Document):
	def validate(self) -> None:
		price_list = self.selling_price_list
		if price_list and not frappe.db.get_value("Price List", price_list, "selling"):
			frappe.throw(_("Price List {0} is not for selling").format(price_list))
