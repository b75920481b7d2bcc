import frappe
from frappe import _
from frappe.model import no_value_fields
from frappe.model.document import Document

from erpnext_mcp.audit.protected import ProtectedDocument
from erpnext_mcp.compat import FILTERS_ASK_FOR_LEVELS

DOCTYPE = "MCP Audit Entry"
READERS = frozenset({"System Manager", "MCP Administrator"})
"""Who sees everybody's entries; others see their own."""


class MCPAuditEntry(ProtectedDocument):
	"""What was kept of one call. Only the pipeline writes entries, by a direct insert; nobody changes them (T54)."""

	def refusal(self) -> str:
		return _("Audit entries can't be made, changed or deleted by hand.")


def on_doctype_update() -> None:
	# How the sealing job finds what no seal has.
	frappe.db.add_index(DOCTYPE, ["seal", "timestamp"])
	# When a user has called last, without what was simulated.
	frappe.db.add_index(DOCTYPE, ["user", "simulated_user", "timestamp"])


def get_permission_query_conditions(user: str | None = None) -> str:
	"""Lists: users who are no administrators see their own calls."""
	user = user or frappe.session.user
	if _reads_all(user):
		return ""
	conditions = [f"`tab{DOCTYPE}`.`user` = {frappe.db.escape(user)}"]
	if not FILTERS_ASK_FOR_LEVELS:
		# What he can't read he could still find out by filters: there is nothing in what he can list.
		conditions += [
			f"coalesce(`tab{DOCTYPE}`.`{df.fieldname}`, '') = ''"
			for df in frappe.get_meta(DOCTYPE).fields
			if df.permlevel and df.fieldtype not in no_value_fields
		]
	return " and ".join(conditions)


def has_permission(doc: Document, ptype: str | None = None, user: str | None = None) -> bool:
	"""Single entries: the same."""
	user = user or frappe.session.user
	return _reads_all(user) or doc.get("user") == user


def _reads_all(user: str) -> bool:
	return bool(READERS & set(frappe.get_roles(user)))
