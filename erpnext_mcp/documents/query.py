"""The one way to rows: `frappe.get_list` with all of Frappe's permissions, and the row filter of the profile added."""

from collections.abc import Sequence
from typing import Any

import frappe

from erpnext_mcp import compat
from erpnext_mcp.access import Access, Condition, Filter
from erpnext_mcp.documents.filters import engine_filters, reaches_rows
from erpnext_mcp.errors import Unsupported, doctype_not_found


def get_list(
	access: Access,
	filters: Sequence[Condition],
	or_filters: Sequence[Condition],
	**arguments: Any,
) -> list[dict[str, Any]]:
	"""`frappe.get_list` with the row filter added; everything that is read of lists goes through here."""
	meta = frappe.get_meta(access.doctype)
	if meta.issingle:
		raise Unsupported(
			f"{access.doctype} is a single document, without a list.",
			f'Read it with get_generic_document and name "{access.doctype}".',
		)
	if not any(
		frappe.has_permission(access.doctype, ptype, user=access.user) for ptype in ("read", "select")
	):
		# v16 does not check virtual DocTypes in get_list.
		raise doctype_not_found()
	if access.row_filter is None or (meta.is_virtual and access.row_filter):
		# Whether a virtual DocType heeds a filter is up to its controller: rows are no promise there.
		return []
	if meta.is_virtual and (
		or_filters or arguments.get("group_by") or not _names_columns(arguments["fields"])
	):
		raise Unsupported(
			f"{access.doctype} is not kept in the database: it can be listed and read, not searched or counted.",
			"Use list_generic_documents with filters.",
		)
	conditions = (*access.row_filter, *filters)
	if reaches_rows((*conditions, *or_filters)) and not arguments.get("group_by"):
		# Once per document, not once per row that matches.
		arguments["group_by"] = compat.qualified(access.doctype, "name")
	return frappe.get_list(access.doctype, **engine_filters(conditions, or_filters), **arguments)


def _names_columns(fields: Sequence[Any]) -> bool:
	return all(isinstance(f, str) and f.isidentifier() for f in fields)


def matches_row_filter(access: Access, name: str, *, always: bool = False) -> bool:
	"""Whether one document lies in the rows that exist for the user.

	:param always: asks Frappe's lists even where there is no row filter, for who has not loaded the document
	"""
	if access.row_filter is None:
		return False
	if not access.row_filter and not always:
		return True
	return bool(
		get_list(access, (Filter("name", "=", name),), (), fields=["name"], order_by=None, **compat.page(1))
	)
