"""get_system_info: what an agent needs to know of the site and of the user it works as."""

from typing import Any

from erpnext_mcp.documents import system
from erpnext_mcp.limits import cache
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema
from erpnext_mcp.policy import store

ADMINISTRATORS = frozenset({"MCP Administrator", "System Manager"})
"""The roles that are told how the caches do."""


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	assert context.budget is not None
	user = system.user_info(context.caller.user)
	answer = {
		"site": system.site(),
		"versions": system.versions(),
		**user,
		"profile": context.grant.profile.name,
		"read_only": context.grant.read_only,
		"page_size": {"default": context.settings.default_page_size, "max": context.settings.max_page_size},
		"limits_left": context.budget.left(),
	}
	if ADMINISTRATORS.intersection(user["roles"]):
		answer["caches"] = {"policy": store.statistics(), "documents": cache.statistics()}
	return answer


tool = Tool(
	name="get_system_info",
	title="Get system info",
	description="Your roles, language, time zone, default company and currency; versions.",
	perform=perform,
	input_schema=object_schema({}),
	output_schema=answer_schema(
		{
			"site": {"type": "string"},
			"versions": {"type": "object", "additionalProperties": {"type": "string"}},
			"user": {"type": "string"},
			"full_name": {"type": "string"},
			"roles": {"type": "array", "items": {"type": "string"}},
			"language": {"type": "string"},
			"time_zone": {"type": "string"},
			"now": {"type": "string"},
			"default_company": {"type": ["string", "null"]},
			"default_currency": {"type": ["string", "null"]},
			"profile": {"type": "string"},
			"read_only": {"type": "boolean"},
			"page_size": {"type": "object", "additionalProperties": {"type": "integer"}},
			"limits_left": {"type": "object"},
			"caches": {
				"type": "object",
				"description": "For administrators: of the policy in this process, of documents on the site",
				"properties": {"policy": {"type": "object"}, "documents": {"type": "object"}},
			},
		},
		required=("site", "versions", "user", "roles", "profile"),
	),
)
