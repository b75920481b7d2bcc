"""Demo Counter."""

from frappe.model.document import Document


class DemoCounter(Document):
	pass
