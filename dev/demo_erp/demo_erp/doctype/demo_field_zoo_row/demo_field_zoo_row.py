"""Demo Field Zoo Row."""

from frappe.model.document import Document


class DemoFieldZooRow(Document):
	pass
