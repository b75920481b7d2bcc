"""resources/list: the DocTypes and reports of the caller. Documents are reached by their template."""

from typing import Any

from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.reports import open_reports
from erpnext_mcp.mcp_server.resource_uri import doctype_uri, report_uri
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema

JSON = "application/json"


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	# Who has no profile has no resources; test_connection says why.
	grant = context.profile_grant
	doctypes = [] if grant is None else list(grant.doctypes())
	reports = [] if grant is None else open_reports(grant)
	found = [
		*({"uri": doctype_uri(d), "name": d, "title": f"Fields of {d}", "mimeType": JSON} for d in doctypes),
		*({"uri": report_uri(r), "name": r, "title": f"Report {r}", "mimeType": JSON} for r in reports),
	]
	context.note.read(rows=len(found))
	return {"resources": found}


tool = Tool(
	name="resources/list",
	title="List resources",
	description="",
	perform=perform,
	input_schema=object_schema({}),
	output_schema=answer_schema({"resources": {"type": "array", "items": {"type": "object"}}}),
	needs_profile=False,
)
