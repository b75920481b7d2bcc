"""Quotation Lost Reason."""

from frappe.model.document import Document


class QuotationLostReason(Document):
	pass
