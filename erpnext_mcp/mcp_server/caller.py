"""Who calls, and by which way: what the pipeline needs to know of a request, whichever transport it came by."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import frappe

from erpnext_mcp.mcp_server import address
from erpnext_mcp.mcp_server.narrowing import Narrowing, parse

SESSION_LENGTH = 16

HTTP = "streamable-http"
"""The transport of requests to the site's own URL."""
SIMULATOR = "simulator"
"""The transport of calls that an administrator simulates in the desk."""


@dataclass(frozen=True)
class Caller:
	"""An authenticated caller.

	`credential` is an API key id or OAuth client, never a secret; `client` the OAuth client that a bearer token was
	issued to, None for API keys; `client_name` is what the client calls itself, unverified; `request_id` is the JSON-RPC
	id as the client chose it; `narrowing` is what he wants less than he may.
	"""

	user: str
	transport: str
	credential: str = ""
	client: str | None = None
	ip_address: str = ""
	client_name: str = ""
	protocol_version: str = ""
	request_id: str = ""
	narrowing: Narrowing = field(default_factory=Narrowing)

	@property
	def session(self) -> str:
		"""The same for all calls of one client with one credential of one user, so that what an agent did can be followed.

		The protocol has no sessions here, and one that a client names itself would be his to choose (T46). User and credential are
		verified: a token that was refreshed is still its OAuth client's. The name is the client's own word: it tells two programs apart
		that share a key. Where one sitting ends and the next begins is for who reads the audit (`audit.statistics`).
		"""
		parts = (self.user, self.transport, self.credential, self.client_name)
		return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:SESSION_LENGTH]


def from_request(
	transport: str, *, client_name: str = "", protocol_version: str = "", request_id: object = ""
) -> Caller:
	"""The caller of the current HTTP request, whom Frappe has authenticated.

	:raises InvalidArguments: what he asks to be narrowed to is not understood
	"""
	request = frappe.local.request
	authorization = frappe.get_request_header("Authorization") or ""
	client = oauth_client(authorization)
	return Caller(
		user=frappe.session.user,
		transport=transport,
		credential=f"OAuth client {client}" if client else api_key(authorization),
		client=client,
		ip_address=ip_address(),
		client_name=client_name,
		protocol_version=protocol_version,
		request_id=str(request_id),
		narrowing=parse(dict(request.args.lists()), request.headers),
	)


def client_name(client_info: Any) -> str:
	"""`name/version` as a client says it is; empty where it says nothing that can be used.

	:param client_info: MCP's `Implementation`, as it came or as the SDK has read it
	"""
	if hasattr(client_info, "model_dump"):
		client_info = client_info.model_dump()
	if not isinstance(client_info, Mapping) or not isinstance(client_info.get("name"), str):
		return ""
	version = client_info.get("version")
	return client_info["name"] + (f"/{version}" if isinstance(version, str) and version else "")


def as_he_would_come(user: str, client: str | None = None, ip_address: str = "") -> Caller:
	"""A user who is not here: with a token of an OAuth client or, without one, with his API key if he has any."""
	key = "" if client else frappe.db.get_value("User", user, "api_key")
	credential = f"OAuth client {client}" if client else f"API key {key}" if key else ""
	return Caller(user, HTTP, credential, client, ip_address)


def simulating(user: str) -> Caller:
	"""An administrator who simulates, by the current request if there is one."""
	return Caller(user, SIMULATOR, ip_address=ip_address() if getattr(frappe.local, "request", None) else "")


def ip_address() -> str:
	"""Where the current HTTP request comes from. A client can't choose it (T46), whatever header it sends.

	Proxies beyond the web server in front of the workers are listed in the site's config as `mcp_trusted_proxies`.
	"""
	request = frappe.local.request
	return address.client_address(
		request.environ.get("REMOTE_ADDR") or "",
		request.headers.get("X-Forwarded-For") or "",
		tuple(frappe.conf.get("mcp_trusted_proxies") or ()),
	)


def came_by_https() -> bool:
	"""Whether the current HTTP request did."""
	request = frappe.local.request
	return address.came_by_https(
		request.scheme,
		request.environ.get("REMOTE_ADDR") or "",
		request.headers.get("X-Forwarded-Proto") or "",
		tuple(frappe.conf.get("mcp_trusted_proxies") or ()),
	)


def api_key(authorization: str) -> str:
	"""`API key ...`: the public half of `token key:secret` or `Basic ...`; empty for anything else."""
	scheme, _, value = authorization.partition(" ")
	if scheme.lower() == "token":
		return "API key " + value.split(":", 1)[0]
	if scheme.lower() == "basic":
		try:
			return "API key " + base64.b64decode(value).decode().split(":", 1)[0]
		except ValueError:  # binascii.Error and UnicodeDecodeError are both of this kind
			return ""
	return ""


def oauth_client(authorization: str) -> str | None:
	"""The OAuth client that a bearer token was issued to; None for API keys and for tokens that are not this site's."""
	scheme, _, token = authorization.partition(" ")
	if scheme.lower() != "bearer" or not token:
		return None
	return frappe.db.get_value("OAuth Bearer Token", token, "client") or None
