"""run_report: the rows of a report, or word that they are being made in the background."""

from functools import partial
from typing import Any

from erpnext_mcp.documents.reports import live, prepared
from erpnext_mcp.documents.reports.builder import stored_list
from erpnext_mcp.documents.reports.filters import checked, filters_of
from erpnext_mcp.documents.reports.found import Report
from erpnext_mcp.documents.reports.table import Table
from erpnext_mcp.errors import InvalidArguments
from erpnext_mcp.mcp_server import saved_lists
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.reports import has_reports, open_report
from erpnext_mcp.mcp_server.tool import Tool, Transaction, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import REPORT
from erpnext_mcp.policy.operations import READ

DONE, QUEUED = "done", "queued"
ASK_AGAIN = "It is being made in the background. Call run_report again with the same filters in a minute."


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	report = open_report(context, arguments["report"])
	limit, offset = limit_of(context, arguments, report), arguments.get("offset", 0)
	filters = arguments.get("filters") or {}
	if report.is_list:
		access = context.grant.access(report.doctype, READ)
		page = saved_lists.run(access, stored_list(report), filters, limit, offset)
	else:
		found = run(context, report, filters)
		if found is None:
			return {"report": report.name, "status": QUEUED, "message": ASK_AGAIN}
		page = found.page(limit, offset)
	context.note.read(fields=[c["fieldname"] for c in page["columns"]], rows=len(page["rows"]))
	return {"report": report.name, "status": DONE, **page}


def run(context: Context, report: Report, given: dict[str, Any]) -> Table | None:
	"""The output of a query or script report; None when it is being made in the background."""
	known = filters_of(report)
	filters = checked(given, report, known)
	if not report.is_prepared:
		return live.run(report, filters, known)
	try:
		return prepared.newest(report, filters, known)
	except LookupError:
		context.afterwards.append(partial(prepared.ask_for, report, filters))
		return None


def limit_of(context: Context, arguments: dict[str, Any], report: Report) -> int:
	"""How many rows a call may have.

	:raises InvalidArguments: it asks for more than the settings, and the rule for the reference DocType, allow
	"""
	rule = context.grant.profile.rules.get(report.doctype)
	most = min(
		(rule.max_rows if rule else 0) or context.settings.max_page_size, context.settings.max_page_size
	)
	limit = int(arguments.get("limit", min(context.settings.default_page_size, most)))
	if limit > most:
		raise InvalidArguments(f"limit: at most {most} rows a call.", "Ask for the next rows with offset.")
	return limit


tool = Tool(
	name="run_report",
	title="Run report",
	description="Rows of a report. Status queued: ask again later with the same filters.",
	perform=perform,
	input_schema=object_schema(
		{
			"report": REPORT,
			"filters": {"type": "object", "description": "As get_report_info tells"},
			"limit": {"type": "integer", "minimum": 1},
			"offset": {"type": "integer", "minimum": 0, "maximum": 10_000_000},
		},
		required=("report",),
	),
	output_schema=answer_schema(
		{
			"report": {"type": "string"},
			"status": {"type": "string"},
			"columns": {"type": "array", "items": {"type": "object"}},
			"rows": {"type": "array", "items": {"type": "object"}},
			"totals": {"type": "object"},
			"has_more": {"type": "boolean"},
			"next_offset": {"type": "integer"},
			"message": {"type": "string"},
			"prepared_at": {"type": "string"},
		},
		required=("report", "status"),
	),
	transaction=Transaction.UNDONE,
	available=has_reports,
)
