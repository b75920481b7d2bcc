"""MCP Calls per Day: how many there were, and what came of them."""

from typing import Any

from frappe import _

from erpnext_mcp.audit import statistics
from erpnext_mcp.erpnext_mcp.report.common import OUTCOME_COLORS, Column, Row, column, counts


def execute(filters: dict[str, Any] | None = None) -> tuple[list[Column], list[Row], None, dict[str, Any]]:
	filters = filters or {}
	rows = statistics.calls_per_day(statistics.Period.of(filters.get("from_date"), filters.get("to_date")))
	columns = [column("day", _("Day"), "Date"), *counts(), column("users", _("Users"), "Int", 90)]
	return columns, rows, None, chart(rows)


def chart(rows: list[Row]) -> dict[str, Any]:
	labels = {"allowed": _("Allowed"), "refused": _("Refused"), "failed": _("Failed")}
	return {
		"data": {
			"labels": [str(row["day"]) for row in rows],
			"datasets": [
				{"name": label, "values": [row[outcome] for row in rows]} for outcome, label in labels.items()
			],
		},
		"type": "bar",
		"barOptions": {"stacked": 1},
		"colors": list(OUTCOME_COLORS.values()),
	}
