"""Pages of documents, and searches for them."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import frappe

from erpnext_mcp import compat
from erpnext_mcp.access import Access, Filter, Query
from erpnext_mcp.documents.filters import reaches_rows
from erpnext_mcp.documents.query import get_list
from erpnext_mcp.documents.shown import shown

WILDCARDS = re.compile(r"[%_\\]")
SEARCH_PAGE = 100
SEARCH_MOST = 2_000
"""Rows that a search for a text with wildcards in it looks at."""


def list_documents(access: Access, query: Query) -> dict[str, Any]:
	"""One page of the documents that match and that the user may read.

	:param query: checked against `access.fields`
	:returns: `{doctype, documents: [{field: value}], has_more, next_offset?}`
	:raises Unsupported: the DocType has no list
	"""
	rows = get_list(
		access,
		query.filters,
		query.or_filters,
		fields=list(query.fields),
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


def search_documents(access: Access, term: str, fields: Sequence[str], limit: int) -> dict[str, Any]:
	"""Documents whose name, title or search fields contain a text; wildcards in it are nothing but characters.

	:returns: as `list_documents`, without `next_offset`
	"""
	searched = access.fields.search_fields
	pattern = "%" + WILDCARDS.sub("_", term) + "%"
	query = Query(
		fields=tuple(fields), or_filters=tuple(Filter(f, "like", pattern) for f in searched), limit=limit
	)
	if not WILDCARDS.search(term):
		answer = list_documents(access, query)
		answer.pop("next_offset", None)
		return answer
	# v15 has no way to escape a wildcard in get_list: `_` stands for it, and what that finds is looked at again.
	found: list[dict[str, Any]] = []
	wanted = term.casefold()
	query = replace(query, fields=tuple(dict.fromkeys([*fields, *searched])), limit=SEARCH_PAGE)
	while True:
		page = list_documents(access, query)
		found += [
			{f: row[f] for f in fields}
			for row in page["documents"]
			if any(wanted in str(row[f]).casefold() for f in searched)
		]
		is_last = not page["has_more"] or query.offset >= SEARCH_MOST
		if is_last or len(found) > limit:
			break
		query = replace(query, offset=page["next_offset"])
	return {
		"doctype": access.doctype,
		"documents": found[:limit],
		"has_more": len(found) > limit or page["has_more"],
	}


def _order_by(query: Query, access: Access) -> str:
	terms = list(query.order_by)
	if not terms:
		filterable = set(access.fields.filterable)
		terms = [t for t in compat.default_order() if t[0] in filterable]
	if "name" not in dict(terms):
		# The name makes every order total, so that pages neither repeat nor lose rows.
		terms.append(("name", terms[-1][1] if terms else "asc"))
	if reaches_rows((*query.filters, *query.or_filters)):
		terms = [(compat.qualified(access.doctype, fieldname), direction) for fieldname, direction in terms]
	return ", ".join(f"{fieldname} {direction}" for fieldname, direction in terms)


def _complete(rows: list[dict[str, Any]], query: Query, access: Access) -> None:
	"""Adds columns that the engine left out without a word; what it left out for want of permission stays out."""
	missing = [f for f in compat.dropped_from_lists(query.fields) if rows and f not in rows[0]]
	for row in rows if missing else ():
		doc = frappe.get_doc(access.doctype, row["name"])
		row.update({f: doc.get(f) for f in missing})


def _row(row: dict[str, Any], query: Query, access: Access) -> dict[str, Any]:
	"""Only what was asked for, whatever the engine added."""
	return {f: shown(access, access.fields.fields[f], row.get(f)) for f in query.fields}
