"""An API key that Frappe has accepted a moment ago is not looked up anew with three statements: one tells that nothing about it is different.

Who a key belongs to is decided by Frappe's own functions, and by nothing else. For a minute a process remembers that they have
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

HOLDS = 60
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
WATCHED = "erpnext_mcp.known_keys"
"""Key in the WSGI environment."""
Check = Callable[[list[str]], None]
_SALT = secrets.token_bytes(32)
"""What is remembered of a header is of use in this process only."""


@dataclass(frozen=True)
class _Accepted:
	user: str
	evidence: bytes
	until: float


_accepted: OrderedDict[bytes, _Accepted] = OrderedDict()
_lock = threading.Lock()


def watch(environ: dict[str, Any]) -> None:
	"""The request is one of ours: its key may be known, and is remembered.

	:param environ: of the current request
	"""
	if not hasattr(frappe.auth.validate_auth_via_api_keys, ORIGINAL):
		with _lock:
			original = frappe.auth.validate_auth_via_api_keys
			if not hasattr(original, ORIGINAL):
				frappe.auth.validate_auth_via_api_keys = _remembering(original)
	environ[WATCHED] = True


def is_known(check: Check) -> bool:
	"""Whether Frappe's functions are the ones that this is written for.

	:param check: what was `frappe.auth.validate_auth_via_api_keys` before `watch`
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


def forget() -> None:
	"""As a process is when it has just been started."""
	with _lock:
		_accepted.clear()


def _remembering(original: Check) -> Check:
	def validate_auth_via_api_keys(authorization_header: list[str]) -> None:
		is_ours = WATCHED in frappe.local.request.environ and frappe.session.user == "Guest"
		api_key = _api_key(authorization_header) if is_ours and is_known(original) else None
		if api_key is None:
			return original(authorization_header)
		key, evidence = _key_of(authorization_header), _evidence(api_key)
		known = _accepted.get(key)
		if known is not None and known.evidence == evidence and time.monotonic() < known.until:
			return _log_in(known.user)
		until = time.monotonic() + HOLDS
		original(authorization_header)
		# Frappe has read the same if nothing has changed meanwhile.
		if frappe.session.user != "Guest" and _evidence(api_key) == evidence:
			_learn(key, _Accepted(frappe.session.user, evidence, until))
		return None

	setattr(validate_auth_via_api_keys, ORIGINAL, original)
	return validate_auth_via_api_keys


def _log_in(user: str) -> None:
	"""As `frappe.auth.validate_api_key_secret` does it."""
	form_dict = frappe.local.form_dict
	if frappe.local.login_manager.user in ("", "Guest"):
		frappe.set_user(user)
	frappe.local.form_dict = form_dict


def _learn(key: bytes, accepted: _Accepted) -> None:
	with _lock:
		_accepted[key] = accepted
		_accepted.move_to_end(key)
		while len(_accepted) > MOST:
			_accepted.popitem(last=False)


def _api_key(authorization_header: list[str]) -> str | None:
	"""Of `token KEY:SECRET`; None for all else, which Frappe alone looks at."""
	kind, token = authorization_header
	parts = token.split(":")
	return parts[0] if kind.lower() == "token" and len(parts) == 2 and all(parts) else None


def _key_of(authorization_header: list[str]) -> bytes:
	"""Of site, address and header. Nothing leads back from it to the secret."""
	said = "\0".join((frappe.local.site, str(frappe.local.request_ip), *authorization_header))
	return hashlib.blake2b(said.encode(errors="surrogateescape"), key=_SALT, digest_size=32).digest()


def _evidence(api_key: str) -> bytes:
	rows = frappe.db.sql(EVIDENCE, (api_key,))
	return hashlib.sha256(repr((rows, frappe.local.conf.get("encryption_key"))).encode()).digest()
