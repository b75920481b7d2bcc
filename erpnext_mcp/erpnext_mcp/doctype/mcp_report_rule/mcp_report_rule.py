from frappe.model.document import Document


class MCPReportRule(Document):
	"""A report that a profile opens."""
