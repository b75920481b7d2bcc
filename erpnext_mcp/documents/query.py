"""Lists, searches, counts and aggregates, through `frappe.get_list` with all of Frappe's permissions."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import frappe

from erpnext_mcp import compat
from erpnext_mcp.access import Access, AggregateQuery, Condition, Filter, Query
from erpnext_mcp.documents.filters import engine_filters, reaches_rows
from erpnext_mcp.documents.shown import shown
from erpnext_mcp.documents.values import plain, plain_name
from erpnext_mcp.errors import TooLarge, Unsupported, doctype_not_found

WILDCARDS = re.compile(r"[%_\\]")
SEARCH_PAGE = 100
SEARCH_MOST = 2_000
"""Rows that a search for a text with wildcards in it looks at."""

MAX_GROUPS = 10_000
"""Groups that a distinct count may go through in memory."""


def list_documents(access: Access, query: Query) -> dict[str, Any]:
	"""One page of the documents that match and that the user may read.

	:param query: checked against `access.fields`
	:returns: `{doctype, documents: [{field: value}], has_more, next_offset?}`
	:raises Unsupported: the DocType has no list
	"""
	rows = _get_list(
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


def count_documents(
	access: Access, filters: Sequence[Condition], or_filters: Sequence[Condition] = ()
) -> dict[str, Any]:
	"""How many documents match that the user could list (T11).

	:returns: `{doctype, count}`
	"""
	if reaches_rows((*filters, *or_filters)):
		rows = _get_list(
			access,
			filters,
			or_filters,
			fields=["name"],
			order_by="name asc",
			**compat.page(MAX_GROUPS + 1),
		)
		if len(rows) > MAX_GROUPS:
			raise TooLarge(
				f"More than {MAX_GROUPS} documents match conditions on rows of tables.", "Narrow the filters."
			)
		return {"doctype": access.doctype, "count": len(rows)}
	rows = _get_list(
		access,
		filters,
		or_filters,
		fields=[compat.aggregate("count", "name", "total")],
		order_by=None,
		**compat.page(1),
	)
	return {"doctype": access.doctype, "count": int(rows[0]["total"]) if rows else 0}


def aggregate_documents(access: Access, query: AggregateQuery) -> dict[str, Any]:
	"""Aggregates over the documents that match and that the user may read.

	:param query: checked against `access.fields`
	:returns: `{doctype, rows: [{group field or alias: value}], has_more}`
	"""
	if reaches_rows(query.filters):
		raise Unsupported(
			"Aggregates take no conditions on rows of tables.", "Filter by the document's own fields."
		)
	if any(a.function == "count_distinct" for a in query.aggregates):
		return _count_distinct(access, query)
	# Names of our own in the query: one that the caller chose could be that of a hidden column.
	names = {a.alias: f"mcp_aggregate_{i}" for i, a in enumerate(query.aggregates)}
	order = query.order_by or tuple((f, "asc") for f in query.group_by)
	rows = _get_list(
		access,
		query.filters,
		(),
		fields=[
			*query.group_by,
			*(compat.aggregate(a.function, a.fieldname, names[a.alias]) for a in query.aggregates),
		],
		group_by=", ".join(query.group_by) or None,
		order_by=", ".join(f"{names.get(name, name)} {direction}" for name, direction in order) or None,
		**compat.page(query.limit + 1),
	)
	for row in rows:
		row.update({alias: row.get(name) for alias, name in names.items()})
	return {
		"doctype": access.doctype,
		"rows": [_aggregate_row(row, query, access) for row in rows[: query.limit]],
		"has_more": len(rows) > query.limit,
	}


def _count_distinct(access: Access, query: AggregateQuery) -> dict[str, Any]:
	"""Neither version of Frappe has a distinct count: the groups are made by the database and counted here."""
	(only,) = query.aggregates
	groups = _get_list(
		access,
		(*query.filters, Filter(only.fieldname, "is", "set")),
		(),
		fields=list(dict.fromkeys([*query.group_by, only.fieldname])),
		group_by=", ".join(dict.fromkeys([*query.group_by, only.fieldname])),
		order_by=None,
		**compat.page(MAX_GROUPS + 1),
	)
	if len(groups) > MAX_GROUPS:
		raise TooLarge(f"There are more than {MAX_GROUPS} different values.", "Narrow the filters.")
	counts: dict[tuple, int] = {}
	for group in groups:
		key = tuple(group[f] for f in query.group_by)
		counts[key] = counts.get(key, 0) + 1
	if not query.group_by:
		counts.setdefault((), 0)
	rows = [
		_aggregate_row({**dict(zip(query.group_by, key, strict=True)), only.alias: count}, query, access)
		for key, count in counts.items()
	]
	for name, direction in reversed(query.order_by or tuple((f, "asc") for f in query.group_by)):
		rows.sort(key=lambda row: (row[name] is not None, row[name]), reverse=direction == "desc")
	return {
		"doctype": access.doctype,
		"rows": rows[: query.limit],
		"has_more": len(rows) > query.limit,
	}


def matches_row_filter(access: Access, name: str) -> bool:
	"""Whether one document lies in the rows that exist for the user."""
	if access.row_filter is None:
		return False
	if not access.row_filter:
		return True
	return bool(
		_get_list(access, (Filter("name", "=", name),), (), fields=["name"], order_by=None, **compat.page(1))
	)


def _get_list(
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


def _aggregate_row(row: dict[str, Any], query: AggregateQuery, access: Access) -> dict[str, Any]:
	answer = {f: shown(access, access.fields.fields[f], row.get(f)) for f in query.group_by}
	for aggregate in query.aggregates:
		fieldtype = access.fields.fields[aggregate.fieldname].fieldtype
		if aggregate.function.startswith("count"):
			fieldtype = "Int"
		elif aggregate.function in ("sum", "avg"):
			fieldtype = "Float"
		elif aggregate.fieldname == "name" and row.get(aggregate.alias) is not None:
			answer[aggregate.alias] = plain_name(row[aggregate.alias])
			continue
		answer[aggregate.alias] = plain(row.get(aggregate.alias), fieldtype)
	return answer
