"""Links that a caller sends: he may only point to what he could choose himself (DESIGN §5, T10, T43)."""

from collections.abc import Mapping
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
	_check_all(access, doc, change.values, before, "data")
	for table, sent in change.rows.items():
		old_rows = {row["name"]: row for row in before.get(table) or []}
		for position, (row, wanted) in enumerate(zip(rows[table], sent, strict=True)):
			_check_all(access, row, wanted.values, old_rows.get(wanted.name, {}), f"data.{table}[{position}]")


def _check_all(
	access: Access, doc: Any, sent: Mapping[str, Any], before: Mapping[str, Any], where: str
) -> None:
	for df in doc.meta.get("fields", {"fieldtype": ("in", LINKS)}):
		if df.fieldname in sent and not _may_point_there(access, doc, df, before):
			raise ValidationFailed(
				f"{where}.{df.fieldname}: there is nothing called {str(doc.get(df.fieldname))[:140]} that you could "
				"choose here.",
				"Look for the exact name with search_generic_documents.",
				field=df.fieldname,
			)
		# The same name in another DocType is another document.
		if (
			df.fieldtype == "Dynamic Link"
			and df.options in sent
			and not _may_point_there(access, doc, df, before)
		):
			raise ValidationFailed(
				f"{where}.{df.options}: the document that is linked with it is none that you could choose there.",
				"Send the link together with its DocType.",
				field=df.options,
			)


def _may_point_there(access: Access, doc: Any, df: Any, before: Mapping[str, Any]) -> bool:
	"""Whether a link is empty, as it was, or to a document that the user could choose."""
	value = doc.get(df.fieldname)
	is_dynamic = df.fieldtype == "Dynamic Link"
	target = doc.get(df.options) if is_dynamic else df.options
	if value in (None, ""):
		return True
	if value == before.get(df.fieldname) and (not is_dynamic or target == before.get(df.options)):
		return True
	return bool(target) and selectable(access, str(target), str(value), bool(df.ignore_user_permissions))


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
