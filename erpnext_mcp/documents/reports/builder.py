"""Report Builder reports: the list that somebody saved, read so that it can be run as one of our own lists."""

import re
from dataclasses import dataclass
from typing import Any

from erpnext_mcp.documents.reports.found import Report, stored_json

COLUMN = re.compile(
	r"\s*(?:`tab(?P<doctype>[^`]+)`\.)?`?(?P<field>\w+)`?(?:\s+(?P<direction>asc|desc))?\s*", re.I
)
STANDARD_ORDER = frozenset({"modified", "creation"})
"""What Frappe sorts by when nobody said anything."""


@dataclass(frozen=True)
class StoredList:
	"""A saved list, unchecked: names of fields that the caller may not know of.

	`filters` have the shape `[[doctype, field, operator, value], ...]`; `group_by` is `(field, function, field of it)`;
	`with_rows` says that it shows fields of tables.
	"""

	columns: tuple[str, ...]
	filters: tuple[list[Any], ...] = ()
	order_by: tuple[tuple[str, str], ...] = ()
	group_by: tuple[str, str, str] | None = None
	with_rows: bool = False
	has_totals: bool = False


def stored_list(report: Report) -> StoredList:
	"""Reads what the desk has saved, in the forms that it had over the years."""
	stored = stored_json(report)
	columns = [c for c in stored.get("fields") or stored.get("columns") or () if isinstance(c, list | tuple)]
	own = [str(c[0]) for c in columns if len(c) < 2 or c[1] == report.doctype]
	group_by = stored.get("group_by")
	return StoredList(
		columns=tuple(dict.fromkeys(f for f in own if f != "_aggregate_column")),
		filters=tuple(_filter(f) for f in stored.get("filters") or () if isinstance(f, list | tuple)),
		order_by=_order(stored, report.doctype),
		group_by=_group(group_by, report.doctype) if isinstance(group_by, dict) else None,
		with_rows=any(len(c) > 1 and c[1] != report.doctype for c in columns if c[0] != "_aggregate_column"),
		has_totals=bool(stored.get("add_totals_row")),
	)


def _filter(stored: Any) -> list[Any]:
	"""Without the fifth member, which says whether the desk hides it."""
	return list(stored)[:4]


def _order(stored: dict[str, Any], doctype: str) -> tuple[tuple[str, str], ...]:
	terms = [t for t in str(stored.get("order_by") or "").split(",") if t.strip()]
	if stored.get("sort_by"):
		terms = [
			f"{str(stored[by]).rpartition('.')[2]} {stored.get(direction) or 'desc'}"
			for by, direction in (("sort_by", "sort_order"), ("sort_by_next", "sort_order_next"))
			if stored.get(by)
		]
	pairs = []
	for term in terms:
		match = COLUMN.fullmatch(term)
		if match is None or (match["doctype"] or doctype) != doctype:
			# Whatever it is, it can't be checked: as good as a field that is not there.
			pairs.append(("", "asc"))
		else:
			pairs.append((match["field"], (match["direction"] or "asc").lower()))
	return tuple(pairs)


def _group(stored: dict[str, Any], doctype: str) -> tuple[str, str, str]:
	def field(text: Any) -> str:
		match = COLUMN.fullmatch(str(text or ""))
		return match["field"] if match and (match["doctype"] or doctype) == doctype else ""

	function = str(stored.get("aggregate_function") or "count")
	aggregated = "" if function == "count" else field(stored.get("aggregate_on"))
	return field(stored.get("group_by")), function, aggregated
