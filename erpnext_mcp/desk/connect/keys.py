"""The API key of one user, made, replaced and removed by himself.

Frappe's own `generate_keys` is for System Managers only; here MCP Gateway Settings say which roles may. Whoever has a key
may end it: it may have leaked, and the administrator be away. The columns are
written directly, as nothing else of the User changes: saving the document would run all of its validation, which may
change roles and modules, with permissions that the user does not have. Each step leaves an entry in the audit, within
the same transaction.
"""

from dataclasses import dataclass

import frappe
from frappe import _
from frappe.utils.password import get_decrypted_password, remove_encrypted_password, set_encrypted_password

from erpnext_mcp.desk.connect import trace
from erpnext_mcp.policy import binding, store

TOOL = "api key"
"""What the audit calls it: these are no calls of a client."""

CREATE, ROTATE, DELETE = "create", "rotate", "delete"
LENGTH = 15
"""Of Frappe's keys and secrets, in the hexadecimal digits of `frappe.generate_hash`."""
SHOWN_SECRET = "*" * LENGTH
"""What Frappe keeps in the column itself. An empty column would make the next save of the User drop the secret."""


@dataclass(frozen=True)
class Key:
	"""A key that was just made; `secret` is known here and now only."""

	key: str
	secret: str


def state(user: str) -> dict:
	"""`{key, may_change, bound}`: the public half of the key, empty for none; whether he may make and rotate one himself; whether it
	works (or would work) at the MCP endpoint only."""
	return {
		"key": current(user),
		"may_change": may_change(user),
		"bound": binding.is_bound(user, lambda: None),
	}


def current(user: str, for_update: bool = False) -> str:
	"""The public half of the user's key; empty when there is none that works."""
	key = frappe.db.get_value("User", user, "api_key", for_update=for_update)
	return key if key and _has_secret(user) else ""


def _has_secret(user: str) -> bool:
	said = len(frappe.local.message_log)
	try:
		return bool(get_decrypted_password("User", user, "api_secret", raise_exception=False))
	except frappe.ValidationError:
		# Of before the site got another encryption key: v15 raises all the same.
		return False
	finally:
		# v16 doesn't, but leaves its message.
		frappe.local.message_log = frappe.local.message_log[:said]


def may_change(user: str) -> bool:
	"""Whether the settings let him make a key of his own."""
	allowed = {row.role for row in frappe.get_doc(store.SETTINGS).key_roles}
	return not allowed.isdisjoint(frappe.get_roles(user))


def create(user: str) -> Key:
	"""Makes the first key.

	:raises frappe.PermissionError: he may not
	:raises frappe.ValidationError: he has one
	"""
	_check_may_change(user)
	if current(user, for_update=True):
		_changed_meanwhile()
	made = Key(frappe.generate_hash(length=LENGTH), frappe.generate_hash(length=LENGTH))
	_write(user, made)
	trace.write(user, TOOL, CREATE, f"API key {made.key}")
	return made


def rotate(user: str, key: str) -> Key:
	"""Gives the key a new secret; the old one works no longer. The key itself stays, and with it his limits and the
	audit's line of what it did.

	:param key: the one he saw, and means
	:raises frappe.PermissionError: he may not
	:raises frappe.ValidationError: he has another one by now
	"""
	_check_may_change(user)
	_check_same(user, key)
	made = Key(key, frappe.generate_hash(length=LENGTH))
	_write(user, made)
	trace.write(user, TOOL, ROTATE, f"API key {key}")
	return made


def delete(user: str, key: str) -> None:
	"""Removes the key. No role is needed for it.

	:raises frappe.ValidationError: he has another one by now, or it is paused and he may make another
	"""
	if may_change(user) and f"API key {key}" in store.load().paused_clients:
		# The next one would not be (T74); with a new secret the old one is as dead.
		frappe.throw(_("An administrator has paused this key, so it can't be deleted. You can rotate it."))
	_check_same(user, key)
	remove_encrypted_password("User", user, "api_secret")
	frappe.db.set_value("User", user, {"api_key": None, "api_secret": None})
	trace.write(user, TOOL, DELETE, f"API key {key}")


def _check_may_change(user: str) -> None:
	if not may_change(user):
		frappe.throw(
			_("You may not make or change an API key. Ask your administrator."), frappe.PermissionError
		)


def _check_same(user: str, key: str) -> None:
	"""That it is his key, which nobody else changes until this transaction ends."""
	if not key or current(user, for_update=True) != key:
		_changed_meanwhile()


def _write(user: str, made: Key) -> None:
	set_encrypted_password("User", user, made.secret, "api_secret")
	frappe.db.set_value("User", user, {"api_key": made.key, "api_secret": SHOWN_SECRET})


def _changed_meanwhile() -> None:
	frappe.throw(_("Your API key was changed meanwhile. Reload this page to see it."))
