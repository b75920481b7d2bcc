"""Counts and aggregates over the documents that a user could list."""

from collections.abc import Sequence
from typing import Any

from erpnext_mcp import compat
from erpnext_mcp.access import Access, AggregateQuery, Condition, Filter
from erpnext_mcp.documents.filters import reaches_rows
from erpnext_mcp.documents.query import get_list
from erpnext_mcp.documents.shown import shown
from erpnext_mcp.documents.values import plain, plain_name
from erpnext_mcp.errors import TooLarge, Unsupported

MAX_GROUPS = 10_000
"""Groups that a distinct count may go through in memory."""


def count_documents(
	access: Access, filters: Sequence[Condition], or_filters: Sequence[Condition] = ()
) -> dict[str, Any]:
	"""How many documents match that the user could list (T11).

	:returns: `{doctype, count}`
	"""
	if reaches_rows((*filters, *or_filters)):
		rows = get_list(
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
	rows = get_list(
		access,
		filters,
		or_filters,
		# A seventh faster over many rows than to count their names.
		fields=[compat.aggregate("count", "*", "total")],
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
	rows = get_list(
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
	groups = get_list(
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
