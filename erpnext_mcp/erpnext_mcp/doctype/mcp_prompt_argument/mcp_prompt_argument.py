from frappe.model.document import Document


class MCPPromptArgument(Document):
	"""One placeholder of an MCP Prompt."""
