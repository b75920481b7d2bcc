"""What a client may be registered as (RFC 7591), for clients as they are in the field. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from erpnext_mcp.documents.text import clean

MOST_URIS = 10
LONGEST_URI = 500
LONGEST_NAME = 100
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SCHEME = re.compile(r"[a-z][a-z0-9+.\-]{1,63}")
NOT_AN_APP = frozenset(
	{
		"javascript",
		"data",
		"vbscript",
		"file",
		"blob",
		"about",
		"ftp",
		"ws",
		"wss",
		"mailto",
		"tel",
		"view-source",
	}
)
"""Schemes that a browser follows itself, or that no application of the user answers to."""
IN_HTML = re.compile(r"[<>&\"'`{}]")
"""Frappe puts the name into the page that asks the user for consent."""
GRANT_TYPES = frozenset({"authorization_code", "refresh_token"})
METHODS = ("none", "client_secret_basic", "client_secret_post")


class InvalidMetadata(ValueError):
	"""Refused, with one of the codes of RFC 7591, 3.2.2."""

	def __init__(self, code: str, description: str):
		super().__init__(description)
		self.code = code


@dataclass(frozen=True)
class ClientMetadata:
	"""What is kept of a registration."""

	name: str
	redirect_uris: tuple[str, ...]
	token_endpoint_auth_method: str


def client_metadata(data: Any) -> ClientMetadata:
	"""
	:param data: the JSON of the request
	:raises InvalidMetadata: it can't be registered
	"""
	if not isinstance(data, Mapping):
		raise InvalidMetadata("invalid_client_metadata", "the body must be a JSON object")
	uris = data.get("redirect_uris")
	if not isinstance(uris, list) or not uris or len(uris) > MOST_URIS:
		raise InvalidMetadata("invalid_redirect_uri", f"redirect_uris: name 1 to {MOST_URIS}")
	for uri in uris:
		problem = redirect_problem(uri)
		if problem:
			raise InvalidMetadata("invalid_redirect_uri", problem)
	_subset(data, "grant_types", GRANT_TYPES)
	_subset(data, "response_types", frozenset({"code"}))
	method = data.get("token_endpoint_auth_method", "client_secret_basic")
	if method not in METHODS:
		raise InvalidMetadata(
			"invalid_client_metadata", f"token_endpoint_auth_method: one of {', '.join(METHODS)}"
		)
	name = data.get("client_name")
	name = clean(IN_HTML.sub(" ", name), LONGEST_NAME) if isinstance(name, str) else ""
	return ClientMetadata(name or "MCP client", tuple(dict.fromkeys(uris)), method)


def redirect_problem(uri: Any) -> str | None:
	"""Why a redirect URI is refused; None when it is not.

	https everywhere, http on this machine only (RFC 8252, 7.3), and schemes of an application (7.1): `cursor://...`.
	"""
	if not isinstance(uri, str) or not uri or len(uri) > LONGEST_URI:
		return f"a redirect URI is a text of at most {LONGEST_URI} characters"
	if not uri.isascii() or not uri.isprintable() or " " in uri or "#" in uri or "\\" in uri:
		return "a redirect URI has no blanks, fragments, backslashes or special characters"
	try:
		parts = urlsplit(uri)
		host, _port = parts.hostname, parts.port
	except ValueError:
		return "a redirect URI can't be read"
	scheme, colon, _rest = uri.partition(":")
	if not colon:
		return "a redirect URI is absolute"
	if scheme in ("http", "https"):
		if not host or parts.username or parts.password:
			return "a redirect URI names its host, and no user"
		if scheme == "http" and host not in LOOPBACK:
			return "http is for redirect URIs on the same machine only: use https"
		return None
	if not SCHEME.fullmatch(scheme) or scheme in NOT_AN_APP:
		return f"{scheme[:64]} is no scheme of an application"
	return None


def _subset(data: Mapping[str, Any], key: str, known: frozenset[str]) -> None:
	values = data.get(key)
	if values is None:
		return
	if (
		not isinstance(values, list)
		or not all(isinstance(v, str) for v in values)
		or not set(values) <= known
	):
		raise InvalidMetadata("invalid_client_metadata", f"{key}: only {', '.join(sorted(known))}")
