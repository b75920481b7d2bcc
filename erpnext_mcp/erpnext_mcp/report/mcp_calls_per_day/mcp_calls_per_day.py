"""MCP Calls per Day: how many there were, and what came of them."""

from typing import Any

from frappe import _
from frappe.utils import format_date

from erpnext_mcp.audit import statistics
from erpnext_mcp.erpnext_mcp.report.common import OUTCOME_COLORS, Column, Row, chart, column, counts

MOST_DAYS = 100
"""Up to so many, the chart has a place for days without calls."""


def execute(filters: dict[str, Any] | None = None) -> tuple[list[Column], list[Row], None, Row]:
	filters = filters or {}
	period = statistics.Period.of(filters.get("from_date"), filters.get("to_date"))
	rows = statistics.calls_per_day(period)
	columns = [column("day", _("Day"), "Date"), *counts(), column("users", _("Users"), "Int", 90)]
	return columns, rows, None, outcomes(period, rows)


def outcomes(period: statistics.Period, rows: list[Row]) -> Row:
	if rows and len(period.days()) <= MOST_DAYS:
		none = dict.fromkeys(OUTCOME_COLORS, 0)
		found = {row["day"]: row for row in rows}
		rows = [found.get(day, {"day": day, **none}) for day in period.days()]
	labels = {"allowed": _("Allowed"), "refused": _("Refused"), "failed": _("Failed")}
	bars = [{**row, "label": format_date(row["day"], "d MMM")} for row in rows]
	return chart(bars, "label", labels, barOptions={"stacked": 1}, colors=list(OUTCOME_COLORS.values()))
