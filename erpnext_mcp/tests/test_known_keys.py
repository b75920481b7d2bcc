"""A key that Frappe has accepted within the hour: known again with one statement, and only as long as nothing about it is different (T48)."""

from collections.abc import Callable, Iterator
from typing import Any

import frappe
import frappe.auth
import pytest
from frappe.utils.password import set_encrypted_password

from erpnext_mcp.api import known_keys
from erpnext_mcp.tests import writes
from erpnext_mcp.tests.test_warm_door import ask, call, content, worker

__all__ = ["ask", "worker"]


@pytest.fixture
def asked(monkeypatch) -> Iterator[list[str]]:
	"""The keys that Frappe's own function was asked about."""
	keys: list[str] = []
	function = frappe.auth.validate_api_key_secret

	# Under the names that it refers to, it is the same function to whoever looks.
	def validate_api_key_secret(api_key: str, *rest: Any) -> None:
		keys.append(api_key)
		return function(api_key, *rest)

	monkeypatch.setattr(known_keys, "is_known", lambda check: True)
	monkeypatch.setattr(frappe.auth, "validate_api_key_secret", validate_api_key_secret)
	yield keys


@pytest.fixture
def who(ask, admin) -> Callable[..., str]:
	"""who(key): the user that it is answered for, "" for nobody."""

	def who(key: str, **headers: str) -> str:
		status, body = ask(key, *call("test_connection"), **headers)
		if status == 401:
			return ""
		return content((status, body))["user"]

	return who


@pytest.fixture
def stranger_key(world, admin) -> Iterator[str]:
	"""A key that a test may do with as it likes."""
	key = world.api_key(world.STRANGER)
	# Jobs of the user read him, and so renew what Frappe keeps of him.
	writes.wait_for_jobs()
	yield key
	user = frappe.get_doc("User", world.STRANGER)
	user.update({"enabled": 1, "api_key": frappe.generate_hash(length=15), "api_secret": "another"})
	user.save()
	frappe.db.commit()
	writes.wait_for_jobs()


def test_the_functions_of_this_frappe_are_known():
	check = frappe.auth.validate_auth_via_api_keys
	assert known_keys.is_known(getattr(check, known_keys.ORIGINAL, check))


def test_frappe_is_asked_once(who, asked, world, reader_key, master_key):
	for _ in range(3):
		assert who(reader_key) == world.READER
		assert who(master_key) == world.MASTER
	assert len(asked) == 2


def test_what_frappe_has_accepted_says_nothing_of_another_secret(who, asked, world, reader_key, master_key):
	wrong = reader_key[:-1] + ("a" if reader_key[-1] != "a" else "b")
	mixed = f"{reader_key.partition(':')[0]}:{master_key.partition(':')[2]}"
	for _ in range(2):
		assert who(reader_key) == world.READER
		for other in (wrong, mixed, reader_key + ":", reader_key.partition(":")[0] + ":"):
			assert who(other) == ""
	# Neither does what it has refused.
	assert len(asked) >= 5


@pytest.mark.parametrize("change", ["secret", "deleted", "key", "disabled", "saved"])
def test_what_changes_counts_at_the_next_call(who, asked, world, stranger_key, change: str):
	for _ in range(2):
		assert who(stranger_key) == world.STRANGER
	assert len(asked) == 1
	if change == "secret":
		set_encrypted_password("User", world.STRANGER, "something else", "api_secret")
	elif change == "deleted":
		frappe.db.delete("__Auth", {"doctype": "User", "name": world.STRANGER, "fieldname": "api_secret"})
	elif change == "key":
		frappe.db.set_value("User", world.STRANGER, "api_key", "something else")
	elif change == "disabled":
		frappe.db.set_value("User", world.STRANGER, "enabled", 0, update_modified=False)
	else:
		frappe.db.set_value("User", world.STRANGER, "bio", "Nothing that a key depends on")
	frappe.db.commit()
	assert who(stranger_key) == (world.STRANGER if change == "saved" else "")
	assert len(asked) == 2, "Frappe's own function has decided"


def test_a_user_whom_frappes_cache_has_as_disabled(who, world, stranger_key):
	"""As it is filled by a request that has read him before an administrator's commit, and is slower than that."""
	frappe.clear_document_cache("User", world.STRANGER)
	frappe.db.rollback()
	frappe.db.sql("update `tabUser` set enabled = 0 where name = %s", world.STRANGER)
	frappe.get_cached_doc("User", world.STRANGER)
	frappe.db.rollback()
	assert not frappe.get_cached_value("User", world.STRANGER, "enabled")
	for _ in range(2):
		assert who(stranger_key) == world.STRANGER


def test_a_key_that_belongs_to_another_one_now(who, asked, world, stranger_key):
	assert who(stranger_key) == world.STRANGER
	key, secret = stranger_key.removeprefix("token ").split(":")
	frappe.db.set_value("User", world.STRANGER, "api_key", "something else")
	before = frappe.db.get_value("User", world.NOBODY, "api_key")
	frappe.db.set_value("User", world.NOBODY, "api_key", key)
	set_encrypted_password("User", world.NOBODY, secret, "api_secret")
	frappe.db.commit()
	try:
		assert who(stranger_key) == world.NOBODY
	finally:
		frappe.db.set_value("User", world.NOBODY, "api_key", before)
		frappe.db.delete("__Auth", {"doctype": "User", "name": world.NOBODY, "fieldname": "api_secret"})
		frappe.db.commit()


def test_frappe_is_asked_again_when_its_word_is_old(who, asked, world, reader_key, monkeypatch):
	monkeypatch.setattr(known_keys, "HOLDS", -1)
	for _ in range(2):
		assert who(reader_key) == world.READER
	assert len(asked) == 2


def test_it_is_known_from_the_same_address_only(who, asked, world, reader_key):
	assert who(reader_key, X_Forwarded_For="203.0.113.1") == world.READER
	assert who(reader_key, X_Forwarded_For="203.0.113.2") == world.READER
	assert len(asked) == 2


def test_other_functions_than_frappes_are_asked_at_each_call(who, world, reader_key, monkeypatch):
	"""Those of a later Frappe, or of another app that has put its own in their place."""
	asked = []
	function = frappe.auth.validate_api_key_secret

	def validate_api_key_secret(*arguments: Any) -> None:
		asked.append(arguments)
		return function(*arguments)

	assert who(reader_key) == world.READER
	monkeypatch.setattr(frappe.auth, "validate_api_key_secret", validate_api_key_secret)
	for _ in range(2):
		assert who(reader_key) == world.READER
	assert len(asked) == 2


def test_nothing_is_remembered_for_other_paths(worker, site, asked, world, reader_key):
	import frappe.app
	from werkzeug.test import Client

	def logged_user() -> str:
		headers = {"Authorization": reader_key, "X-Frappe-Site-Name": site.name}
		client = Client(frappe.app.application, use_cookies=False)
		response = client.get("/api/method/frappe.auth.get_logged_user", headers=headers)
		found = response.get_json()["message"]
		response.close()
		return found

	for _ in range(2):
		assert worker(logged_user) == world.READER
	assert len(asked) == 2


def test_no_secret_is_kept(who, world, reader_key):
	assert who(reader_key) == world.READER
	kept = repr(list(known_keys._accepted.items()))
	assert reader_key.partition(":")[2] not in kept and len(known_keys._accepted) == 1
