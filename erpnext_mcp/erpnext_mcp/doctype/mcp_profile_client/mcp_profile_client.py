from frappe.model.document import Document


class MCPProfileClient(Document):
	"""An OAuth client that a profile, or the settings, names."""
