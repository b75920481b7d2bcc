from frappe import _

from erpnext_mcp.audit.protected import ProtectedDocument


class MCPAuditSeal(ProtectedDocument):
	"""One link of the chain that proves the audit. Only the sealing job writes seals; nobody changes them (T54)."""

	def refusal(self) -> str:
		return _("Audit seals can't be made, changed or deleted by hand.")
