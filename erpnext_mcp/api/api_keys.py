"""API keys at our paths, looked up with one question to the database in the place of Frappe's three.

Nothing is believed from one request to the next: key, user and secret are read each time. Kept is only which secret an encrypted
text stands for, as a digest, so that it is not decrypted each time. Whoever is not let in by this is left to Frappe, which
says no, or knows better.
"""

import hmac
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import cache

import frappe
import frappe.auth
from frappe.utils.password import decrypt, get_encryption_key
from pypika.terms import Parameter

MOST = 1000
"""Digests of secrets in a process."""

_salt = os.urandom(32)
_digests: OrderedDict[tuple[str, str, str], bytes] = OrderedDict()
"""By site, its encryption key and the encrypted text."""
_lock = threading.Lock()


def look_up_at_once(applies: Callable[[], bool]) -> None:
	"""Has Frappe check API keys by us, in place from the first request of a process to one of our paths.

	:param applies: whether the current request is one that this is for
	"""
	original = frappe.auth.validate_api_key_secret
	if getattr(original, "at_once", False):
		return

	def validate_api_key_secret(api_key, api_secret, frappe_authorization_source=None):
		if (frappe_authorization_source or "User") == "User" and api_key and api_secret and applies():
			user = _user(api_key, api_secret)
			if user is not None:
				# As Frappe does it.
				form_dict = frappe.local.form_dict
				if frappe.local.login_manager.user in ("", "Guest"):
					frappe.set_user(user)
				frappe.local.form_dict = form_dict
				return None
		return original(api_key, api_secret, frappe_authorization_source)

	validate_api_key_secret.at_once = True
	frappe.auth.validate_api_key_secret = validate_api_key_secret


def _user(api_key: str, api_secret: str) -> str | None:
	"""The enabled user whose key and secret these are; None where it is not sure."""
	rows = frappe.db.sql(_statement(frappe.db.db_type), (api_key,))
	if len(rows) != 1:
		return None
	user, encrypted = rows[0]
	digest = _digest_of(encrypted)
	return user if digest is not None and hmac.compare_digest(digest, _digest(api_secret)) else None


@cache
def _statement(db_type: str) -> str:
	"""The same rows as `frappe.auth.validate_api_key_secret` and `frappe.utils.password.get_decrypted_password` read."""
	user, secret = frappe.qb.DocType("User"), frappe.qb.Table("__Auth")
	query = (
		frappe.qb.from_(user)
		.inner_join(secret)
		.on(secret.name == user.name)
		.select(user.name, secret.password)
		.where((secret.doctype == "User") & (secret.fieldname == "api_secret") & (secret.encrypted == 1))
		.where((user.api_key == Parameter("%s")) & (user.enabled == 1))
	)
	return query.limit(2).get_sql()


def _digest_of(encrypted: str) -> bytes | None:
	place = (frappe.local.site, get_encryption_key(), encrypted)
	found = _digests.get(place)
	if found is None:
		try:
			found = _digest(decrypt(encrypted))
		except Exception:  # Frappe says what is wrong with it
			frappe.clear_messages()
			return None
		with _lock:
			_digests[place] = found
			if len(_digests) > MOST:
				_digests.popitem(last=False)
	return found


def _digest(secret: str) -> bytes:
	return hmac.digest(_salt, secret.encode("utf-8", "surrogatepass"), "sha256")
