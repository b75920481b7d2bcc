"""Report Builder reports as lists of ours: every field that is stored in them is checked like one that a caller names."""

from collections.abc import Callable
from typing import Any, TypeVar

from erpnext_mcp.access import Access, Aggregate, AggregateQuery, Query
from erpnext_mcp.documents.aggregates import aggregate_documents
from erpnext_mcp.documents.lists import list_documents
from erpnext_mcp.documents.reports.builder import STANDARD_ORDER, StoredList
from erpnext_mcp.documents.reports.table import column
from erpnext_mcp.errors import FieldNotPermitted, InvalidArguments, NotPermitted, Unsupported
from erpnext_mcp.policy.aggregates import parse_aggregates, parse_group_by
from erpnext_mcp.policy.filter_values import NUMBERS
from erpnext_mcp.policy.query import parse_filters

T = TypeVar("T")
AGGREGATED = "_aggregate_column"
"""Frappe's name of the aggregated column."""
ALIAS = "aggregated"


def columns_of(access: Access, stored: StoredList) -> list[dict[str, Any]]:
	"""The columns that the caller may read; the name always."""
	names = [f for f in dict.fromkeys(["name", *stored.columns]) if f in access.fields.columns]
	return [
		column(f.fieldname, f.label, f.fieldtype, f.options)
		for f in map(access.fields.fields.get, names)
		if f
	]


def run(access: Access, stored: StoredList, filters: Any, limit: int, offset: int) -> dict[str, Any]:
	"""One page of a saved list.

	:param filters: of the caller, on top of those of the list
	:returns: `{columns, rows, totals?, has_more, next_offset?}`
	:raises NotPermitted: it filters, groups or sorts by what the caller can't
	:raises Unsupported: it shows rows of tables, or filters in a way that we don't know
	"""
	if stored.with_rows:
		raise Unsupported(
			"This report shows rows of tables, which lists can't.",
			"Read the documents with get_generic_document.",
		)
	own = parse_filters(filters, access.fields, access.doctype)
	conditions = (
		*_of_the_list(lambda: parse_filters(list(stored.filters), access.fields, access.doctype)),
		*own,
	)
	if stored.group_by:
		return _grouped(access, stored, conditions, limit, offset)
	columns = columns_of(access, stored)
	query = Query(
		fields=tuple(c["fieldname"] for c in columns),
		filters=conditions,
		order_by=_order(access, stored),
		limit=limit,
		offset=offset,
	)
	found = list_documents(access, query)
	answer: dict[str, Any] = {"columns": columns, "rows": found["documents"]}
	if stored.has_totals:
		answer["totals"] = _totals(access, columns, conditions)
	return answer | {k: found[k] for k in ("has_more", "next_offset") if k in found}


def _grouped(
	access: Access, stored: StoredList, conditions: tuple, limit: int, offset: int
) -> dict[str, Any]:
	assert stored.group_by is not None
	field, function, aggregated = stored.group_by
	group_by = _of_the_list(lambda: parse_group_by([field], access.fields))
	wanted = {"function": function, "as": ALIAS} | ({"field": aggregated} if function != "count" else {})
	if function not in ("count", "sum", "avg"):
		raise _unknown()
	aggregates = _of_the_list(lambda: parse_aggregates([wanted], group_by, access.fields))
	query = AggregateQuery(
		aggregates, group_by, conditions, order_by=((ALIAS, "desc"), (field, "asc")), limit=offset + limit
	)
	found = aggregate_documents(access, query)
	df = access.fields.fields[field]
	label = "Count" if function == "count" else access.fields.fields[aggregated].label
	answer: dict[str, Any] = {
		"columns": [
			column(df.fieldname, df.label, df.fieldtype, df.options),
			column(AGGREGATED, label, "Int" if function == "count" else "Float"),
		],
		"rows": [{field: row[field], AGGREGATED: row[ALIAS]} for row in found["rows"][offset:]],
		"has_more": found["has_more"],
	}
	return answer | ({"next_offset": offset + limit} if found["has_more"] else {})


def _totals(access: Access, columns: list[dict[str, Any]], conditions: tuple) -> dict[str, Any]:
	"""Sums over all documents that match, not only of the page."""
	numbers = [
		c["fieldname"] for c in columns if c["type"] in NUMBERS and c["fieldname"] in access.fields.filterable
	]
	if not numbers:
		return {}
	query = AggregateQuery(
		tuple(Aggregate("sum", f, f"total_{i}") for i, f in enumerate(numbers)), (), conditions
	)
	rows = aggregate_documents(access, query)["rows"]
	return {f: rows[0][f"total_{i}"] for i, f in enumerate(numbers)} if rows else {}


def _order(access: Access, stored: StoredList) -> tuple[tuple[str, str], ...]:
	filterable = access.fields.filterable
	if any(f not in filterable and f not in STANDARD_ORDER for f, _direction in stored.order_by):
		raise _hidden()
	return tuple(dict((f, d) for f, d in stored.order_by if f in filterable).items())


def _of_the_list(parse: Callable[[], T]) -> T:
	"""What stands in the list, read as if the caller had said it, but refused without naming what he has not said."""
	try:
		return parse()
	except FieldNotPermitted:
		raise _hidden() from None
	except InvalidArguments:
		raise _unknown() from None


def _hidden() -> NotPermitted:
	return NotPermitted(
		"This report filters, groups or sorts by something that you may not use.",
		"Ask the site's administrator, or list the documents with list_generic_documents.",
	)


def _unknown() -> Unsupported:
	return Unsupported(
		"This report filters or groups in a way that can't be used here.",
		"List the documents with list_generic_documents.",
	)
