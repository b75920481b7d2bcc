"""get_report_info: the filters and columns of a report."""

from typing import Any

from erpnext_mcp.documents.reports.builder import stored_list
from erpnext_mcp.documents.reports.defaults import value_of
from erpnext_mcp.documents.reports.filters import ReportFilter, filters_of
from erpnext_mcp.documents.reports.found import Report
from erpnext_mcp.documents.reports.table import column
from erpnext_mcp.documents.text import clean
from erpnext_mcp.documents.values import plain
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.reports import has_reports, open_report
from erpnext_mcp.mcp_server.saved_lists import columns_of
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import REPORT
from erpnext_mcp.policy.operations import READ


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	report = open_report(context, arguments["report"])
	answer: dict[str, Any] = {"report": report.name, "report_type": report.report_type}
	if report.is_list:
		return answer | list_info(context, report)
	if context.grant.operations(report.doctype):
		answer["doctype"] = report.doctype
	known = filters_of(report)
	answer["filters"] = [as_told(context, f) for f in known.filters.values()]
	answer["filters_known"] = known.complete
	columns = [column(c.fieldname, c.label or "", c.fieldtype or "", c.options) for c in report.doc.columns]
	return answer | ({"columns": columns} if columns else {})


def list_info(context: Context, report: Report) -> dict[str, Any]:
	"""A list takes the filters of its DocType."""
	access = context.grant.access(report.doctype, READ)
	columns = columns_of(access, stored_list(report))
	filters = [c for c in columns if c["fieldname"] in access.fields.filterable]
	return {"doctype": report.doctype, "filters": filters, "filters_known": False, "columns": columns}


def as_told(context: Context, df: ReportFilter) -> dict[str, Any]:
	"""A filter as answers tell it; the DocType of a link only where the caller knows of it."""
	told: dict[str, Any] = {
		"fieldname": df.fieldname,
		"label": clean(df.label, 140),
		"type": df.fieldtype,
	}
	if isinstance(df.options, tuple):
		told |= {"options": [clean(o, 140) for o in df.options]} if df.options else {}
	elif context.grant.operations(df.options):
		told["options"] = df.options
	if df.required:
		told["required"] = True
	default = plain(value_of(df.default))
	return told if default in (None, "", []) else told | {"default": default}


tool = Tool(
	name="get_report_info",
	title="Get report info",
	description="Filters and columns of a report.",
	perform=perform,
	input_schema=object_schema({"report": REPORT}, required=("report",)),
	output_schema=answer_schema(
		{
			"report": {"type": "string"},
			"report_type": {"type": "string"},
			"doctype": {"type": "string"},
			"filters": {"type": "array", "items": {"type": "object"}},
			"filters_known": {"type": "boolean"},
			"columns": {"type": "array", "items": {"type": "object"}},
		},
		required=("report", "report_type", "filters"),
	),
	available=has_reports,
)
