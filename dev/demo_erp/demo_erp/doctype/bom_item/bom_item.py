"""BOM Item."""

from frappe.model.document import Document


class BOMItem(Document):
	pass
