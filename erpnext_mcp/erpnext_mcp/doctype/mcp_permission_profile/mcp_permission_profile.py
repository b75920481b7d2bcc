import frappe
from frappe import _
from frappe.model.document import Document
from frappe.permissions import AUTOMATIC_ROLES

from erpnext_mcp.policy.deny_list import denied_reason
from erpnext_mcp.policy.operations import OPERATIONS, SUBMITTABLE_ONLY


class MCPPermissionProfile(Document):
	"""What its users may do through MCP: one document, so that one revision says it all."""

	def validate(self) -> None:
		self._validate_applies_to()
		seen: dict[str, int] = {}
		for row in self.doctype_rules:
			if row.document_type in seen:
				self._throw(
					row, _("{0} already has row {1}.").format(row.document_type, seen[row.document_type])
				)
			seen[row.document_type] = row.idx
			self._validate_rule(row)

	def on_trash(self) -> None:
		if frappe.db.get_single_value("MCP Gateway Settings", "default_profile") == self.name:
			frappe.throw(
				_("This is the default profile of the MCP Gateway Settings. Choose another one there first.")
			)

	def _validate_applies_to(self) -> None:
		for table, fieldname in (("users", "user"), ("roles", "role")):
			values = [row.get(fieldname) for row in self.get(table)]
			twice = sorted({v for v in values if values.count(v) > 1})
			if twice:
				frappe.throw(_("{0} is named twice.").format(frappe.bold(twice[0])))
		for row in self.roles:
			if row.role in AUTOMATIC_ROLES:
				frappe.throw(
					_(
						"Roles, row {0}: {1} is given by Frappe itself and can't be chosen. Use the default profile of the MCP Gateway Settings for everybody."
					).format(row.idx, frappe.bold(row.role))
				)
		for row in self.users:
			if row.user == "Guest":
				frappe.throw(_("Users, row {0}: Guest never gets access.").format(row.idx))

	def _validate_rule(self, row) -> None:
		meta = frappe.get_meta(row.document_type)
		reason = denied_reason(meta, bool(row.acknowledge_password_fields))
		if reason:
			self._throw(row, _("this DocType stays closed: {0}.").format(reason))
		chosen = {o for o in OPERATIONS if row.get(f"can_{o}")}
		if not chosen:
			self._throw(row, _("choose an operation for {0}, or remove the row.").format(row.document_type))
		impossible = chosen & SUBMITTABLE_ONLY if not meta.is_submittable else set()
		if meta.issingle:
			impossible |= chosen & {"create", "delete"}
		if impossible:
			self._throw(
				row, _("{0} can't do this: {1}.").format(row.document_type, ", ".join(sorted(impossible)))
			)

	def _throw(self, row, message: str) -> None:
		frappe.throw(_("DocType Rules, row {0}: {1}").format(row.idx, message))
