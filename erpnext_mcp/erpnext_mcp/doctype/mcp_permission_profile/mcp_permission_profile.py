import frappe
from frappe import _
from frappe.model.document import Document

from erpnext_mcp.policy import store, validation
from erpnext_mcp.policy.profile import MASKED
from erpnext_mcp.policy.validation import show, site


class MCPPermissionProfile(Document):
	"""What its users may do through MCP: one document, so that one revision says it all."""

	def validate(self) -> None:
		self._tidy()
		show.raise_errors(self, validation.errors(site.draft_of(self)))

	def on_update(self) -> None:
		store.changed()
		show.show_warnings(
			self, [*validation.warnings(site.draft_of(self)), *site.warnings_of_ties(self.name)]
		)

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		if merge:
			frappe.throw(_("Profiles can't be merged: what they open would add up."))

	def after_rename(self, old: str, new: str, merge: bool = False) -> None:
		store.changed()

	def on_trash(self) -> None:
		if frappe.db.get_single_value(store.SETTINGS, "default_profile") == self.name:
			frappe.throw(
				_("This is the default profile of the MCP Gateway Settings. Choose another one there first.")
			)
		store.changed()

	def _tidy(self) -> None:
		"""Blanks around names, and what a field that the form hides again still holds."""
		for table, fieldnames in (
			("networks", ("network",)),
			("field_rules", ("table_field", "fieldname")),
			("conditions", ("field",)),
		):
			for row in self.get(table):
				for fieldname in fieldnames:
					row.set(fieldname, (row.get(fieldname) or "").strip())
		for row in self.field_rules:
			if row.rule != MASKED:
				row.mask_style = ""
