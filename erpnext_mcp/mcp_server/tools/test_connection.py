"""test_connection: does it work, as whom, and if not, why."""

from typing import Any

from erpnext_mcp.documents import system
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	answer: dict[str, Any] = {
		"status": "ok",
		"site": system.site(),
		"user": context.caller.user,
		"server_version": system.app_version(),
	}
	if context.refusal is not None:
		return answer | {
			"status": "no_access",
			"problem": context.refusal.message,
			"hint": context.refusal.hint,
		}
	return answer | {"profile": context.grant.profile.name, "doctypes": len(context.grant.doctypes())}


tool = Tool(
	name="test_connection",
	title="Test connection",
	description="Whether you are connected, as whom, and have access.",
	perform=perform,
	input_schema=object_schema({}),
	output_schema=answer_schema(
		{
			"status": {"type": "string", "enum": ["ok", "no_access"]},
			"site": {"type": "string"},
			"user": {"type": "string"},
			"server_version": {"type": "string"},
			"profile": {"type": "string"},
			"doctypes": {"type": "integer"},
			"problem": {"type": "string"},
			"hint": {"type": "string"},
		},
		required=("status", "site", "user"),
	),
	needs_profile=False,
)
