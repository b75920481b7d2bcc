"""Who has access, as administrators see it and change it."""

import json
from collections.abc import Iterator

import frappe
import pytest
from frappe.utils import now_datetime

from erpnext_mcp.api.desk import access
from erpnext_mcp.limits import clients, suspension
from erpnext_mcp.policy import store
from erpnext_mcp.tests import audits, oauth

SETTINGS = "MCP Gateway Settings"
ADMINISTRATOR = "mcp.access.administrator@example.com"
KEY = "API key mcp-access"


@pytest.fixture
def administrator(admin, world) -> Iterator[str]:
	"""Logged in: has the role MCP Administrator and no other."""
	world.make_user(ADMINISTRATOR, "MCP Administrator")
	frappe.db.commit()
	frappe.set_user(ADMINISTRATOR)
	yield ADMINISTRATOR
	frappe.set_user("Administrator")
	frappe.db.rollback()
	frappe.delete_doc("User", ADMINISTRATOR, force=True)
	frappe.db.commit()


@pytest.fixture(autouse=True)
def clean(admin, world) -> Iterator[None]:
	yield
	frappe.set_user("Administrator")
	frappe.db.rollback()
	frappe.db.delete("MCP Suspension")
	frappe.db.delete("MCP Client")
	clients._noted.clear()
	store.changed()
	frappe.db.commit()


def users(**filters) -> dict:
	frappe.db.rollback()
	found = access.users(**filters)
	return {row["user"]: row for row in json.loads(frappe.as_json(found["rows"]))}


def test_the_profile_that_applies(administrator, world, reader_key):
	row = users(search="mcp.reader")[world.READER]
	assert (row["profile"], row["states"]) == (world.PROFILE, ["works"])
	assert row["marks"][world.PROFILE]["kind"] == "applies"


def test_who_has_none_is_counted_and_found_by_search(administrator, world):
	assert world.STRANGER not in users()
	assert users(search=world.STRANGER.upper())[world.STRANGER]["states"] == ["none"]
	assert world.STRANGER in users(state="none", search="mcp.")
	assert access.users()["counts"]["none"] >= 2
	assert set(access.users(profile=world.PROFILE, search="mcp.")["rows"][0]["marks"]) >= {world.PROFILE}
	assert world.STRANGER not in users(profile=world.PROFILE, search="mcp.")


def test_who_can_not_connect(administrator, world, changed):
	def row() -> list[str]:
		frappe.set_user(ADMINISTRATOR)
		return users(search="mcp.master")[world.MASTER]["states"]

	key = frappe.db.get_value("User", world.MASTER, "api_key")
	frappe.db.set_value("User", world.MASTER, "api_key", None)
	frappe.db.commit()
	assert row() == ["no_credential"]
	client = oauth.client("Access")
	oauth.bearer(world.MASTER, client)
	try:
		assert row() == ["no_credential"], "the client is not let in"
		frappe.set_user("Administrator")
		with changed(SETTINGS, SETTINGS, oauth_clients=[{"client": client}]):
			assert row() == ["works"]
	finally:
		frappe.set_user("Administrator")
		oauth.destroy()
		frappe.db.set_value("User", world.MASTER, "api_key", key)
		frappe.db.commit()


def test_calls_of_today_and_the_last_one(administrator, world, fresh_audit):
	frappe.set_user("Administrator")
	audits.write(3, user=world.READER)
	audits.write(2, user=world.READER, outcome="Refused")
	audits.write(4, user=world.READER, simulated_user=world.MASTER)
	audits.sql("update `tabMCP Audit Entry` set timestamp = '2001-01-01' where request_id = '0'")
	frappe.set_user(ADMINISTRATOR)
	row = users(search="mcp.reader")[world.READER]
	assert (row["calls"], row["refused"]) == (3, 1), "simulations are not his calls"
	assert row["last_call"][:10] == str(now_datetime())[:10]
	assert users(search="mcp.master")[world.MASTER]["last_call"] is None


def test_pages(administrator, world, monkeypatch):
	from erpnext_mcp.desk.access import overview

	everybody = list(users(state=""))
	monkeypatch.setattr(overview, "PAGE", 1)
	first, second = access.users(), access.users(start=1)
	assert [first["rows"][0]["user"], second["rows"][0]["user"]] == everybody[:2]
	assert first["total"] == second["total"] == len(everybody)
	assert access.users(start=len(everybody))["rows"] == []


def test_it_costs_no_more_queries_for_more_users(administrator, world, monkeypatch):
	sent: list[str] = []
	original = frappe.db.sql
	access.users()
	monkeypatch.setattr(
		frappe.db, "sql", lambda query, *a, **k: sent.append(str(query)) or original(query, *a, **k)
	)
	shown = len(access.users(search="@")["rows"])
	many = len(sent)
	sent.clear()
	assert shown > len(access.users(search=world.READER)["rows"]) == 1
	assert len(sent) == many


def test_one_user_in_detail(administrator, world):
	found = access.user(world.READER)
	opened = {d["doctype"]: d["operations"] for d in found["doctypes"]}
	assert found["profile"] == world.PROFILE and "read" in opened["Customer"]
	assert not {d["doctype"] for d in found["closed"]} & set(opened)
	assert access.user(world.STRANGER)["doctypes"] == []
	with pytest.raises(frappe.ValidationError, match="no enabled user"):
		access.user("<b>nobody</b>")


