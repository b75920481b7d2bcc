from frappe.model.document import Document


class MCPProfileRole(Document):
	"""A role that a profile names."""
