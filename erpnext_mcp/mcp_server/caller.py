"""Who calls, and by which way: what the pipeline needs to know of a request, whichever transport it came by."""

from dataclasses import dataclass

import frappe


@dataclass(frozen=True)
class Caller:
	"""An authenticated caller.

	`credential` is an API key id or OAuth client, never a secret; `client_name` is what the client calls itself,
	unverified; `request_id` is the JSON-RPC id as the client chose it.
	"""

	user: str
	transport: str
	credential: str = ""
	ip_address: str = ""
	client_name: str = ""
	protocol_version: str = ""
	request_id: str = ""


def from_request(
	transport: str, *, client_name: str = "", protocol_version: str = "", request_id: object = ""
) -> Caller:
	"""The caller of the current HTTP request, whom Frappe has authenticated.

	The IP address is Frappe's (`frappe.local.request_ip`), with its rule for trusted proxies (T46).
	"""
	return Caller(
		user=frappe.session.user,
		transport=transport,
		credential=credential(frappe.get_request_header("Authorization") or ""),
		ip_address=frappe.local.request_ip or "",
		client_name=client_name,
		protocol_version=protocol_version,
		request_id=str(request_id),
	)


def credential(authorization: str) -> str:
	"""The public half of an Authorization header: the API key id of `token key:secret` or `Basic ...`, or the name of
	the OAuth client that a bearer token was issued to. Empty when there is none."""
	from frappe.utils import cstr

	scheme, _, value = authorization.partition(" ")
	scheme = scheme.lower()
	if scheme == "token":
		return "API key " + value.split(":", 1)[0]
	if scheme == "basic":
		import base64
		import binascii

		try:
			return "API key " + cstr(base64.b64decode(value)).split(":", 1)[0]
		except (binascii.Error, UnicodeDecodeError):
			return ""
	if scheme == "bearer":
		client = frappe.db.get_value("OAuth Bearer Token", value, "client")
		return f"OAuth client {client}" if client else ""
	return ""
