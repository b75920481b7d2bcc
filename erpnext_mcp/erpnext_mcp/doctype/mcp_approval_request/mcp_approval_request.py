import frappe
from frappe import _
from frappe.model.document import Document

from erpnext_mcp.audit.protected import ProtectedDocument

DOCTYPE = "MCP Approval Request"
READERS = frozenset({"System Manager", "MCP Administrator"})
"""Who sees everybody's requests; others see their own."""


class MCPApprovalRequest(ProtectedDocument):
	"""A call that waits for a person. Made by the call itself, decided by `limits.approvals.decide`."""

	def refusal(self) -> str:
		return _("Approval requests are made by calls, and decided with the buttons of their form.")


def get_permission_query_conditions(user: str | None = None) -> str:
	"""Lists: users who are no administrators see their own requests."""
	user = user or frappe.session.user
	return "" if _reads_all(user) else f"`tab{DOCTYPE}`.`user` = {frappe.db.escape(user)}"


def has_permission(doc: Document, ptype: str | None = None, user: str | None = None) -> bool:
	"""Single requests: the same."""
	user = user or frappe.session.user
	return _reads_all(user) or doc.get("user") == user


def _reads_all(user: str) -> bool:
	return bool(READERS & set(frappe.get_roles(user)))