def test_pause_and_resume_a_user(administrator, world, call, last_entry):
	assert call(world.READER, "list_doctypes").error is None
	frappe.set_user(administrator)
	access.pause_user(world.READER)
	access.pause_user(world.READER)
	frappe.db.commit()
	(found,) = frappe.get_all("MCP Suspension", filters={"user": world.READER}, fields=["*"])
	assert (found.paused_by, found.owner, found.reason) == (
		administrator,
		administrator,
		f"Paused by {administrator}",
	)
	assert not found.refusals
	assert users(search="mcp.reader")[world.READER]["states"] == ["paused"]
	for tool in ("list_doctypes", "test_connection", "tools/list"):
		error = call(world.READER, tool).error
		assert error.code == "not_permitted" and "paused by an administrator" in error.message
		entry = last_entry(user=world.READER)
		assert (entry.tool, entry.outcome, entry.reason) == (tool, "Refused", "paused")
	assert call(world.MASTER, "list_doctypes").error is None
	frappe.set_user(administrator)
	access.resume_user(world.READER)
	frappe.db.commit()
	assert call(world.READER, "list_doctypes").error is None
	found = frappe.get_doc("MCP Suspension", found.name)
	assert (found.lifted, found.lifted_by) == (1, administrator)


def test_a_suspended_user_is_not_paused_on_top(administrator, world):
	frappe.set_user("Administrator")
	suspension._insert("Administrator", user=world.READER, refusals=3, within_minutes=10, reason="x")
	frappe.db.commit()
	frappe.set_user(administrator)
	access.pause_user(world.READER)
	frappe.db.commit()
	assert users(search="mcp.reader")[world.READER]["states"] == ["suspended"]
	access.resume_user(world.READER)
	frappe.db.commit()
	assert users(search="mcp.reader")[world.READER]["states"] == ["works"]


def test_oneself_and_administrator_can_be_paused(administrator):
	access.pause_user(administrator)
	access.pause_user("Administrator")
	with pytest.raises(frappe.DoesNotExistError):
		access.pause_user("nobody@example.com")
	assert {row.user for row in suspension.active()} == {administrator, "Administrator"}


def test_clients_and_pausing_one(administrator, world):
	frappe.set_user("Administrator")
	clients.note(KEY, world.READER, "<img src=x>")
	frappe.set_user(administrator)
	(found,) = access.clients(search="mcp-access")["clients"]
	assert (found["user"], found["users"], found["paused"]) == (world.READER, [world.READER], 0)
	access.pause_client(found["name"])
	frappe.db.commit()
	(found,) = access.clients()["clients"]
	assert (found["paused"], found["paused_by"]) == (1, administrator)
	assert KEY in store.read().paused_clients
	access.resume_client(found["name"])
	frappe.db.commit()
	assert not store.read().paused_clients
	assert access.clients(search="nothing like it")["total"] == 0


def test_the_users_of_an_oauth_client(administrator, world):
	client = oauth.client("Shared")
	for user in (world.READER, world.MASTER):
		oauth.bearer(user, client)
	try:
		clients.note(f"OAuth client {client}", world.READER, "")
		frappe.set_user(administrator)
		(found,) = access.clients()["clients"]
		assert found["users"] == sorted([world.READER, world.MASTER]) and "Shared" in found["app_name"]
	finally:
		oauth.destroy()


def test_pause_and_resume_all(administrator, world, call):
	access.pause_all()
	frappe.db.commit()
	assert not access.users()["enabled"]
	assert call(world.READER, "list_doctypes").error.code == "unavailable"
	frappe.set_user(administrator)
	access.resume_all()
	frappe.db.commit()
	assert call(world.READER, "list_doctypes").error is None
	version = frappe.get_all(
		"Version",
		filters={"ref_doctype": SETTINGS},
		fields=["owner", "data"],
		order_by="creation desc",
		limit=1,
	)[0]
	assert version.owner == administrator and "enabled" in version.data


METHODS = {
	"users": {},
	"user": {"user": "Administrator"},
	"clients": {},
	"pause_user": {"user": "Administrator"},
	"resume_user": {"user": "Administrator"},
	"pause_client": {"name": "x"},
	"resume_client": {"name": "x"},
	"pause_all": {},
	"resume_all": {},
}


@pytest.mark.parametrize("method", sorted(METHODS))
def test_nobody_else(world, admin, method):
	for user in (world.READER, world.NOBODY, "Guest"):
		frappe.set_user(user)
		with pytest.raises(frappe.PermissionError):
			getattr(access, method)(**METHODS[method])
	frappe.set_user("Administrator")
	assert set(METHODS) == {
		name
		for name, found in vars(access).items()
		if getattr(found, "__module__", "") == access.__name__ and not name.startswith("_")
	}


def test_the_commands_tell_who_is_paused(administrator, world, command):
	access.pause_user(world.READER)
	frappe.set_user("Administrator")
	assert f"paused by {administrator}" in command("suspensions").output
	assert f"Paused by an administrator: {world.READER}" in command("status").output
	assert command("lift", world.READER).exit_code == 0
	assert "Nobody is suspended." in command("suspensions").output
