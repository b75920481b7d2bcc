"""Item Price: the rate of one item in one price list, for everybody or for one customer."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate


class ItemPriceDuplicateItem(frappe.ValidationError):
	"""The same price is already there."""


class ItemPrice(Document):
	def validate(self) -> None:
		self.set_details()
		if self.valid_upto and getdate(self.valid_upto) < getdate(self.valid_from):
			frappe.throw(_("Valid Up To should be after Valid From"))
		self.check_duplicates()

	def set_details(self) -> None:
		price_list = frappe.get_cached_value(
			"Price List", self.price_list, ["enabled", "buying", "selling", "currency"], as_dict=True
		)
		if not price_list or not price_list.enabled:
			frappe.throw(_("The price list {0} does not exist or is disabled").format(self.price_list))
		self.buying, self.selling = price_list.buying, price_list.selling
		self.currency = price_list.currency
		self.item_name, self.item_description, stock_uom = frappe.get_cached_value(
			"Item", self.item_code, ["item_name", "description", "stock_uom"]
		)
		self.uom = self.uom or stock_uom

	def check_duplicates(self) -> None:
		same = {
			"name": ("!=", self.name),
			"item_code": self.item_code,
			"price_list": self.price_list,
			"uom": self.uom,
			"customer": self.customer or ("is", "not set"),
			"valid_from": self.valid_from or ("is", "not set"),
		}
		if frappe.db.exists("Item Price", same):
			frappe.throw(
				_("Item Price appears multiple times based on Price List, Customer, UOM and Dates."),
				ItemPriceDuplicateItem,
			)
