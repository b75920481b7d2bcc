"""The audit entries that a session left. To be called on a connected site."""

from datetime import datetime
from typing import Any

import frappe

DOCTYPE = "MCP Audit Entry"
FIELDS = [
	"timestamp",
	"tool",
	"reference_doctype",
	"reference_name",
	"outcome",
	"reason_code",
	"row_count",
	"duration_ms",
]


def newest() -> datetime | None:
	"""When the last entry was written."""
	return frappe.db.get_value(DOCTYPE, {}, "timestamp", order_by="timestamp desc")


def since(time: datetime | None) -> list[dict[str, Any]]:
	"""The entries after it, the oldest first."""
	filters = {"timestamp": (">", time)} if time else {}
	return frappe.get_all(DOCTYPE, filters=filters, fields=FIELDS, order_by="timestamp asc")
