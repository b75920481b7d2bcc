"""A user's own API key: made, replaced and removed on the Connect page, and what it does at /mcp right after."""

import frappe
import pytest

from erpnext_mcp.limits import clients
from erpnext_mcp.tests.endpoint import Endpoint
from erpnext_mcp.tests.test_desk_connect import API, SETTINGS, desk

__all__ = ["desk"]

SELLERS = [{"role": "Sales User"}]


@pytest.fixture
def seller(desk, world, changed):
	"""MASTER, who may make a key and has none."""
	frappe.db.set_value("User", world.MASTER, {"api_key": None, "api_secret": None})
	frappe.db.delete("__Auth", {"doctype": "User", "name": world.MASTER, "fieldname": "api_secret"})
	frappe.db.commit()
	with changed(*SETTINGS, key_roles=SELLERS):
		yield desk(world.MASTER)


@pytest.fixture
def at_mcp(server, site):
	"""at_mcp(key) → status of a call at /mcp, and who it was."""
	host = site.name if site.kind == "bench" else ""

	def at_mcp(made: dict) -> tuple[int, str]:
		authorization = f"token {made['key']}:{made['secret']}"
		answer = Endpoint(server.base_url, authorization, host).modern(
			"tools/call", {"name": "test_connection"}
		)
		if answer.status != 200:
			return answer.status, ""
		return 200, answer.json()["result"]["structuredContent"]["user"]

	return at_mcp


def made(answer) -> dict:
	assert answer.status == 200, answer.body
	assert answer.headers["cache-control"] == "no-store"
	return answer.json()["message"]


def test_a_key_works_right_after_it_was_made(seller, at_mcp, world):
	key = made(seller.post(API + "create_key"))
	assert set(key) == {"key", "secret"} and len(key["secret"]) >= 15
	assert at_mcp(key) == (200, world.MASTER)


def test_a_rotated_key_works_and_its_old_secret_does_not(seller, at_mcp, world):
	old = made(seller.post(API + "create_key"))
	new = made(seller.post(API + "rotate_key", key=old["key"]))
	assert new["key"] == old["key"] and new["secret"] != old["secret"]
	assert at_mcp(old)[0] == 401
	assert at_mcp(new) == (200, world.MASTER)


def test_a_deleted_key_works_nowhere(seller, at_mcp, world):
	key = made(seller.post(API + "create_key"))
	assert seller.post(API + "delete_key", key=key["key"]).status == 200
	assert at_mcp(key)[0] == 401
	assert seller.get(API + "status").json()["message"]["key"]["key"] == ""
	again = made(seller.post(API + "create_key"))
	assert again["key"] != key["key"] and at_mcp(again)[0] == 200


def test_the_secret_is_told_once(seller, world):
	key = made(seller.post(API + "create_key"))
	for method in ("status", "latest_calls", "key_clients", "applications"):
		assert key["secret"].encode() not in seller.get(API + method).body
	frappe.db.rollback()
	row = frappe.db.get_value("User", world.MASTER, "*", as_dict=True)
	assert key["secret"] not in frappe.as_json(row)
	for doctype in ("MCP Audit Entry", "Error Log", "Version", "Activity Log", "Comment"):
		for entry in frappe.get_all(doctype, fields=["*"], limit=50):
			assert key["secret"] not in frappe.as_json(entry)


def test_the_key_survives_a_save_of_the_user(seller, at_mcp, world):
	"""Frappe drops a secret whose column is empty."""
	key = made(seller.post(API + "create_key"))
	frappe.db.rollback()
	user = frappe.get_doc("User", world.MASTER)
	user.bio = "Sells."
	user.save()
	frappe.db.commit()
	assert at_mcp(key) == (200, world.MASTER)


def test_a_secret_of_another_encryption_key_is_none(seller, at_mcp, world):
	made(seller.post(API + "create_key"))
	frappe.db.rollback()
	unreadable = {"doctype": "User", "name": world.MASTER, "fieldname": "api_secret"}
	frappe.db.set_value("__Auth", unreadable, "password", "gAAAAA", update_modified=False)
	frappe.db.commit()
	answer = seller.get(API + "status").json()
	assert answer["message"]["key"]["key"] == "" and "_server_messages" not in answer
	assert at_mcp(made(seller.post(API + "create_key")))[0] == 200


def test_nothing_else_of_the_user_changes(seller, world):
	columns = ("roles", "role_profile_name", "user_type", "full_name", "owner", "enabled")
	before = {c: frappe.get_doc("User", world.MASTER).get(c) for c in columns}
	made(seller.post(API + "create_key"))
	frappe.db.rollback()
	after = frappe.get_doc("User", world.MASTER)
	assert frappe.as_json(before) == frappe.as_json({c: after.get(c) for c in columns})


def test_a_second_key_is_not_made_by_mistake(seller, at_mcp, world):
	key = made(seller.post(API + "create_key"))
	answer = seller.post(API + "create_key")
	assert answer.status == 417 and b"changed meanwhile" in answer.body
	assert at_mcp(key)[0] == 200


@pytest.mark.parametrize("method", ["rotate_key", "delete_key"])
@pytest.mark.parametrize("named", ["", "0123456789abcde", "%", "' or 1=1"])
def test_only_the_key_that_was_seen_is_changed(seller, at_mcp, method, named):
	key = made(seller.post(API + "create_key"))
	assert seller.post(API + method, key=named).status == 417
	assert at_mcp(key)[0] == 200


