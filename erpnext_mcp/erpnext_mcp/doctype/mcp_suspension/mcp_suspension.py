import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from erpnext_mcp.policy import store


class MCPSuspension(Document):
	"""A user whose MCP access was ended by too many refusals. Only the pipeline makes one; administrators lift it."""

	def before_insert(self) -> None:
		frappe.throw(_("Suspensions can't be made by hand."), frappe.PermissionError)

	def validate(self) -> None:
		before = self.get_doc_before_save()
		for df in self.meta.fields:
			if df.fieldname != "lifted":
				# Whoever may write could change the rest by the API.
				self.set(df.fieldname, before.get(df.fieldname))
		if bool(before.lifted) == bool(self.lifted):
			return
		if not self.lifted:
			frappe.throw(_("A suspension that was lifted stays so."))
		self.lifted_by = frappe.session.user
		self.lifted_at = now_datetime()

	def on_update(self) -> None:
		store.changed()

	def on_trash(self) -> None:
		frappe.throw(_("Suspensions are kept; tick Lifted to end one."), frappe.PermissionError)
