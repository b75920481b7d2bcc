import frappe
from frappe import _
from frappe.utils import now_datetime

from erpnext_mcp.limits.switched import SwitchedDocument
from erpnext_mcp.policy import store


class MCPClient(SwitchedDocument):
	"""A credential that has called: an API key, or an OAuth client, whoever's tokens it brings.

	The pipeline writes them (`limits.clients`); administrators pause them.
	"""

	SWITCH = "paused"

	def refusal(self) -> str:
		return _(
			"Clients are noted by their first call and can't be made or deleted by hand; tick Paused to stop one."
		)

	def switched(self) -> None:
		self.paused_by = frappe.session.user if self.paused else None
		self.paused_at = now_datetime() if self.paused else None

	def on_update(self) -> None:
		store.changed()
