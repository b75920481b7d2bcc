from frappe.model.document import Document


class MCPFieldRule(Document):
	"""What a profile does with one field."""
