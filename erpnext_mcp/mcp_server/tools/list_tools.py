"""tools/list: the tools the caller can use now. A request of the protocol, on the way of every call."""

from typing import Any

from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	# The registry imports this module.
	from erpnext_mcp.mcp_server.registry import visible

	tools = [t.as_wire() for t in visible(context.profile_grant, context.caller.narrowing)]
	context.note.read(rows=len(tools))
	return {"tools": tools}


tool = Tool(
	name="tools/list",
	title="List tools",
	description="",
	perform=perform,
	input_schema=object_schema({}),
	output_schema=answer_schema({"tools": {"type": "array", "items": {"type": "object"}}}),
	needs_profile=False,
)
