"""The OAuth clients that a user has let in, and their end.

Of a client he holds any number of tokens: each refresh makes one and leaves the one before as it is. To disconnect
means to revoke all of them, those past their time too, because they can be refreshed; and codes that were given out and
not yet exchanged, which Frappe lets live for ever. What other users have with the same client is not touched.
"""

import frappe
from frappe import _
from frappe.utils import get_datetime, now_datetime

from erpnext_mcp.desk.connect import calls, trace
from erpnext_mcp.policy import store

TOKEN, CODE, CLIENT = "OAuth Bearer Token", "OAuth Authorization Code", "OAuth Client"
TOOL = "oauth client"
DISCONNECT = "disconnect"


def connected(user: str) -> list[dict]:
	"""`{client, app_name, since, last_call, scopes[], allowed, paused}` of each, the one that came last first.

	`since` is the first of its tokens that is still kept, `last_call` the last call at the MCP endpoint, None for never;
	`allowed` and `paused` say whether its tokens are accepted there now.
	"""
	policy = store.load()
	found: dict[str, dict] = {}
	for row in [*_live_tokens(user), *_open_codes(user)]:
		known = found.setdefault(row.client, {"client": row.client, "since": row.creation, "scopes": set()})
		known["since"] = min(known["since"], row.creation)
		known["scopes"].update((row.scopes or "").split())
	last = calls.last_by_credential(user, [f"OAuth client {client}" for client in found])
	for client, known in found.items():
		known |= {
			"app_name": frappe.db.get_value(CLIENT, client, "app_name") or client,
			"last_call": last.get(f"OAuth client {client}"),
			"scopes": sorted(known["scopes"]),
			"paused": f"OAuth client {client}" in policy.paused_clients,
			"allowed": policy.settings.any_oauth_client or client in policy.listed_clients,
		}
	return sorted(found.values(), key=lambda known: known["since"], reverse=True)


def disconnect(user: str, client: str) -> None:
	"""Ends what this client may do as the user.

	:raises frappe.ValidationError: it is not connected, or not any more
	"""
	if client not in {row.client for row in [*_live_tokens(user), *_open_codes(user)]}:
		frappe.throw(_("This application is not connected any more."))
	frappe.db.set_value(TOKEN, {"user": user, "client": client, "status": "Active"}, "status", "Revoked")
	frappe.db.set_value(CODE, {"user": user, "client": client, "validity": "Valid"}, "validity", "Invalid")
	trace.write(user, TOOL, DISCONNECT, f"OAuth client {client}")


def _live_tokens(user: str) -> list:
	"""Tokens that work or that can be refreshed."""
	table = frappe.qb.DocType(TOKEN)
	rows = (
		frappe.qb.from_(table)
		.select(table.client, table.creation, table.scopes, table.refresh_token, table.expiration_time)
		.where((table.user == user) & (table.status == "Active"))
		.run(as_dict=True)
	)
	now = now_datetime()
	return [
		row
		for row in rows
		if row.client
		and (row.refresh_token or not row.expiration_time or get_datetime(row.expiration_time) > now)
	]


def _open_codes(user: str) -> list:
	"""Codes that the client has not exchanged yet."""
	table = frappe.qb.DocType(CODE)
	rows = (
		frappe.qb.from_(table)
		.select(table.client, table.creation, table.scopes)
		.where((table.user == user) & (table.validity == "Valid"))
		.run(as_dict=True)
	)
	return [row for row in rows if row.client]
