"""Price List: prices for selling, buying or both, in one currency."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint


class PriceList(Document):
	def validate(self) -> None:
		if not cint(self.buying) and not cint(self.selling):
			frappe.throw(_("Price List must be applicable for Buying or Selling"))

	def on_update(self) -> None:
		"""Keep the copies in Item Price in step."""
		frappe.db.set_value(
			"Item Price",
			{"price_list": self.name},
			{"currency": self.currency, "buying": cint(self.buying), "selling": cint(self.selling)},
			update_modified=False,
		)
