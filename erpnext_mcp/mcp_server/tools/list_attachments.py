"""list_attachments: the files of a document."""

from typing import Any

from erpnext_mcp.documents import attachments
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, NAME, limit_of
from erpnext_mcp.policy.operations import ATTACHMENTS


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	context.note.read(name=arguments["name"])
	answer = attachments.list_attachments(
		context.access, arguments["name"], limit_of(context, arguments), arguments["offset"]
	)
	context.note.read(name=answer["name"], rows=len(answer["attachments"]))
	return answer


tool = Tool(
	name="list_attachments",
	title="List attachments",
	description="Files attached to a document.",
	perform=perform,
	input_schema=object_schema(
		{
			"doctype": DOCTYPE,
			"name": NAME,
			"limit": {"type": "integer", "minimum": 1},
			"offset": {"type": "integer", "minimum": 0, "maximum": 10_000, "default": 0},
		},
		required=("doctype", "name"),
	),
	output_schema=answer_schema(
		{
			"doctype": {"type": "string"},
			"name": {"type": "string"},
			"attachments": {"type": "array", "items": {"type": "object"}},
			"has_more": {"type": "boolean"},
		},
		required=("doctype", "name", "attachments", "has_more"),
	),
	operations=(ATTACHMENTS,),
)
