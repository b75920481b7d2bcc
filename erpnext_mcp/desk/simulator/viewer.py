"""What the administrator who simulates may read himself, by Frappe's permissions alone.

Asked in his own session, never in that of the simulated user. Whatever is not certain counts as not readable.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import frappe
from frappe.permissions import get_user_permissions

from erpnext_mcp.access import Access, FieldSets, filters_of
from erpnext_mcp.documents.decided_by import code_decides
from erpnext_mcp.documents.read import load
from erpnext_mcp.errors import NotFound
from erpnext_mcp.policy.describe import is_readable
from erpnext_mcp.policy.fields import hides_nothing, resolve

ADMINISTRATOR = "Administrator"
READ = "read"


@dataclass(frozen=True)
class Viewer:
	"""`user` is the session's user."""

	user: str

	@cached_property
	def roles(self) -> frozenset[str]:
		return frozenset(frappe.get_roles(self.user))

	@property
	def is_administrator(self) -> bool:
		"""Frappe asks him for no permission."""
		return self.user == ADMINISTRATOR

	@property
	def is_system_manager(self) -> bool:
		return "System Manager" in self.roles

	def may(self, doctype: str, ptype: str, name: str | None = None) -> bool:
		"""Whether he has a permission of Frappe on a DocType, or on one document that he can read."""
		if name is None:
			return bool(frappe.has_permission(doctype, ptype, user=self.user))
		doc = self._load(doctype, name)
		return doc is not None and bool(doc.has_permission(ptype))

	def reads_document(self, doctype: str, name: str) -> bool:
		return self._load(doctype, name) is not None

	def reads_all(self, doctype: str) -> bool:
		"""Whether no document of a DocType can be one that he may not read."""
		if self.is_administrator:
			return True
		if not self.may(doctype, READ) or code_decides(doctype):
			return False
		meta = frappe.get_meta(doctype)
		if meta.istable:
			return False
		everybodys = any(
			p.role in self.roles and p.get(READ) and not p.permlevel and not p.get("if_owner")
			for p in meta.permissions
		)
		return everybodys and not restricted_by(doctype, self.user)

	def knows_of(self, doctype: str, name: str) -> bool:
		"""Whether he may know if there is a document of this name: he can read it, or would if there were one."""
		return self.reads_document(doctype, name) or self.reads_all(doctype)

	def fields(self, doctype: str) -> FieldSets:
		"""The fields that Frappe shows him."""
		return resolve(doctype, self.user)

	def sees(self, doctype: str, path: str) -> bool:
		"""Whether the value of `fieldname` or `table_field.fieldname` is open to him, not masked."""
		return is_readable(self.fields(doctype), path)

	def sees_everything(self, doctype: str) -> bool:
		"""Whether no field of a DocType or its tables is hidden from him or masked."""
		return hides_nothing(doctype, self.fields(doctype))

	def sees_user(self, user: str) -> bool:
		return self.reads_document("User", user) and self.sees_everything("User")

	def _load(self, doctype: str, name: str):
		if not self.may(doctype, READ):
			return None
		access = Access(self.user, doctype, READ, frozenset({READ}), FieldSets())
		try:
			return load(access, name)
		except NotFound:
			return None


def restricted_by(doctype: str, user: str) -> list[str]:
	"""The fields of a DocType and its tables, as `fieldname` or `table_field.fieldname`, by which User Permissions say which
	documents a user sees; `name` for those on the DocType itself. All that could, applicable here or not."""
	allowed = set(get_user_permissions(user))
	if not allowed:
		return []
	meta = frappe.get_meta(doctype)
	found = ["name"] if doctype in allowed else []
	found += [df.fieldname for df in meta.get_link_fields() if df.options in allowed]
	for table in meta.get_table_fields():
		child = frappe.get_meta(table.options)
		found += [
			f"{table.fieldname}.{df.fieldname}" for df in child.get_link_fields() if df.options in allowed
		]
	return found


def selected_by(access: Access) -> Iterable[str]:
	"""The fields that decide which documents of a DocType exist for a user: of the row filter, of his User Permissions."""
	rows = [f.fieldname for f in filters_of(access.row_filter or ())]
	return dict.fromkeys([*rows, *restricted_by(access.doctype, access.user)])
