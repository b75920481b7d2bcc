"""Links that a caller sends: he may only point to what he could choose himself (DESIGN §5, T10, T43)."""

from typing import Any

import frappe

from erpnext_mcp.access import Access, Change
from erpnext_mcp.documents.query import matches_row_filter
from erpnext_mcp.errors import CallError, ValidationFailed

LINKS = ("Link", "Dynamic Link")


def check_links(
	access: Access, change: Change, doc: Any, rows: dict[str, list[Any]], before: dict[str, Any]
) -> None:
	"""Checks every link that is sent and that is new.

	:param doc: with the change applied
	:param rows: by table, the rows of the document that belong to `change.rows`, in the same order
	:param before: the document as it was, by field, tables as lists of rows; empty for a new one
	:raises ValidationFailed: missing and invisible alike
	"""
	for fieldname in change.values:
		_check(access, doc, fieldname, before.get(fieldname), f"data.{fieldname}")
	for table, sent in change.rows.items():
		old_rows = {row["name"]: row for row in before.get(table) or []}
		for position, (row, wanted) in enumerate(zip(rows[table], sent, strict=True)):
			old = old_rows.get(wanted.name, {})
			for fieldname in wanted.values:
				_check(access, row, fieldname, old.get(fieldname), f"data.{table}[{position}].{fieldname}")


def _check(access: Access, doc: Any, fieldname: str, old: Any, where: str) -> None:
	df = doc.meta.get_field(fieldname)
	value = doc.get(fieldname)
	if df is None or df.fieldtype not in LINKS or value in (None, "") or value == old:
		return
	target = df.options if df.fieldtype == "Link" else doc.get(df.options)
	if not target or not selectable(access, str(target), str(value), bool(df.ignore_user_permissions)):
		raise ValidationFailed(
			f"{where}: there is nothing called {str(value)[:140]} that you could choose here.",
			"Look for the exact name with search_generic_documents.",
			field=fieldname,
		)


def selectable(access: Access, doctype: str, name: str, ignore_user_permissions: bool = False) -> bool:
	"""Whether the user could choose a document as the target of a link.

	:param ignore_user_permissions: of the link field: the desk offers what User Permissions would hide, then
	"""
	messages = len(frappe.local.message_log)
	try:
		if doctype == "DocType":
			return bool(frappe.db.exists("DocType", name)) and _may_select(name, access.user)
		if not _may_select(doctype, access.user):
			return False
		assert access.link_target is not None
		target = access.link_target(doctype)
		if target.row_filter == () and (ignore_user_permissions or frappe.get_meta(doctype).is_virtual):
			return bool(frappe.db.exists(doctype, name))
		# Without a row filter, too: the name must be one of those that Frappe lists to the user.
		return matches_row_filter(target, name, always=True)
	except (CallError, frappe.PermissionError, frappe.DoesNotExistError):
		return False
	finally:
		del frappe.local.message_log[messages:]


def _may_select(doctype: str, user: str) -> bool:
	return any(frappe.has_permission(doctype, ptype, user=user) for ptype in ("select", "read"))
