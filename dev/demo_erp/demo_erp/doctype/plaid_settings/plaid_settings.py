"""Plaid Settings."""

from frappe.model.document import Document


class PlaidSettings(Document):
	pass
