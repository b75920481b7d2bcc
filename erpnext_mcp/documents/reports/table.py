"""What a report gives, as columns and rows of plain data."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from frappe.utils import cint

from erpnext_mcp.documents.text import clean
from erpnext_mcp.documents.values import plain

TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
MAX_MESSAGE = 500


@dataclass
class Table:
	"""`columns` are `{fieldname, label, type, options?}`; rows and `totals` are objects by fieldname."""

	columns: list[dict[str, Any]]
	rows: list[dict[str, Any]]
	totals: dict[str, Any] = field(default_factory=dict)
	message: str = ""
	prepared_at: str = ""
	"""When a prepared report was made; empty for one that was made now."""

	def page(self, limit: int, offset: int) -> dict[str, Any]:
		"""The members of an answer for one page."""
		rows = self.rows[offset : offset + limit]
		answer: dict[str, Any] = {"columns": self.columns, "rows": rows}
		if self.totals:
			answer["totals"] = self.totals
		if self.message:
			answer["message"] = self.message
		if self.prepared_at:
			answer["prepared_at"] = self.prepared_at
		answer["has_more"] = len(self.rows) > offset + limit
		if answer["has_more"]:
			answer["next_offset"] = offset + limit
		return answer


def table(result: Mapping[str, Any]) -> Table:
	"""
	:param result: of `frappe.desk.query_report.generate_report_result`: rows are objects, but for the row of totals at
	        the end, which is an array
	"""
	columns = [_column(c) for c in result.get("columns") or ()]
	rows = list(result.get("result") or ())
	totals = {}
	if rows and isinstance(rows[-1], Sequence) and isinstance(rows[0], Mapping):
		values = zip((c["fieldname"] for c in columns), rows.pop(), strict=False)
		totals = {f: v for f, v in _row(dict(values), columns).items() if v is not None}
	message = result.get("message")
	return Table(
		columns,
		# Rows without any value part sections on the screen.
		[shown for row in rows if any((shown := _row(row, columns)).values())],
		totals,
		clean(unescape(message), MAX_MESSAGE) if isinstance(message, str) else "",
	)


def column(fieldname: str, label: str, fieldtype: str, options: Any = None) -> dict[str, Any]:
	"""A column as answers tell it."""
	told = {"fieldname": fieldname, "label": clean(label, 140), "type": fieldtype or "Data"}
	if isinstance(options, str) and options and fieldtype in ("Link", "Dynamic Link", "Currency"):
		told["options"] = clean(options, 140)
	return told


def _column(given: Mapping[str, Any]) -> dict[str, Any]:
	return column(
		str(given["fieldname"]),
		str(given.get("label") or ""),
		str(given.get("fieldtype") or ""),
		given.get("options"),
	)


def _row(row: Any, columns: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
	if not isinstance(row, Mapping):
		row = dict(zip((c["fieldname"] for c in columns), row or (), strict=False))
	shown = {c["fieldname"]: _cell(row.get(c["fieldname"]), c["type"]) for c in columns}
	if cint(row.get("indent")):
		shown["indent"] = cint(row["indent"])
	return shown


def _cell(value: Any, fieldtype: str) -> Any:
	"""A value without mark-up; nothing is None, in whatever way the report says it."""
	if isinstance(value, str):
		text = unescape(TAG.sub("", value)).strip() if TAG.search(value) else value
		return text or None
	if isinstance(value, float) and not math.isfinite(value):
		return None
	return plain(value, fieldtype)
