"""What applies to a user who calls with his API key from where he is now. Tells no more than the tools tell him."""

from frappe.utils import get_fullname
from frappe.utils.user import get_users_with_role

from erpnext_mcp.errors import CallError
from erpnext_mcp.mcp_server import caller
from erpnext_mcp.mcp_server.spending import budget_of
from erpnext_mcp.policy import store
from erpnext_mcp.policy.grant import grant_for

ASKED = ("MCP Administrator", "System Manager")
"""The roles whose holders can help, the first that somebody has."""
MOST_NAMES = 3


def of(user: str, key: str) -> dict:
	"""`{enabled, profile, read_only, doctypes[{doctype, operations[]}], limits_left}`; `problem` and `hint` instead of all
	but the first when nothing is open to him, in the words of the tools.

	:param key: his API key, whose own limits count as well; empty for none
	"""
	policy = store.load()
	if not policy.settings.enabled:
		return {
			"enabled": False,
			"problem": "MCP access to this site is switched off.",
			"hint": "Ask the site's administrator.",
		}
	address = caller.ip_address()
	credential = f"API key {key}" if key else ""
	try:
		grant = grant_for(user, policy, None, address, credential)
	except CallError as e:
		return {"enabled": True, "problem": e.message, "hint": e.hint}
	me = caller.Caller(user, caller.HTTP, credential=credential, ip_address=address)
	return {
		"enabled": True,
		"profile": grant.profile.name,
		"read_only": grant.read_only,
		"doctypes": [
			{"doctype": doctype, "operations": operations} for doctype, operations in grant.doctypes().items()
		],
		"limits_left": budget_of(me, policy.settings, grant.profile).left(),
	}


def whom_to_ask() -> list[str]:
	"""The full names of some who can change it; empty when only Administrator can."""
	for role in ASKED:
		users = sorted(get_users_with_role(role))
		if users:
			return [get_fullname(user) for user in users[:MOST_NAMES]]
	return []
