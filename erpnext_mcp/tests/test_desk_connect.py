"""The Connect page over HTTP, as plain users: what it tells, and to whom."""

import json
from collections.abc import Callable, Iterator

import frappe
import pytest
from frappe.utils.user import get_users_with_role

from erpnext_mcp.tests import oauth
from erpnext_mcp.tests.desk_session import DeskSession
from erpnext_mcp.tests.endpoint import Endpoint

API = "erpnext_mcp.api.desk.connect."
READS = ("status", "latest_calls", "key_clients", "applications")
WRITES = {
	"create_key": {},
	"rotate_key": {"key": "k"},
	"delete_key": {"key": "k"},
	"disconnect": {"client": "c"},
}
SETTINGS = ("MCP Gateway Settings", "MCP Gateway Settings")


@pytest.fixture(scope="module", autouse=True)
def without_keys(world) -> None:
	"""Other tests make keys for those who have none."""
	for user in (world.STRANGER, world.NOBODY):
		frappe.db.set_value("User", user, {"api_key": None, "api_secret": None})
		frappe.db.delete("__Auth", {"doctype": "User", "name": user, "fieldname": "api_secret"})
		frappe.clear_document_cache("User", user)
	frappe.db.commit()


@pytest.fixture
def desk(server, site, world, admin) -> Callable[..., DeskSession]:
	"""desk(user) → he has logged in and opened the desk."""
	host = site.name if site.kind == "bench" else ""
	return lambda user, **more: DeskSession.login(server.base_url, user, host=host, **more)


@pytest.fixture
def status(desk) -> Callable[..., dict]:
	def status(user: str, origin: str = "") -> dict:
		answer = desk(user).get(API + "status", origin=origin)
		assert answer.status == 200, answer.body
		return answer.json()["message"]

	return status


def test_what_applies_to_a_user(status, world):
	found = status(world.READER)
	assert found["user"] == world.READER
	access = found["access"]
	assert access["enabled"] and access["profile"] == world.PROFILE and not access["read_only"]
	assert {d["doctype"]: d["operations"] for d in access["doctypes"]}["Territory"] == ["read"]
	assert found["configured"] == found["addresses"][0]["url"]
	assert found["configured"].endswith("/mcp")


def test_it_tells_no_more_than_the_tools(status, world, call):
	"""Nothing of rules, conditions, filters, names of other users or other profiles."""
	told = status(world.READER)
	assert set(told["access"]) == {"enabled", "profile", "read_only", "doctypes", "limits_left"}
	assert told["access"]["doctypes"] == [
		{"doctype": d["doctype"], "operations": d["operations"]}
		for d in call(world.READER, "list_doctypes").content["doctypes"]
	]


def test_who_has_no_profile_is_told_so_and_whom_to_ask(status, world, changed):
	access = status(world.STRANGER)["access"]
	assert access["problem"] == "No MCP Permission Profile applies to you."
	assert "profile" not in access and "doctypes" not in access
	with changed("User", world.MASTER, roles=[{"role": "Sales User"}, {"role": "MCP Administrator"}]):
		asked = status(world.STRANGER)["ask"]
		holders = [frappe.utils.get_fullname(user) for user in get_users_with_role("MCP Administrator")]
		assert 1 <= len(asked) <= 3 and set(asked) <= set(holders)


def test_the_kill_switch_and_a_disabled_profile_are_told(status, world, changed):
	with changed(*SETTINGS, enabled=0):
		access = status(world.READER)["access"]
		assert not access["enabled"] and "switched off" in access["problem"]
	with changed("MCP Permission Profile", world.PROFILE, enabled=0):
		access = status(world.READER)["access"]
		assert access["enabled"] and access["problem"] == "Your MCP access is switched off."
		assert world.PROFILE not in json.dumps(access), "as the tools say it"


def test_limits_left(status, world, changed, reader_key, server, site):
	with changed(*SETTINGS, reads_per_minute=50):
		before = status(world.READER)["access"]["limits_left"]["reads"]["minute"]
		host = site.name if site.kind == "bench" else ""
		Endpoint(server.base_url, reader_key, host).rpc("tools/call", {"name": "test_connection"})
		assert status(world.READER)["access"]["limits_left"]["reads"]["minute"] == before - 1


def test_the_address_of_the_browser(status, world):
	configured = status(world.READER)["configured"]
	found = status(world.READER, "https://erp.example.com")
	assert [a["url"] for a in found["addresses"]] == ["https://erp.example.com/mcp", configured]
	assert not found["addresses"][0]["warnings"]
	for address in found["addresses"]:
		assert all(address["url"] in s["text"] for s in address["snippets"])
	assert len(status(world.READER, "javascript:alert(1)")["addresses"]) == 1


def test_snippets_name_the_key_and_never_the_secret(status, world, reader_key):
	key, secret = reader_key.removeprefix("token ").split(":")
	found = status(world.READER)
	assert found["key"] == {"key": key, "may_change": False, "bound": False}
	text = json.dumps(found)
	assert secret not in text and f"token {key}:YOUR_API_SECRET" in text
	assert "token YOUR_API_KEY:YOUR_API_SECRET" in json.dumps(status(world.STRANGER))


