"""Reports that Frappe makes in the background (Prepared Report): looking for one, and asking for one.

Each belongs to one user and one set of filters; nobody gets what was made for another.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import frappe
from frappe.utils import add_to_date, now_datetime

from erpnext_mcp.documents.reports.filters import ReportFilters
from erpnext_mcp.documents.reports.found import Report
from erpnext_mcp.documents.reports.of_frappe import prepared_report, query_report
from erpnext_mcp.documents.reports.table import Table, table
from erpnext_mcp.errors import Unavailable, ValidationFailed

PREPARED_REPORT = "Prepared Report"
FRESH_FOR = 60
"""Minutes that a result is answered with, and that one is waited for; then a new one is made."""
FAILED_FOR = 5
"""Minutes that a failure is told; then it is tried again."""


def newest(report: Report, filters: Mapping[str, Any], known: ReportFilters) -> Table | None:
	"""What was made for this user and these filters within the last hour.

	:returns: None when it is still being made
	:raises LookupError: there is none
	:raises ValidationFailed: the last one failed
	"""
	# Of the user's own alone: he need not have the role that opens Prepared Report in the desk.
	found = frappe.get_all(
		PREPARED_REPORT,
		filters={
			"owner": frappe.session.user,
			"report_name": report.name,
			"filters": prepared_report().process_filters_for_prepared_report(dict(filters)),
			"creation": (">", add_to_date(now_datetime(), minutes=-FRESH_FOR)),
		},
		fields=["name", "status", "creation"],
		order_by="creation desc",
		limit=1,
	)
	if not found:
		raise LookupError
	if found[0].status == "Completed":
		return replace(_read(report, found[0].name, known), prepared_at=str(found[0].creation)[:19])
	if found[0].status in ("Queued", "Started"):
		return None
	if found[0].creation < add_to_date(now_datetime(), minutes=-FAILED_FOR):
		raise LookupError
	raise ValidationFailed(
		"This report was made in the background with these filters, and that failed.",
		f"Change the filters, or try again in {FAILED_FOR} minutes.",
		reason=f"{PREPARED_REPORT} {found[0].name} failed",
	)


def ask_for(report: Report, filters: Mapping[str, Any]) -> None:
	"""Has the report made in the background. Writes; the job starts when that is committed.

	:raises Unavailable: too many jobs are waiting already
	"""
	try:
		prepared_report().make_prepared_report(report.name, dict(filters))
	except frappe.QueueOverloaded as e:
		raise Unavailable(
			"Too many jobs are waiting on this site: the report can't be made now.", "Try again later."
		) from e


def _read(report: Report, name: str, known: ReportFilters) -> Table:
	result = json.loads(frappe.get_doc(PREPARED_REPORT, name).get_prepared_data())
	columns, rows = result["columns"], result["result"] or []
	has_totals = bool(rows) and isinstance(rows[-1], list)
	if has_totals:
		rows.pop()
	if rows:
		# What the user may see may be less than when it was made (T58).
		rows = query_report().get_filtered_data(report.doctype, columns, rows, frappe.session.user)
	if rows and has_totals:
		rows = query_report().add_total_row(
			rows, columns, is_tree=known.is_tree, parent_field=known.parent_field
		)
	return table({**result, "result": rows})
