"""What the audit's list needs beyond the list itself: sessions to choose from, and the export of a period."""

from typing import Any

import frappe
from frappe import _
from frappe.core.doctype.access_log.access_log import make_access_log
from frappe.utils import add_days, cint

from erpnext_mcp.api.desk.roles import administrators_only
from erpnext_mcp.audit import export as exported
from erpnext_mcp.audit import statistics
from erpnext_mcp.audit.entry import DOCTYPE

MOST_SESSIONS = 200
MOST_CALLS = 20_000
"""That are looked at for sessions, the latest first."""
MOST_DAYS = 366
MOST_ENTRIES = 20_000
"""Of an export; it is made within the request. The command line has no limit."""

VALUES = ("changes",)
"""The columns that only System Managers see."""


@frappe.whitelist(methods=["GET"])
def sessions(days: int = 7) -> dict[str, Any]:
	"""The sessions of the last days, today included: `{sessions: [see statistics.sessions], has_more}`."""
	administrators_only()
	period = statistics.Period.of(days=min(max(cint(days), 1), MOST_DAYS))
	found, has_more = statistics.sessions(period, MOST_CALLS)
	return {"sessions": found[:MOST_SESSIONS], "has_more": has_more or len(found) > MOST_SESSIONS}


@frappe.whitelist(methods=["GET"])
def export(from_date: str, to_date: str, format: str = exported.JSON_LINES) -> dict[str, str]:
	"""The entries of some days, both included, as `bench mcp export-audit` writes them: `{filename, content}`.

	Changed values are left out for who may not see them. That there was an export stands in Frappe's Access Log.

	:param format: jsonl or csv
	:raises frappe.ValidationError: the format is unknown, or there are more entries than fit into one request
	"""
	administrators_only()
	if format not in exported.FORMATS:
		frappe.throw(_("The format must be one of {0}.").format(", ".join(exported.FORMATS)))
	period = statistics.Period.of(from_date, to_date)
	since, until = f"{period.first} 00:00:00", f"{add_days(period.last, 1)} 00:00:00"
	rows = statistics.entries(since, until, MOST_ENTRIES + 1)
	if len(rows) > MOST_ENTRIES:
		frappe.throw(
			_(
				"There are more than {0} entries. Choose fewer days, or run on the server: bench --site {1} mcp export-audit --from {2} --to {3}"
			).format(MOST_ENTRIES, frappe.local.site, period.first, period.last)
		)
	columns = exported.COLUMNS
	if not statistics.sees_values():
		columns = tuple(column for column in columns if column not in VALUES)
		rows = [{column: row[column] for column in columns} for row in rows]
	make_access_log(
		doctype=DOCTYPE, file_type=format.upper(), filters=[["timestamp", "Between", [since, until]]]
	)
	return {
		"filename": f"mcp-audit-{period.first}-{period.last}.{format}",
		"content": "".join(exported.lines(rows, format, columns)),
	}
