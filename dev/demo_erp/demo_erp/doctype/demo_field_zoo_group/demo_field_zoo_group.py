"""Demo Field Zoo Group."""

from frappe.model.document import Document


class DemoFieldZooGroup(Document):
	pass
