"""Demo Payment Terminal."""

from frappe.model.document import Document


class DemoPaymentTerminal(Document):
	pass
