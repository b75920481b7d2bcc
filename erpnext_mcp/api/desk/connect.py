"""The Connect page: everybody's own access, key, applications and calls.

No method takes a user: all of them are about the session's. What changes a credential is for desk sessions only.
"""

import frappe
from frappe.utils import get_url
from werkzeug.wrappers import Response

from erpnext_mcp.api.desk.roles import desk_users_only
from erpnext_mcp.api.desk.session import desk_session_only
from erpnext_mcp.api.mcp import PATH
from erpnext_mcp.desk.connect import address, calls, keys, oauth_clients, snippets
from erpnext_mcp.desk.connect import status as access

KEY, SECRET = "YOUR_API_KEY", "YOUR_API_SECRET"
"""Stand in the snippets for what the page does not know; it puts the secret in while it shows it."""


@frappe.whitelist(methods=["GET"])
def status(origin: str = "") -> dict:
	"""What the page shows, without secrets.

	:param origin: where the browser shows the desk
	:returns: `{user, access, ask[], key, addresses: [{url, warnings[], snippets[]}], configured}`; see `desk.connect`
	"""
	desk_users_only()
	user = frappe.session.user
	key = keys.state(user)
	return {
		"user": user,
		"access": access.of(user, key["key"]),
		"ask": access.whom_to_ask(),
		"key": key,
		"configured": get_url(PATH),
		"addresses": [_address(found, key["key"]) for found in address.addresses(get_url(), origin, PATH)],
	}


@frappe.whitelist(methods=["GET"])
def latest_calls() -> list[dict]:
	"""The user's own last calls, without values."""
	desk_users_only()
	return calls.latest(frappe.session.user)


@frappe.whitelist(methods=["GET"])
def key_clients() -> dict:
	"""`{clients: [{client_name, calls, last}], last_used, complete}`: what would stop with the key. Not complete where reads
	are not in the audit."""
	desk_users_only()
	key = keys.current(frappe.session.user)
	credential = f"API key {key}"
	return {
		"clients": calls.clients_of(frappe.session.user, credential) if key else [],
		"last_used": calls.last_use_of(credential) if key else None,
		"complete": calls.all_are_kept(),
	}


@frappe.whitelist(methods=["POST"])
def create_key() -> Response:
	"""`{key, secret}`: the user's first key. The secret is told here and never again."""
	desk_users_only()
	desk_session_only()
	return _told_once(keys.create(frappe.session.user))


@frappe.whitelist(methods=["POST"])
def rotate_key(key: str) -> Response:
	"""`{key, secret}`: the same key with a new secret.

	:param key: the one that the page shows
	"""
	desk_users_only()
	desk_session_only()
	return _told_once(keys.rotate(frappe.session.user, key))


@frappe.whitelist(methods=["POST"])
def delete_key(key: str) -> None:
	"""
	:param key: the one that the page shows
	"""
	desk_users_only()
	desk_session_only()
	keys.delete(frappe.session.user, key)


@frappe.whitelist(methods=["GET"])
def applications() -> list[dict]:
	"""The OAuth clients that the user has let in."""
	desk_users_only()
	return oauth_clients.connected(frappe.session.user)


@frappe.whitelist(methods=["POST"])
def disconnect(client: str) -> None:
	"""
	:param client: name of the OAuth Client
	"""
	desk_users_only()
	desk_session_only()
	oauth_clients.disconnect(frappe.session.user, client)


def _address(found: address.Address, key: str) -> dict:
	authorization = f"token {key or KEY}:{SECRET}"
	return {
		"url": found.url,
		"warnings": [frappe._(warning) for warning in found.warnings],
		"snippets": [
			{
				"key": snippet.key,
				"client": snippet.client,
				"language": snippet.language,
				"where": frappe._(snippet.where),
				"text": snippet.text,
				"notes": [frappe._(note) for note in snippet.notes],
				"uses_key": snippet.uses_key,
			}
			for snippet in snippets.snippets(found.url, authorization)
		],
	}


def _told_once(made: keys.Key) -> Response:
	"""Not by `frappe.response`: v15 sends that without a word on caching."""
	answer = frappe.as_json({"message": {"key": made.key, "secret": made.secret}})
	return Response(answer, headers={"Cache-Control": "no-store"}, mimetype="application/json")
