"""Lists of documents, through `frappe.get_list` with all of Frappe's permissions."""

from typing import Any

import frappe

from erpnext_mcp import compat
from erpnext_mcp.access import Access, Query
from erpnext_mcp.documents.read import plain_name
from erpnext_mcp.documents.values import plain
from erpnext_mcp.errors import Unsupported, doctype_not_found


def list_documents(access: Access, query: Query) -> dict[str, Any]:
	"""One page of the documents that match and that the user may read.

	:param query: checked against `access.fields`
	:returns: `{doctype, documents: [{field: value}], has_more, next_offset?}`
	:raises Unsupported: the DocType has no list
	"""
	meta = frappe.get_meta(access.doctype)
	if meta.issingle:
		raise Unsupported(
			f"{access.doctype} is a single document, without a list.",
			f'Read it with get_generic_document and name "{access.doctype}".',
		)
	if not frappe.has_permission(access.doctype, "read", user=access.user):
		# v16 does not check virtual DocTypes in get_list.
		raise doctype_not_found()
	rows = frappe.get_list(
		access.doctype,
		fields=list(query.fields),
		filters=[f.as_list() for f in query.filters],
		or_filters=[f.as_list() for f in query.or_filters] or None,
		order_by=_order_by(query, access),
		**compat.page(query.limit + 1, query.offset),
	)
	has_more = len(rows) > query.limit
	rows = rows[: query.limit]
	_complete(rows, query, access)
	answer: dict[str, Any] = {
		"doctype": access.doctype,
		"documents": [_row(row, query, access) for row in rows],
		"has_more": has_more,
	}
	if has_more:
		answer["next_offset"] = query.offset + query.limit
	return answer


def _order_by(query: Query, access: Access) -> str:
	terms = list(query.order_by)
	if not terms:
		filterable = set(access.fields.filterable)
		terms = [t for t in compat.default_order() if t[0] in filterable]
	if "name" not in dict(terms):
		# The name makes every order total, so that pages neither repeat nor lose rows.
		terms.append(("name", terms[-1][1] if terms else "asc"))
	return ", ".join(f"{fieldname} {direction}" for fieldname, direction in terms)


def _complete(rows: list[dict[str, Any]], query: Query, access: Access) -> None:
	"""Adds columns that the engine left out without a word: v15 drops a field such as `last_seen` wherever the table has
	no column `_seen` (`DatabaseQuery.set_optional_columns`)."""
	missing = [f for f in query.fields if rows and f not in rows[0]]
	for row in rows if missing else ():
		doc = frappe.get_doc(access.doctype, row["name"])
		row.update({f: doc.get(f) for f in missing})


def _row(row: dict[str, Any], query: Query, access: Access) -> dict[str, Any]:
	"""Only what was asked for, whatever the engine added."""
	fields = access.fields.fields
	return {
		f: plain_name(row.get(f))
		if f == "name"
		else plain(row.get(f), "" if fields[f].masked else fields[f].fieldtype)
		for f in query.fields
	}
