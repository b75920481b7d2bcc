"""MCP Calls by Client: which program called with which credential, under which profile."""

from typing import Any

from frappe import _

from erpnext_mcp.audit import statistics
from erpnext_mcp.erpnext_mcp.report.common import Column, Row, column, counts, shown


def execute(filters: dict[str, Any] | None = None) -> tuple[list[Column], list[Row]]:
	filters = filters or {}
	period = statistics.Period.of(filters.get("from_date"), filters.get("to_date"))
	columns = [
		column("client_name", _("Client (as it calls itself)"), width=260),
		column("credential", _("Credential"), width=220),
		column("profile", _("Profile"), width=160),
		*counts(),
		column("users", _("Users"), "Int", 90),
		column("first", _("First"), "Datetime", 180),
		column("last", _("Last"), "Datetime", 180),
	]
	return columns, shown(statistics.calls_by_client(period))
