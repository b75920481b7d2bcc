"""get_linked_documents: what links to a document."""

from typing import Any

from erpnext_mcp.documents import links
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, NAME, limit_of
from erpnext_mcp.policy.operations import READ


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	context.note.read(name=arguments["name"])
	answer = links.get_linked_documents(
		context.access,
		arguments["name"],
		context.grant.doctypes(),
		lambda doctype: context.access_to(doctype, READ),
		limit_of(context, arguments),
	)
	context.note.read(
		name=answer["name"],
		fields=dict.fromkeys(f"{d['doctype']}.{d['fieldname']}" for d in answer["linked"]),
		rows=len(answer["linked"]),
	)
	return answer


tool = Tool(
	name="get_linked_documents",
	title="Get linked documents",
	description="Documents that link to a document.",
	perform=perform,
	input_schema=object_schema(
		{"doctype": DOCTYPE, "name": NAME, "limit": {"type": "integer", "minimum": 1}},
		required=("doctype", "name"),
	),
	output_schema=answer_schema(
		{
			"doctype": {"type": "string"},
			"name": {"type": "string"},
			"linked": {"type": "array", "items": {"type": "object"}},
			"has_more": {"type": "boolean"},
		},
		required=("doctype", "name", "linked", "has_more"),
	),
	operations=(READ,),
)
