"""The live policy of a user as the source of a PermissionManager: profile, Frappe's permissions, the DocTypes' meta."""

from collections.abc import Mapping
from typing import Any

import frappe

from erpnext_mcp.access import Field, FieldSets
from erpnext_mcp.errors import CallError
from erpnext_mcp.policy import store
from erpnext_mcp.policy.conditions import fieldtypes
from erpnext_mcp.policy.fields import meta_value, resolve
from erpnext_mcp.policy.grant import Grant, grant_for
from erpnext_mcp.policy.profile import DocTypeRule
from erpnext_mcp.policy.source import FIXED, HIDDEN, MASKED, OPEN


def source_for(user: str, client: str | None = None, ip_address: str | None = None) -> "SiteSource":
	"""The policy of a user as this transaction sees it; of one who may do nothing, with the reason.

	:param ip_address: that of the current request when not given; what has none is in no network
	"""
	if user == "Guest" or not frappe.db.exists("User", {"name": user, "enabled": 1}):
		return SiteSource(None, "You are not logged in.")
	# Not load(): that would roll back, and whoever asks may be in the middle of something.
	policy = store.read()
	if not policy.settings.enabled:
		return SiteSource(None, "MCP access to this site is switched off.")
	if ip_address is None:
		ip_address = getattr(frappe.local, "request_ip", None) or ""
	try:
		return SiteSource(grant_for(user, policy, client, ip_address), "")
	except CallError as e:
		return SiteSource(None, e.message)


class SiteSource:
	"""What a grant opens; nothing without one."""

	def __init__(self, grant: Grant | None, refusal: str):
		self._grant = grant
		self.refusal = refusal

	def doctypes(self) -> list[str]:
		return list(self._grant.doctypes()) if self._grant else []

	def operations(self, doctype: str) -> frozenset[str]:
		return self._grant.operations(doctype) if self._grant else frozenset()

	def rule(self, doctype: str) -> DocTypeRule:
		return self._grant.profile.rules[doctype]

	def readable(self, doctype: str) -> list[str]:
		return self._fields(doctype).readable

	def hides_some(self, doctype: str) -> bool:
		return self.rule(doctype).hides_or_masks

	def state(self, doctype: str, table_field: str, fieldname: str) -> str:
		fields: Mapping[str, Field] = self._fields(doctype).fields
		if table_field:
			table = fields.get(table_field)
			fields = (table.rows if table else None) or {}
		field = fields.get(fieldname)
		if field is None:
			return HIDDEN
		if field.masked:
			return MASKED
		return OPEN if field.writable else FIXED

	def is_table(self, doctype: str, fieldname: str, value: Any) -> bool:
		return self._fields(doctype).fields[fieldname].is_table

	def fieldtypes(self, doctype: str) -> dict[str, str]:
		meta = meta_value(frappe.get_meta(doctype))
		tables = {df.fieldname: df.options for df in meta.fields if df.is_table}
		return fieldtypes(meta, {name: meta_value(frappe.get_meta(child)) for name, child in tables.items()})

	def new_document(self, doctype: str) -> dict[str, Any]:
		"""The defaults of the DocType; those that a controller fills in are not known before it runs."""
		return frappe.new_doc(doctype).as_dict(no_nulls=True)

	def _fields(self, doctype: str) -> FieldSets:
		return resolve(doctype, self._grant.user, self.rule(doctype))
