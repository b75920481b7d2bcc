"""get_pending_approvals: documents whose workflow waits for the caller."""

from typing import Any

from erpnext_mcp.documents import pending_approvals
from erpnext_mcp.errors import InvalidArguments
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE
from erpnext_mcp.policy.grant import Grant
from erpnext_mcp.policy.operations import READ


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	most = context.settings.max_page_size
	limit = arguments.get("limit", min(context.settings.default_page_size, most))
	if limit > most:
		raise InvalidArguments(f"limit: at most {most} rows a call.", "Name a doctype.")
	if "doctype" in arguments:
		context.note.reference_doctype = arguments["doctype"]
		accesses = [context.grant.access(arguments["doctype"], READ)]
	else:
		found = (context.access_to(doctype, READ) for doctype in context.grant.doctypes())
		accesses = [access for access in found if access is not None]
	answer = pending_approvals.get_pending_approvals(accesses, limit)
	context.note.read(rows=len(answer["approvals"]))
	return answer


def available(grant: Grant) -> bool:
	return pending_approvals.has_workflow(
		d for d, operations in grant.doctypes().items() if READ in operations
	)


tool = Tool(
	name="get_pending_approvals",
	title="Get pending approvals",
	description="Documents that wait for your action in a workflow.",
	perform=perform,
	input_schema=object_schema({"doctype": DOCTYPE, "limit": {"type": "integer", "minimum": 1}}),
	output_schema=answer_schema(
		{
			"approvals": {"type": "array", "items": {"type": "object"}},
			"has_more": {"type": "boolean"},
		},
		required=("approvals", "has_more"),
	),
	available=available,
)
