from frappe.model.document import Document


class MCPIdempotencyKey(Document):
	"""Which document a call with an idempotency key has made; written and read by `documents.idempotency` alone."""
