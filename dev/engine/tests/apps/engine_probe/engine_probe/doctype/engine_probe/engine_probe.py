from frappe.model.document import Document


class EngineProbe(Document):
	"""Shows which hook saw it."""
