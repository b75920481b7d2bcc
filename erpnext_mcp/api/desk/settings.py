"""What the form of the MCP Gateway Settings says about the site beside its own fields."""

from typing import Any

import frappe
from frappe.utils import now_datetime

from erpnext_mcp.api.desk.roles import administrators_only
from erpnext_mcp.desk.access import matrix, people
from erpnext_mcp.policy import store

GETS_IN = frozenset({matrix.WORKS, matrix.READ_ONLY, matrix.NETWORKS})
"""The states of who has a profile that lets him in and something to connect with."""


@frappe.whitelist(methods=["GET"])
def status() -> dict[str, Any]:
	"""What applies now, as stored: `{enabled, read_only, default_profile, users, working, stopped}`.

	`users` are the enabled ones; `working` those that can call now, `stopped` those that are paused or suspended.
	"""
	administrators_only()
	policy, now = store.read(), now_datetime()
	states = [set(matrix.row(policy, person, now).states) for person in people.people(policy.profiles)]
	stopped = [found for found in states if found & {matrix.PAUSED, matrix.SUSPENDED}]
	return {
		"enabled": policy.settings.enabled,
		"read_only": policy.settings.read_only,
		"default_profile": policy.settings.default_profile or "",
		"users": len(states),
		"working": sum(1 for found in states if found & GETS_IN and found not in stopped),
		"stopped": len(stopped),
	}
