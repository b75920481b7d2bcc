"""What the tool list of a profile costs every request of a model, in tokens."""

from dataclasses import replace
from typing import Any

from erpnext_mcp.mcp_server.pipeline import compact
from erpnext_mcp.mcp_server.registry import visible
from erpnext_mcp.policy.grant import Grant
from erpnext_mcp.policy.profile import Profile
from erpnext_mcp.policy.store import Settings

BYTES_PER_TOKEN = 4
"""Counted as everywhere in this project: no two models agree."""

LIMIT = 3_000
"""Tokens that a list had better stay under (DESIGN §6)."""


def cost(profile: Profile, settings: Settings, user: str | None = None) -> dict[str, Any]:
	"""
	:param user: whose list is measured as well
	:returns: `{tools, tokens, limit, user}`: the most that anybody's list costs, and that of the user as
	        `{user, tools, tokens}` or None
	"""
	return {
		# Administrator is denied nothing by Frappe: nobody's list is longer.
		**_measured("Administrator", profile, replace(settings, read_only=False)),
		"limit": LIMIT,
		"user": {"user": user, **_measured(user, profile, settings)} if user else None,
	}


def _measured(user: str, profile: Profile, settings: Settings) -> dict[str, int]:
	tools = [tool.as_wire() for tool in visible(Grant(user, profile, settings))]
	return {"tools": len(tools), "tokens": round(len(compact({"tools": tools}).encode()) / BYTES_PER_TOKEN)}
