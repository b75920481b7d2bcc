"""Registration of OAuth clients (RFC 7591), off unless the settings turn it on.

Takes the place of Frappe v16's own, which refuses redirect URIs on the user's machine and those of applications, and
can't keep several; v15 has none.
"""

from typing import Any

import frappe
from frappe.utils import now_datetime
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from erpnext_mcp import compat
from erpnext_mcp.api.oauth.client_metadata import ClientMetadata, InvalidMetadata, client_metadata
from erpnext_mcp.errors import RateLimited
from erpnext_mcp.limits import clients, limiter
from erpnext_mcp.limits.window import HOUR, Window
from erpnext_mcp.mcp_server import jsonrpc
from erpnext_mcp.mcp_server.caller import ip_address
from erpnext_mcp.policy import store

FRAPPES = "frappe.integrations.oauth2.register_client"
SCOPES = "all openid"
MOST_PER_HOUR = 20
"""Registrations from one address."""
MOST_UNUSED = 200
"""Registered clients that nobody has ever used; more are not taken until some are deleted."""


@frappe.whitelist(allow_guest=True, methods=["POST"])
def register_client() -> Response:
	"""POST the metadata of a client: 201 with its `client_id`, or an error of RFC 7591.

	Where the settings leave registration off, Frappe's own answers, if it has one.
	"""
	if not store.load().settings.oauth_registration:
		if compat.SERVES_OAUTH_METADATA:
			return frappe.get_attr(FRAPPES)()
		raise NotFound
	return _register()


def _register() -> Response:
	request = frappe.local.request
	try:
		# Not Frappe's own limit: it takes the address that a client says it has.
		window = Window(
			f"erpnext_mcp:registrations:{ip_address()}", HOUR, MOST_PER_HOUR, what="registrations per hour"
		)
		limiter.take([window], exact=True)
	except RateLimited as e:
		answer = _json(429, {"error": "temporarily_unavailable", "error_description": e.message})
		answer.headers["Retry-After"] = str(e.details["retry_after"])
		return answer
	try:
		asked = client_metadata(jsonrpc.parse(request.get_data()))
	except InvalidMetadata as e:
		return _json(400, {"error": e.code, "error_description": str(e)})
	except ValueError:
		return _json(400, {"error": "invalid_client_metadata", "error_description": "the body must be JSON"})
	if clients.count_registered_unused() >= MOST_UNUSED:
		return _json(
			503, {"error": "temporarily_unavailable", "error_description": "too many clients are registered"}
		)
	client = create(asked)
	return _json(201, registered(client, asked))


def create(asked: ClientMetadata) -> Any:
	"""An OAuth Client, allowed at the MCP endpoint; the caller commits.

	:returns: the document
	"""
	client = frappe.get_doc(
		{
			"doctype": "OAuth Client",
			"app_name": asked.name,
			"scopes": SCOPES,
			# What Frappe matches a redirect URI against, see `frappe.oauth.get_url_delimiter`.
			"redirect_uris": " ".join(asked.redirect_uris),
			"default_redirect_uri": asked.redirect_uris[0],
			"grant_type": "Authorization Code",
			"response_type": "Code",
			"skip_authorization": 0,
		}
	)
	if client.meta.has_field("token_endpoint_auth_method"):
		named = {"none": "None", "client_secret_post": "Client Secret Post"}
		client.token_endpoint_auth_method = named.get(asked.token_endpoint_auth_method, "Client Secret Basic")
	# Nobody is logged in: the settings have allowed it.
	client.insert(ignore_permissions=True)
	clients.register(client.name, asked.name)
	store.changed()
	return client


def registered(client: Any, asked: ClientMetadata) -> dict[str, Any]:
	"""The answer to a registration (RFC 7591, 3.2.1)."""
	answer = {
		"client_id": client.client_id or client.name,
		"client_id_issued_at": int(now_datetime().timestamp()),
		"client_name": asked.name,
		"redirect_uris": list(asked.redirect_uris),
		"grant_types": ["authorization_code", "refresh_token"],
		"response_types": ["code"],
		"token_endpoint_auth_method": asked.token_endpoint_auth_method,
		"scope": SCOPES,
	}
	if asked.token_endpoint_auth_method != "none":
		answer |= {"client_secret": client.client_secret, "client_secret_expires_at": 0}
	return answer


def _json(status: int, body: dict[str, Any]) -> Response:
	answer = jsonrpc.response(status, body)
	answer.headers["Pragma"] = "no-cache"
	return answer
