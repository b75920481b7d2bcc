"""The methods of the simulator's page."""

import json
from typing import Any

import frappe
from frappe import _

from erpnext_mcp.api.desk.roles import administrators_only
from erpnext_mcp.desk.simulator import people
from erpnext_mcp.desk.simulator import simulate as simulator
from erpnext_mcp.mcp_server.registry import LIST_TOOLS, TOOLS
from erpnext_mcp.mcp_server.tool import Transaction


@frappe.whitelist(methods=["POST"])
def simulate(
	user: str,
	tool: str = LIST_TOOLS.name,
	arguments: dict | str | None = None,
	client: str | None = None,
	ip_address: str | None = None,
) -> dict[str, Any]:
	"""What would become of a call of somebody else: see `desk.simulator.simulate`.

	:param arguments: an object, or its JSON
	"""
	administrators_only()
	return simulator.simulate(user, tool, _object(arguments), client or None, (ip_address or "").strip())


@frappe.whitelist(methods=["GET"])
def tools() -> list[dict[str, Any]]:
	"""`{name, title, description, writes, input_schema}` of the tools there are for all DocTypes."""
	administrators_only()
	return [
		{
			"name": tool.name,
			"title": tool.title,
			"description": tool.description,
			"writes": tool.transaction is Transaction.WRITE,
			"input_schema": tool.as_wire()["inputSchema"],
		}
		for tool in TOOLS.values()
	]


@frappe.whitelist(methods=["GET"])
def users(txt: str = "", profile: str | None = None) -> list[dict[str, Any]]:
	"""Suggestions of users.

	:param profile: only those that it names, or whose roles
	"""
	administrators_only()
	return people.enabled_users(txt, profile or "")


@frappe.whitelist(methods=["GET"])
def clients(txt: str = "") -> list[dict[str, Any]]:
	"""Suggestions of OAuth clients."""
	administrators_only()
	return people.oauth_clients(txt)


def _object(arguments: dict | str | None) -> dict[str, Any]:
	if isinstance(arguments, str):
		try:
			arguments = json.loads(arguments or "{}")
		except (ValueError, RecursionError):
			frappe.throw(_("The arguments are no JSON."))
	if not isinstance(arguments or {}, dict):
		frappe.throw(_("The arguments must be a JSON object."))
	return arguments or {}
