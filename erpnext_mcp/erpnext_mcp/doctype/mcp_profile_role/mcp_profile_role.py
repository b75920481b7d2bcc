from frappe.model.document import Document


class MCPProfileRole(Document):
	"""A role that a profile or the settings name."""
