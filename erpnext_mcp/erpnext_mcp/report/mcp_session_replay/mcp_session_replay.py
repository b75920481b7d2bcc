"""MCP Session Replay: what an agent saw and changed, in its order. Values are for System Managers."""

import json
from typing import Any

from frappe import _

from erpnext_mcp.audit import statistics
from erpnext_mcp.documents.changes import described
from erpnext_mcp.erpnext_mcp.report.common import Column, Row, column, shown

LONGEST = 2_000
"""Characters of the changes of one call; the entry has all of them."""


def execute(filters: dict[str, Any] | None = None) -> tuple[list[Column], list[Row], str | None]:
	filters = filters or {}
	period = statistics.Period.of(filters.get("from_date"), filters.get("to_date"), days=1)
	rows, has_more = statistics.replay(period, filters.get("user") or "", filters.get("session") or "")
	for row in rows:
		row["fields"] = ", ".join(names(row.pop("field_names")))
		row["changed"] = changed(row.pop("changes", None))
	message = _("Only the first {0} calls are shown. Narrow the dates, the user or the session.")
	return columns(), shown(rows), message.format(statistics.MOST_ROWS) if has_more else None


def columns() -> list[Column]:
	found = [
		column("timestamp", _("Time"), "Datetime", 190),
		column("sitting", _("Sitting"), "Int", 70),
		column("tool", _("Tool"), width=210),
		column("reference_doctype", _("DocType"), width=120),
		column("reference_name", _("Document"), width=160),
		column("outcome", _("Outcome"), width=90),
		column("fields", _("Fields Seen or Sent"), width=240),
		column("row_count", _("Rows"), "Int", 70),
		column("reason_code", _("Reason Code"), width=120),
		column("reason", _("Reason"), width=240),
		column("operation", _("Operation"), width=90),
		column("dry_run", _("Dry Run"), "Check", 80),
		column("duration_ms", _("Milliseconds"), "Float", 110, precision=1),
		column("user", _("User"), width=200),
		column("client_name", _("Client"), width=180),
		column("session", _("Session"), width=170),
		column("name", _("Entry"), "Link", 190, options="MCP Audit Entry"),
	]
	if statistics.sees_values():
		found.insert(7, column("changed", _("Changes"), width=360))
	return found


def names(text: str | None) -> list[str]:
	"""The names of fields as an entry holds them: a JSON list, which may have been cut off."""
	try:
		return json.loads(text or "[]")
	except ValueError:
		return [text or ""]


def changed(text: str | None) -> str:
	"""The changes of one call in a line."""
	told = "; ".join(described(json.loads(text))) if text else ""
	return told if len(told) <= LONGEST else told[:LONGEST] + " …"
