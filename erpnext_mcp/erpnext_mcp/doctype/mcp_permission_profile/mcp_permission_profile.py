import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.rename_doc import get_link_fields, update_link_field_values

from erpnext_mcp.policy import store, tool_names, validation
from erpnext_mcp.policy.profile import LIMITS, MASKED
from erpnext_mcp.policy.validation import show, site


class MCPPermissionProfile(Document):
	"""What its users may do through MCP: one document, so that one revision says it all."""

	def validate(self) -> None:
		self.tidy()
		show.raise_errors(self, validation.errors(site.draft_of(self)))
		self.give_slugs()

	def on_update(self) -> None:
		store.changed()
		show.show_warnings(
			self, [*validation.warnings(site.draft_of(self)), *site.warnings_of_ties(self.name)]
		)

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		"""Where only Singles link to a DocType, as to this one, Frappe renames nothing on MariaDB: it asks for the user
		settings of no DocType at all, `IN ()`. So it is told of no links, and they are renamed afterwards."""
		if merge:
			frappe.throw(_("Profiles can't be merged: what they open would add up."))
		if all(link.issingle for link in get_link_fields(self.doctype)):
			frappe.flags.link_fields[self.doctype] = []

	def after_rename(self, old: str, new: str, merge: bool = False) -> None:
		frappe.flags.link_fields.pop(self.doctype, None)
		update_link_field_values(get_link_fields(self.doctype), old, new, self.doctype)
		store.changed()

	def on_trash(self) -> None:
		if frappe.db.get_single_value(store.SETTINGS, "default_profile") == self.name:
			frappe.throw(
				_("This is the default profile of the MCP Gateway Settings. Choose another one there first.")
			)
		store.changed()

	def tidy(self) -> None:
		"""Blanks around names, and what a field that the form hides again still holds."""
		for table, fieldnames in (
			("networks", ("network",)),
			("field_rules", ("table_field", "fieldname")),
			("conditions", ("field",)),
		):
			for row in self.get(table):
				for fieldname in fieldnames:
					row.set(fieldname, (row.get(fieldname) or "").strip())
		for fieldname in LIMITS:
			self.set(fieldname, str(self.get(fieldname) if self.get(fieldname) is not None else "").strip())
		for row in self.field_rules:
			if row.rule != MASKED:
				row.mask_style = ""

	def give_slugs(self) -> None:
		"""The names of own tools hold what is given here once; nothing that the form sends can change it."""
		rows = [row for row in self.doctype_rules if row.document_type]
		slugs = tool_names.assign_all(
			{row.document_type: bool(row.own_tools) for row in rows}, store.tool_slugs()
		)
		for row in rows:
			row.tool_slug = slugs[row.document_type]