def test_t74_a_paused_key_is_not_shed_for_another(seller, at_mcp, world):
	key = made(seller.post(API + "create_key"))
	assert at_mcp(key)[0] == 200
	frappe.db.rollback()
	clients.set_paused(clients.name_of(f"API key {key['key']}"), True)
	frappe.db.commit()
	access = seller.get(API + "status").json()["message"]["access"]
	assert "paused" in access["problem"]
	answer = seller.post(API + "delete_key", key=key["key"])
	assert answer.status == 417 and b"paused" in answer.body
	assert made(seller.post(API + "rotate_key", key=key["key"]))["key"] == key["key"]
	assert "paused" in seller.get(API + "status").json()["message"]["access"]["problem"]


def test_nobody_changes_the_key_of_another(seller, at_mcp, world, desk):
	"""No method takes a user; what is sent along is not heeded, the key of another is not his own."""
	key = made(seller.post(API + "create_key"))
	thief = desk(world.STRANGER)
	for method in ("rotate_key", "delete_key"):
		assert thief.post(API + method, key=key["key"], user=world.MASTER).status in (417, 500)
		assert thief.post(API + method, key=key["key"]).status == 417
	assert at_mcp(key) == (200, world.MASTER)


@pytest.mark.parametrize("method", ["create_key", "rotate_key"])
def test_users_without_the_role_are_refused(desk, world, method, changed, reader_key):
	key = reader_key.removeprefix("token ").split(":")[0]
	with changed(*SETTINGS, key_roles=[{"role": "System Manager"}]):
		session = desk(world.READER)
		assert not session.get(API + "status").json()["message"]["key"]["may_change"]
		args = {} if method == "create_key" else {"key": key}
		assert session.post(API + method, **args).status == 403
	with changed(*SETTINGS, key_roles=[]):
		assert desk(world.READER).post(API + method, **args).status == 403
	frappe.db.rollback()
	assert frappe.db.get_value("User", world.READER, "api_key") == key


@pytest.mark.parametrize("paused", [False, True])
def test_who_has_leaked_his_key_ends_it_without_the_role(seller, desk, at_mcp, world, changed, paused):
	"""A paused one too: he can't shed the pause for a key of his own (T74), and outside MCP it works."""
	key = made(seller.post(API + "create_key"))
	assert at_mcp(key)[0] == 200
	frappe.db.rollback()
	if paused:
		clients.set_paused(clients.name_of(f"API key {key['key']}"), True)
		frappe.db.commit()
	with changed(*SETTINGS, key_roles=[]):
		session = desk(world.MASTER)
		assert session.post(API + "rotate_key", key=key["key"]).status == 403
		assert session.post(API + "delete_key", key="0123456789abcde").status == 417
		assert session.post(API + "delete_key", key=key["key"]).status == 200
		assert session.get(API + "status").json()["message"]["key"]["key"] == ""
		assert session.post(API + "create_key").status == 403
	assert at_mcp(key)[0] == 401


def test_every_desk_user_may_where_the_setting_says_desk_user(desk, world, changed):
	with changed(*SETTINGS, key_roles=[{"role": "Desk User"}]):
		assert desk(world.READER).get(API + "status").json()["message"]["key"]["may_change"]


def test_guests_cant_be_let_make_keys(admin):
	settings = frappe.get_doc(SETTINGS[0])
	settings.set("key_roles", [{"role": "Guest"}])
	with pytest.raises(frappe.ValidationError):
		settings.save()


def test_each_step_is_in_the_audit(seller, world):
	key = made(seller.post(API + "create_key"))["key"]
	made(seller.post(API + "rotate_key", key=key))
	seller.post(API + "delete_key", key=key)
	frappe.db.rollback()
	entries = frappe.get_all(
		"MCP Audit Entry",
		filters={"user": world.MASTER, "tool": "api key"},
		fields=["operation", "outcome", "credential", "transport", "ip_address", "reference_name"],
		order_by="timestamp desc, creation desc",
		limit=3,
	)
	assert [entry.operation for entry in entries] == ["delete", "rotate", "create"]
	for entry in entries:
		assert (entry.outcome, entry.credential, entry.transport) == ("Allowed", f"API key {key}", "desk")
		assert entry.reference_name == world.MASTER and entry.ip_address


def test_no_key_without_its_entry(seller, in_process, world, monkeypatch):
	"""The entry and the key are one transaction."""
	from erpnext_mcp.audit import entry

	def broken(*_args, **_kwargs):
		raise RuntimeError("no room")

	monkeypatch.setattr(entry, "write", broken)
	headers = {**seller.headers, "Content-Type": "application/json"}
	assert in_process("POST", f"/api/method/{API}create_key", headers, data="{}").status_code == 500
	frappe.db.rollback()
	assert not frappe.db.get_value("User", world.MASTER, "api_key")


def test_new_sites_let_system_managers(admin):
	from erpnext_mcp.install import let_system_managers_make_keys

	settings = frappe.get_doc(SETTINGS[0])
	settings.set("key_roles", [])
	settings.save()
	let_system_managers_make_keys()
	assert [row.role for row in frappe.get_doc(SETTINGS[0]).key_roles] == ["System Manager"]
	let_system_managers_make_keys()
	assert len(frappe.get_doc(SETTINGS[0]).key_roles) == 1
