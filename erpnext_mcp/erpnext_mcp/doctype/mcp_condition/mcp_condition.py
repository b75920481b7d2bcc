from frappe.model.document import Document


class MCPCondition(Document):
	"""One condition on the documents that an operation makes or meets."""
