"""MCP Slowest Tools: how long calls took, by tool, refused ones left out."""

from typing import Any

from frappe import _

from erpnext_mcp.audit import statistics
from erpnext_mcp.erpnext_mcp.report.common import Column, Row, column, shown


def execute(filters: dict[str, Any] | None = None) -> tuple[list[Column], list[Row]]:
	filters = filters or {}
	period = statistics.Period.of(filters.get("from_date"), filters.get("to_date"))
	columns = [
		column("tool", _("Tool"), width=300),
		column("calls", _("Calls"), "Int", 90),
		column("p50", _("Half Within (ms)"), "Int", 140),
		column("p95", _("95% Within (ms)"), "Int", 140),
		column("slowest", _("Slowest (ms)"), "Int", 140),
	]
	return columns, shown(statistics.slowest_tools(period))
