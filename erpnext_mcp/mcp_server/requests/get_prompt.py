"""prompts/get: the text of a prompt with its arguments filled in."""

from typing import Any

from erpnext_mcp.mcp_server import prompts
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	prompt = prompts.find(context.caller.user, arguments["name"])
	context.note.reference_doctype, context.note.reference_name = prompts.DOCTYPE, prompt.name
	return {"description": prompt.description, "text": prompt.filled(arguments.get("arguments") or {})}


tool = Tool(
	name="prompts/get",
	title="Get prompt",
	description="",
	perform=perform,
	input_schema=object_schema(
		{
			"name": {"type": "string"},
			"arguments": {"type": "object", "additionalProperties": {"type": "string"}},
		},
		required=("name",),
	),
	output_schema=answer_schema({"description": {"type": "string"}, "text": {"type": "string"}}),
)
