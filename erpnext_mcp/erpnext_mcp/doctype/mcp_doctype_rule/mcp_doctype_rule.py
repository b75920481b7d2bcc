from frappe.model.document import Document


class MCPDocTypeRule(Document):
	"""One row of a profile: the operations it opens on one DocType."""
