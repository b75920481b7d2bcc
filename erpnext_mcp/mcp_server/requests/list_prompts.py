"""prompts/list: the prompts that an administrator has written for the caller's roles."""

from typing import Any

from erpnext_mcp.mcp_server import prompts
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	found = prompts.visible(context.caller.user) if context.profile_grant else []
	context.note.read(rows=len(found))
	return {"prompts": [prompt.as_wire() for prompt in found]}


tool = Tool(
	name="prompts/list",
	title="List prompts",
	description="",
	perform=perform,
	input_schema=object_schema({}),
	output_schema=answer_schema({"prompts": {"type": "array", "items": {"type": "object"}}}),
	needs_profile=False,
)
