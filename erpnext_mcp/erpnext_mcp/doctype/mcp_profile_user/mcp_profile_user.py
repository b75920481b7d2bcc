from frappe.model.document import Document


class MCPProfileUser(Document):
	"""A user whom a profile names."""
