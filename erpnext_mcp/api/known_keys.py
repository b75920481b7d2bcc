"""An API key that Frappe has accepted within the hour is not looked up anew with three statements: one tells that nothing about it is different.

Who a key belongs to is decided by Frappe's own functions, and by nothing else. For an hour a process remembers that they have
accepted an Authorization header, and a digest of all that they decide by: the rows of the user with that key and of his secret, and
the key that secrets are encrypted with. These are read in each call. Whatever is different (a secret, a user who was disabled,
anything that was saved in his document) has Frappe decide again; so a revocation counts at the next call, as it always does.

Where these functions are not the ones that are known here (a later Frappe's that looks at something else, another app's), nothing is
remembered. Auth hooks run in any case.
"""

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import frappe
import frappe.auth

from erpnext_mcp.documents import connection
from erpnext_mcp.limits import newest

HOLDS = 3600
"""Seconds after which Frappe is asked again in any case."""
MOST = 1_000
NAMES = {
	"validate_auth_via_api_keys": frozenset(
		"AttributeError Error InvalidAuthorizationToken TypeError ValueError _ b64decode base64 binascii frappe get_request_header "
		"lower safe_decode split throw validate_api_key_secret".split()
	),
	"validate_api_key_secret": frozenset(
		"AuthenticationError db form_dict frappe get_decrypted_password get_value local login_manager set_user user".split()
	),
}
"""All that Frappe's functions refer to (15.72, 16.17): one that asks for anything else is another function."""

EVIDENCE = """select u.name, u.enabled, u.api_key, u.modified, a.password, a.encrypted
from `tabUser` u left join `__Auth` a on a.doctype = 'User' and a.name = u.name and a.fieldname = 'api_secret'
where u.api_key = %s"""

ORIGINAL = "erpnext_mcp_original"
LOOKED_AT = "erpnext_mcp.known_keys"
"""Key in the WSGI environment: what is to be known of the request's header."""
Check = Callable[[list[str]], None]
_SALT = secrets.token_bytes(32)
"""What is remembered of a header is of use in this process only."""


@dataclass(frozen=True)
class _Accepted:
	user: str
	evidence: bytes
	until: float


@dataclass(frozen=True)
class _Header:
	"""An Authorization header of the current request, and what is to be seen of its key."""

	name: bytes
	"""Of site, address and header. Nothing leads back from it to the secret."""
	api_key: str
	evidence: bytes


_accepted: OrderedDict[bytes, _Accepted] = OrderedDict()
_lock = threading.Lock()


def look(environ: dict[str, Any]) -> None:
	"""Looks at the key of a request at one of our paths, before Frappe does.

	:param environ: of the current request, with an Authorization header
	:raises DatabaseGone: the database can't be reached
	"""
	api_key = _api_key(environ["HTTP_AUTHORIZATION"])
	if api_key is None or not is_known(_watched()):
		return
	said = "\0".join((frappe.local.site, str(frappe.local.request_ip), environ["HTTP_AUTHORIZATION"]))
	name = hashlib.blake2b(said.encode(errors="surrogateescape"), key=_SALT, digest_size=32).digest()
	environ[LOOKED_AT] = _Header(name, api_key, connection.first(lambda: _evidence(api_key)))


def is_known(check: Check) -> bool:
	"""Whether Frappe's functions are the ones that this is written for.

	:param check: what was `frappe.auth.validate_auth_via_api_keys` before `look`
	"""
	functions = (
		("validate_auth_via_api_keys", check),
		("validate_api_key_secret", frappe.auth.validate_api_key_secret),
	)
	return all(
		function.__module__ == "frappe.auth"
		and frozenset(getattr(getattr(function, "__code__", None), "co_names", ())) == NAMES[name]
		for name, function in functions
	)


def _watched() -> Check:
	"""Frappe's function, in whose place there is one that remembers."""
	with _lock:
		check = frappe.auth.validate_auth_via_api_keys
		if not hasattr(check, ORIGINAL):
			frappe.auth.validate_auth_via_api_keys = _remembering(check)
	return getattr(frappe.auth.validate_auth_via_api_keys, ORIGINAL)


def _remembering(original: Check) -> Check:
	def validate_auth_via_api_keys(authorization_header: list[str]) -> None:
		header: _Header | None = frappe.local.request.environ.get(LOOKED_AT)
		if header is None or frappe.session.user != "Guest":
			return original(authorization_header)
		known = _accepted.get(header.name)
		if known is not None and known.evidence == header.evidence and time.monotonic() < known.until:
			return _log_in(known.user)
		until = time.monotonic() + HOLDS
		original(authorization_header)
		# Frappe has read the same if nothing has changed meanwhile.
		if frappe.session.user != "Guest" and _evidence(header.api_key) == header.evidence:
			_learn(header.name, _Accepted(frappe.session.user, header.evidence, until))
		return None

	setattr(validate_auth_via_api_keys, ORIGINAL, original)
	return validate_auth_via_api_keys


def _log_in(user: str) -> None:
	"""As `frappe.auth.validate_api_key_secret` does it."""
	form_dict = frappe.local.form_dict
	if frappe.local.login_manager.user in ("", "Guest"):
		key = frappe.cache.make_key("app_hooks")
		hooks = frappe.local.cache.get(key)
		frappe.set_user(user)
		# What was read for the guest is gone. The hooks are everybody's, and v15 would unpickle them anew.
		if hooks is not None:
			frappe.local.cache[key] = hooks
	frappe.local.form_dict = form_dict


def _learn(name: bytes, accepted: _Accepted) -> None:
	with _lock:
		newest.put(_accepted, name, accepted, MOST)


def _api_key(authorization: str) -> str | None:
	"""Of `token KEY:SECRET`; None for all else, which Frappe alone looks at."""
	parts = authorization.split(" ")
	if len(parts) != 2 or parts[0].lower() != "token":
		return None
	key, *rest = parts[1].split(":")
	return key if key and len(rest) == 1 and rest[0] else None


def _evidence(api_key: str) -> bytes:
	rows = frappe.db.sql(EVIDENCE, (api_key,))
	return hashlib.sha256(repr((rows, frappe.local.conf.get("encryption_key"))).encode()).digest()
