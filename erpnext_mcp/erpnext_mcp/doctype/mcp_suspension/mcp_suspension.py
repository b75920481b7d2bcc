import frappe
from frappe import _
from frappe.utils import now_datetime

from erpnext_mcp.limits.switched import SwitchedDocument
from erpnext_mcp.policy import store


class MCPSuspension(SwitchedDocument):
	"""A user whose MCP access was ended: by too many refusals, or by an administrator who paused it (`paused_by`).

	The pipeline and `limits.suspension` make them; administrators lift them.
	"""

	SWITCH = "lifted"

	def refusal(self) -> str:
		return _("Suspensions can't be made or deleted by hand; tick Lifted to end one.")

	def switched(self) -> None:
		if not self.lifted:
			frappe.throw(_("A suspension that was lifted stays so."))
		self.lifted_by = frappe.session.user
		self.lifted_at = now_datetime()

	def on_update(self) -> None:
		store.changed()
