"""MCP Refusals by Reason: what stood against calls, and how often."""

from typing import Any

from frappe import _

from erpnext_mcp.audit import statistics
from erpnext_mcp.erpnext_mcp.report.common import Column, Row, column, shown


def execute(filters: dict[str, Any] | None = None) -> tuple[list[Column], list[Row]]:
	filters = filters or {}
	period = statistics.Period.of(filters.get("from_date"), filters.get("to_date"))
	rows = statistics.refusals(period, filters.get("outcome") or statistics.REFUSED)
	columns = [
		column("reason_code", _("Reason Code"), width=160),
		column("reason", _("Reason"), width=500),
		column("calls", _("Calls"), "Int", 90),
		column("users", _("Users"), "Int", 90),
		column("last", _("Last"), "Datetime", 180),
	]
	return columns, shown(rows)
