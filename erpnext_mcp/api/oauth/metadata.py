"""Where clients find out how to log in: RFC 9728 and RFC 8414 on Frappe v15; v16 serves both itself.

`route` (before_request) answers below /.well-known, for the endpoint's path and without one.
"""

from typing import Any

import frappe
from werkzeug.exceptions import HTTPException

from erpnext_mcp import compat
from erpnext_mcp.mcp_server import jsonrpc
from erpnext_mcp.policy import store

PATH = "/mcp"
RESOURCE = "/.well-known/oauth-protected-resource"
SERVER = "/.well-known/oauth-authorization-server"
OPENID = "/.well-known/openid-configuration"
METHODS = "/api/method/frappe.integrations.oauth2."
SCOPES = ["all", "openid"]


def route() -> None:
	"""before_request.

	:raises HTTPException: with the document
	"""
	request = frappe.local.request
	if compat.SERVES_OAUTH_METADATA or not request.path.startswith("/.well-known/o"):
		return
	if request.method not in ("GET", "HEAD"):
		return
	document = document_at(request.path, issuer(request))
	if document is None:
		return
	answer = jsonrpc.response(200, document)
	# Says the same to everybody, and clients in a browser ask as well.
	answer.headers["Access-Control-Allow-Origin"] = "*"
	raise HTTPException(response=answer)


def document_at(path: str, base: str) -> dict[str, Any] | None:
	"""The document that a path asks for; None for others.

	:param base: scheme and host of the site
	"""
	for of_path, of_root, document in (
		(RESOURCE + PATH, RESOURCE, protected_resource),
		(SERVER + PATH, SERVER, authorization_server),
		(OPENID + PATH, OPENID, authorization_server),
	):
		if path in (of_path, of_root):
			return document(base)
	return None


def protected_resource(base: str) -> dict[str, Any]:
	"""RFC 9728, 2."""
	return {
		"resource": base + PATH,
		"authorization_servers": [base],
		"bearer_methods_supported": ["header"],
		"scopes_supported": SCOPES,
		"resource_name": "ERPNext MCP",
	}


def authorization_server(base: str) -> dict[str, Any]:
	"""RFC 8414, 2, of Frappe's own OAuth server."""
	document = {
		"issuer": base,
		"authorization_endpoint": f"{base}{METHODS}authorize",
		"token_endpoint": f"{base}{METHODS}get_token",
		"revocation_endpoint": f"{base}{METHODS}revoke_token",
		"introspection_endpoint": f"{base}{METHODS}introspect_token",
		"userinfo_endpoint": f"{base}{METHODS}openid_profile",
		"scopes_supported": SCOPES,
		"response_types_supported": ["code"],
		"response_modes_supported": ["query"],
		"grant_types_supported": ["authorization_code", "refresh_token"],
		"token_endpoint_auth_methods_supported": ["none", "client_secret_basic"],
		"code_challenge_methods_supported": ["S256"],
	}
	if store.load().settings.oauth_registration:
		document["registration_endpoint"] = f"{base}{METHODS}register_client"
	return document


def issuer(request: Any) -> str:
	"""Scheme and host as the client sees them: the issuer has to be the URL that it asked (RFC 8414, 3.3)."""
	return f"{request.scheme}://{request.host}"


def challenge(request: Any) -> str:
	"""The WWW-Authenticate header of a 401 (RFC 9728, 5.1)."""
	return f'Bearer realm="mcp", resource_metadata="{issuer(request)}{RESOURCE}{PATH}"'