def test_whether_the_key_works_for_mcp_only(status, world, reader_key, changed):
	with changed("MCP Permission Profile", world.PROFILE, restrict_to_mcp=1):
		assert status(world.READER)["key"]["bound"]


def test_ones_own_calls_without_values(desk, world, call):
	call(world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA)
	call(world.MASTER, "get_generic_document", doctype="Customer", name=world.HIDDEN)
	call(world.READER, "get_generic_document", doctype="Customer", name=world.HIDDEN)
	found = desk(world.READER).get(API + "latest_calls").json()["message"]
	assert [(row["reference_name"], row["outcome"]) for row in found[:2]] == [
		(world.HIDDEN, "Refused"),
		(world.ALPHA, "Allowed"),
	]
	assert found[0]["reason_code"] == "not_found"
	assert len(found) <= 20
	for row in found:
		assert not {"reason", "changes", "field_names", "stamp", "user"} & set(row)


def test_who_reads_the_audit_sees_his_reasons(desk, world, call, changed):
	call(world.READER, "get_generic_document", doctype="Customer", name=world.HIDDEN)
	with changed("User", world.READER, roles=[{"role": "Sales User"}, {"role": "MCP Administrator"}]):
		assert desk(world.READER).get(API + "latest_calls").json()["message"][0]["reason"]


def test_what_would_stop_with_the_key(desk, world, server, site, changed):
	host = site.name if site.kind == "bench" else ""
	# A key that has not called yet: of others the server writes now and then only when they were used.
	user = frappe.get_doc("User", world.MASTER)
	user.api_key, secret = frappe.generate_hash(length=15), frappe.generate_hash(length=15)
	user.api_secret = secret
	user.save()
	frappe.db.commit()
	key = f"token {user.api_key}:{secret}"
	Endpoint(server.base_url, key, host).modern("tools/call", {"name": "test_connection"})
	found = desk(world.MASTER).get(API + "key_clients").json()["message"]
	assert found["complete"] and found["last_used"]
	assert found["clients"][0]["client_name"] == "test/1" and found["clients"][0]["calls"] >= 1
	assert desk(world.STRANGER).get(API + "key_clients").json()["message"]["clients"] == []
	with changed(*SETTINGS, log_reads=0):
		assert not desk(world.MASTER).get(API + "key_clients").json()["message"]["complete"]


@pytest.mark.parametrize("method", READS)
def test_guests_and_website_users_are_refused_reads(desk, world, server, site, method):
	host = site.name if site.kind == "bench" else ""
	assert Endpoint(server.base_url, host=host).send("GET", f"/api/method/{API}{method}").status == 403
	visitor = desk(world.NOBODY, opened=False)
	assert visitor.get(API + method).status == 403


@pytest.mark.parametrize("method", WRITES)
def test_guests_and_website_users_are_refused_writes(desk, world, server, site, changed, method):
	host = site.name if site.kind == "bench" else ""
	with changed(*SETTINGS, key_roles=[{"role": "All"}]):
		anonymous = Endpoint(server.base_url, host=host)
		assert anonymous.send("POST", f"/api/method/{API}{method}", "{}").status == 403
		visitor = desk(world.NOBODY, opened=False)
		assert visitor.post(API + method, **WRITES[method]).status == 403
		assert not frappe.db.get_value("User", world.NOBODY, "api_key")


@pytest.mark.parametrize("method", WRITES)
def test_t45_writes_need_post_and_the_csrf_token(desk, world, changed, method):
	with changed(*SETTINGS, key_roles=[{"role": "Sales User"}]):
		session = desk(world.STRANGER)
		assert session.get(API + method, **WRITES[method]).status == 403
		for token in (None, "", "0" * 56):
			answer = session.post(API + method, {"X-Frappe-CSRF-Token": token}, **WRITES[method])
			assert answer.status in (400, 403), answer.body
		# Frappe itself lets a session pass that has never opened the desk.
		unopened = desk(world.STRANGER, opened=False)
		assert unopened.post(API + method, **WRITES[method]).status == 403
		frappe.db.rollback()
		assert not frappe.db.get_value("User", world.STRANGER, "api_key")


@pytest.mark.parametrize("method", WRITES)
def test_t44_neither_a_key_nor_a_token_changes_credentials(
	world, server, site, changed, reader_key, tokens, method
):
	"""Else what was lent to an agent for an hour makes itself a key for ever."""
	host = site.name if site.kind == "bench" else ""
	with changed(*SETTINGS, key_roles=[{"role": "Sales User"}]):
		for authorization in (reader_key, tokens(world.READER)):
			agent = Endpoint(server.base_url, authorization, host)
			answer = agent.send("POST", f"/api/method/{API}{method}", json.dumps(WRITES[method]))
			assert answer.status == 403, answer.body
		assert agent.send("GET", f"/api/method/{API}status").status == 200, "reading is no harm"


@pytest.fixture
def tokens(world, admin) -> Iterator[Callable[[str], str]]:
	"""tokens(user) → the Authorization header of a live token."""
	yield lambda user: oauth.bearer(user, oauth.client("Agent"))
	oauth.destroy()
