"""Which fields of a DocType a user may read and write by Frappe's own rules: permission levels, masks, Password fields.

Never relies on the engine's own checks of field names: v15 and v16 differ (a permlevel field is a value oracle in
filters and order on v15). Every argument that names a field is checked against these sets first.
"""

from collections.abc import Iterable

import frappe
import frappe.share
from frappe.model import no_value_fields, table_fields

from erpnext_mcp import compat
from erpnext_mcp.access import Field, FieldSets

STANDARD_FIELDS = {
	"name": "Data",
	"owner": "Data",
	"creation": "Datetime",
	"modified": "Datetime",
	"modified_by": "Data",
	"docstatus": "Int",
}
"""Fields of every document with their type; `idx`, `parent*` and the underscored ones are never shown (DESIGN §5)."""

STANDARD_LABELS = {
	"name": "ID",
	"owner": "Created By",
	"creation": "Created On",
	"modified": "Last Updated On",
	"modified_by": "Last Updated By",
	"docstatus": "Document Status (0 draft, 1 submitted, 2 cancelled)",
}


def resolve(doctype: str, user: str) -> FieldSets:
	"""The fields of a DocType that a user may use.

	:raises frappe.DoesNotExistError: no such DocType
	"""
	meta = frappe.get_meta(doctype)
	read_levels = permlevels(meta, "read", user)
	write_levels = permlevels(meta, "write", user)
	standard = {
		name: Field(name, STANDARD_LABELS[name], fieldtype)
		for name, fieldtype in STANDARD_FIELDS.items()
		if not (meta.issingle and name in ("owner", "creation", "docstatus"))
	}
	own = _readable(meta, read_levels, write_levels, stored=not meta.issingle)
	title = meta.get_title_field()
	return FieldSets(standard | own, title if title != "name" else None)


def permlevels(meta, ptype: str, user: str) -> frozenset[int]:
	"""The permission levels of a DocType that a user's roles, or a share, open.

	As `frappe.model.meta.Meta.get_permitted_fieldnames` decides it, which asks for shares of the child DocType instead
	of its parent's on v15.

	:param ptype: `read` or `write`
	"""
	if user == "Administrator":
		return frozenset(df.permlevel or 0 for df in _all_fields(meta)) | {0}
	levels = set(meta.get_permlevel_access(permission_type=ptype, user=user))
	if 0 not in levels and frappe.share.get_shared(meta.name, user, rights=[ptype], limit=1):
		levels.add(0)
	return frozenset(levels)


def _all_fields(meta) -> Iterable:
	yield from meta.fields
	for table in meta.get_table_fields():
		yield from frappe.get_meta(table.options).fields


def _readable(
	meta, read_levels: frozenset[int], write_levels: frozenset[int], *, stored: bool = True
) -> dict[str, Field]:
	masked = compat.masked_fields(meta)
	found: dict[str, Field] = {}
	for df in meta.fields:
		level = df.permlevel or 0
		if level not in read_levels or df.fieldtype == "Password":
			continue
		is_table = df.fieldtype in table_fields
		if df.fieldtype in no_value_fields and not is_table:
			continue
		rows = None
		if is_table:
			# Levels of rows are opened by the parent's permissions.
			rows = {"name": Field("name", STANDARD_LABELS["name"], "Data")} | _readable(
				frappe.get_meta(df.options), read_levels, write_levels
			)
		is_masked = df.fieldname in masked
		found[df.fieldname] = Field(
			fieldname=df.fieldname,
			label=df.label or "",
			fieldtype=df.fieldtype,
			options=df.options or "",
			required=bool(df.reqd),
			writable=level in write_levels and not is_masked and not _is_read_only(df),
			masked=is_masked,
			stored=stored and not df.get("is_virtual"),
			description=df.description or "",
			in_list_view=bool(df.in_list_view),
			rows=rows,
		)
	return found


def _is_read_only(df) -> bool:
	return bool(df.read_only or df.fieldtype == "Read Only" or df.get("is_virtual"))
