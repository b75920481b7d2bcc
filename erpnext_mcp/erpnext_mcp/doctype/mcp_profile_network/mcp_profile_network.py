from frappe.model.document import Document


class MCPProfileNetwork(Document):
	"""A network that a profile lets calls come from."""
