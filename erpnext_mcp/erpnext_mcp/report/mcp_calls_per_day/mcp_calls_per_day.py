"""MCP Calls per Day: how many there were, and what came of them."""

from typing import Any

from frappe import _

from erpnext_mcp.audit import statistics
from erpnext_mcp.erpnext_mcp.report.common import OUTCOME_COLORS, Column, Row, column, counts

MONTH = 31


def execute(filters: dict[str, Any] | None = None) -> tuple[list[Column], list[Row], None, Row]:
	filters = filters or {}
	period = statistics.Period.of(filters.get("from_date"), filters.get("to_date"))
	rows = statistics.calls_per_day(period)
	columns = [column("day", _("Day"), "Date"), *counts(), column("users", _("Users"), "Int", 90)]
	return columns, rows, None, chart(period, rows)


def chart(period: statistics.Period, rows: list[Row]) -> Row:
	days = [row["day"] for row in rows]
	is_month = bool(rows) and len(period.days()) <= MONTH
	if is_month:
		days = period.days()  # those without calls, too
	found = {row["day"]: row for row in rows}
	labels = {"allowed": _("Allowed"), "refused": _("Refused"), "failed": _("Failed")}
	return {
		"data": {
			# Of more than a day's number the desk would show three points.
			"labels": [str(day.day if is_month else day) for day in days],
			"datasets": [
				{"name": label, "values": [found[day][outcome] if day in found else 0 for day in days]}
				for outcome, label in labels.items()
			],
		},
		"type": "bar",
		"barOptions": {"stacked": 1},
		"colors": list(OUTCOME_COLORS.values()),
	}
