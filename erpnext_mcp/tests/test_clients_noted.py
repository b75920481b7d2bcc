"""Each credential that calls is written down once, whatever it calls with, and its first call is told (MCP Client)."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import frappe
import pytest

from erpnext_mcp.limits import clients, notices
from erpnext_mcp.mcp_server import pipeline, registering
from erpnext_mcp.mcp_server.caller import Caller
from erpnext_mcp.tests import oauth
from erpnext_mcp.tests.endpoint import Endpoint

SETTINGS = ("MCP Gateway Settings", "MCP Gateway Settings")
ADMINISTRATOR = "mcp.clients.administrator@example.com"
GERMAN = "mcp.clients.german@example.com"


@pytest.fixture(autouse=True)
def clean(admin, world) -> Iterator[None]:
	forget()
	yield
	forget()


def forget() -> None:
	frappe.set_user("Administrator")
	frappe.db.rollback()
	frappe.db.delete("MCP Client")
	frappe.db.delete("Notification Log", {"document_type": "MCP Client"})
	frappe.db.commit()
	clients._noted.clear()


@pytest.fixture
def told(monkeypatch) -> list[tuple[list[str], dict[str, Any]]]:
	"""What administrators are told: (users, values of the notification)."""
	sent: list = []
	monkeypatch.setattr(notices, "enqueue_create_notification", lambda *args: sent.append(args))
	return sent


@pytest.fixture
def administrator(admin, world) -> Iterator[str]:
	for user in (ADMINISTRATOR, GERMAN):
		world.make_user(user, "MCP Administrator")
	frappe.db.set_value("User", GERMAN, "language", "de")
	frappe.db.commit()
	yield ADMINISTRATOR
	frappe.set_user("Administrator")
	frappe.db.rollback()
	for user in (ADMINISTRATOR, GERMAN):
		frappe.db.delete("Notification Log", {"for_user": user})
		frappe.delete_doc("User", user, force=True)
	frappe.db.commit()


@pytest.fixture
def call_with(admin) -> Callable[..., Any]:
	"""call_with(user, credential, tool, client_name) → Answer"""

	def call_with(user: str, credential: str, tool: str = "list_doctypes", client_name: str = ""):
		frappe.set_user(user)
		try:
			client = credential.removeprefix("OAuth client ") if credential.startswith("OAuth") else None
			caller = Caller(user, "test", credential, client, "127.0.0.1", client_name)
			return pipeline.run(caller, tool, {})
		finally:
			frappe.set_user("Administrator")

	return call_with


def noted(**filters) -> list[Any]:
	frappe.db.rollback()
	return frappe.get_all("MCP Client", filters=filters, fields=["*"], order_by="creation")


def test_an_api_key_is_written_down_at_its_first_call(call_with, world, told, administrator):
	answer = call_with(world.READER, "API key abc", client_name="Agent/1.0")
	assert answer.error is None
	(found,) = noted()
	assert (found.credential, found.kind, found.user) == ("API key abc", "API Key", world.READER)
	assert (found.client_name, found.last_user, found.paused) == ("Agent/1.0", world.READER, 0)
	assert not found.oauth_client and found.first_used == found.last_used and found.name
	(values,) = [values for users, values in told if administrator in users]
	assert len([users for users, _ in told if {administrator, GERMAN} <= set(users)]) == 0, "by language"
	assert "API key abc" in values["subject"] and world.READER in values["subject"]
	assert "Agent" not in values["subject"], "what it calls itself is nobody's word"
	assert (values["document_type"], values["document_name"]) == ("MCP Client", found.name)
	assert {administrator, GERMAN} <= {user for users, _ in told for user in users}
	told.clear()
	call_with(world.READER, "API key abc")
	assert not told and len(noted()) == 1


def test_an_oauth_client_whoever_uses_it(call_with, world, told, administrator, changed):
	client = oauth.client("<b>Agent</b>")
	try:
		with changed(*SETTINGS, oauth_clients_allowed="Any"):
			call_with(world.READER, f"OAuth client {client}")
			clients._noted.clear()
			call_with(world.MASTER, f"OAuth client {client}")
		(found,) = noted()
		assert (found.kind, found.oauth_client, found.user) == ("OAuth Client", client, None)
		app_name = frappe.db.get_value("OAuth Client", client, "app_name")
		assert (found.app_name, found.last_user) == (app_name, world.MASTER)
		subject = next(values["subject"] for users, values in told if administrator in users)
		assert "Agent" in subject and "<b>Agent" not in subject, "names are no HTML"
		frappe.delete_doc("OAuth Client", client)
		assert noted(), "it stays when the OAuth client is gone"
	finally:
		oauth.destroy()


def test_refused_calls_are_from_a_client_too(call_with, world, told):
	call_with(world.STRANGER, "API key stranger")
	call_with(world.READER, "OAuth client unlisted")
	assert {c.credential for c in noted()} == {"API key stranger", "OAuth client unlisted"}


@pytest.mark.parametrize("credential", ["", "API key ", "Something else"])
def test_what_is_no_credential_is_not_written_down(call_with, world, told, credential):
	call_with(world.READER, credential)
	assert not noted() and not told


def test_nobody_and_disabled_users_are_not_written_down(call_with, world, told, changed):
	call_with("Guest", "API key abc")
	with changed("User", world.STRANGER, enabled=0):
		call_with(world.STRANGER, "API key abc")
	assert not noted() and not told


def test_an_unknown_key_is_not_written_down(server, site, world, reader_key):
	host = site.name if site.kind == "bench" else ""
	for wrong in ("token 0123456789abcde:0123456789abcde", reader_key + "x"):
		assert Endpoint(server.base_url, wrong, host).rpc("tools/list").status == 401
	assert not noted()


def test_reads_that_are_not_logged_count_all_the_same(call_with, world, told, changed):
	with changed(*SETTINGS, log_reads=0):
		call_with(world.READER, "API key abc")
	assert noted(credential="API key abc")


def test_what_it_calls_itself_is_kept_in_one_clean_line(call_with, world, told):
	name = "Agent\n\u202e<script> token sk_abcdefghijklmnopqrst \ud800" + "x" * 300
	call_with(world.READER, "API key abc", client_name=name)
	(found,) = noted()
	assert found.client_name.startswith("Agent ") and len(found.client_name) == 140
	assert not set("\n\u202e<") & set(found.client_name) and "sk_abc" not in found.client_name


def test_a_warm_call_asks_nothing(call_with, world, told, monkeypatch):
	call_with(world.READER, "API key abc")
	sent: list[str] = []
	original = frappe.db.sql
	monkeypatch.setattr(
		frappe.db, "sql", lambda query, *a, **k: sent.append(str(query)) or original(query, *a, **k)
	)
	call_with(world.READER, "API key abc")
	assert sent and not [query for query in sent if "MCP Client" in query]


def test_last_use_is_written_every_few_minutes(call_with, world, told, monkeypatch):
	call_with(world.READER, "API key abc", client_name="One")
	frappe.db.set_value("MCP Client", clients.name_of("API key abc"), "last_used", "2001-01-01")
	frappe.db.commit()
	call_with(world.READER, "API key abc", client_name="Two")
	assert str(noted()[0].last_used).startswith("2001"), "not yet"
	monkeypatch.setattr(clients, "EVERY", 0)
	call_with(world.READER, "API key abc", client_name="Two")
	(found,) = noted()
	assert found.last_used > found.first_used and found.client_name == "Two"


def test_what_fails_here_fails_no_call(call_with, world, told, monkeypatch, last_entry):
	def fail(*_):
		raise RuntimeError("broken")

	monkeypatch.setattr(registering.clients, "note", fail)
	assert call_with(world.READER, "API key abc").error is None
	assert last_entry(user=world.READER).outcome == "Allowed"


def test_somebody_else_was_faster(call_with, world, told, monkeypatch):
	"""Between the look and the insert, which another connection can be in."""
	name = clients.name_of("API key abc")
	call_with(world.READER, "API key abc")
	told.clear()
	clients._noted.clear()
	real = clients.name_of
	table = frappe.qb.DocType("MCP Client")
	select = frappe.qb.from_(table).select(table.name).where(table.name == name)
	monkeypatch.setattr(type(select), "run", _blind(type(select).run))
	assert clients.note("API key abc", world.READER, "") is None
	monkeypatch.undo()
	assert real("API key abc") == name and len(noted()) == 1 and not told


def _blind(run: Callable) -> Callable:
	def blind(self, *args, **kwargs):
		query = str(self)
		return (
			() if query.lower().startswith("select") and "MCP Client" in query else run(self, *args, **kwargs)
		)

	return blind


def test_of_several_processes_one_tells(site, server, start_server, world, master_key, administrator):
	"""`server` is there for its worker."""
	host = site.name if site.kind == "bench" else ""
	endpoints = [Endpoint(start_server().base_url, master_key, host) for _ in range(2)]
	ready = threading.Barrier(6)
	statuses: list[int] = []

	def one(endpoint: Endpoint) -> None:
		ready.wait()
		statuses.append(endpoint.rpc("tools/list").status)

	threads = [threading.Thread(target=one, args=(endpoints[n % 2],)) for n in range(6)]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join()
	assert statuses == [200] * 6
	(found,) = noted()
	assert found.user == world.MASTER
	if site.kind == "bench":
		return  # no worker runs there
	until = time.monotonic() + 20
	logs: list[str] = []
	while time.monotonic() < until and not {ADMINISTRATOR, GERMAN} <= set(logs):
		time.sleep(0.2)
		frappe.db.rollback()
		logs = frappe.get_all("Notification Log", filters={"document_name": found.name}, pluck="for_user")
	assert {ADMINISTRATOR, GERMAN} <= set(logs) and len(logs) == len(set(logs))


def test_people_can_only_read_and_pause(call_with, world, told, administrator):
	call_with(world.READER, "API key abc")
	(found,) = noted()
	for user in ("Administrator", administrator):
		frappe.set_user(user)
		with pytest.raises(frappe.PermissionError):
			frappe.get_doc({"doctype": "MCP Client", "credential": "API key xyz"}).insert(
				ignore_permissions=True
			)
		with pytest.raises(frappe.PermissionError):
			frappe.delete_doc("MCP Client", found.name, force=True, ignore_permissions=True)
	doc = frappe.get_doc("MCP Client", found.name)
	doc.update({"credential": "API key xyz", "user": world.MASTER, "paused": 1, "paused_by": world.MASTER})
	doc.save()
	frappe.db.commit()
	(found,) = noted()
	assert (found.credential, found.user) == ("API key abc", world.READER)
	assert (found.paused, found.paused_by) == (1, administrator) and found.paused_at
	versions = frappe.get_all("Version", filters={"docname": found.name}, fields=["owner", "data"])
	assert [v.owner for v in versions] == [administrator] and "paused" in versions[0].data
	frappe.set_user(world.READER)
	for ptype in ("read", "write", "report"):
		assert not frappe.has_permission("MCP Client", ptype)
	with pytest.raises(frappe.PermissionError):
		clients.set_paused(found.name, False)


def test_t55_it_is_closed_to_the_tools(call, world, told, call_with):
	call_with(world.READER, "API key abc")
	assert call(world.MASTER, "list_generic_documents", doctype="MCP Client").error.code == "not_found"


# pausing


@pytest.fixture
def two(site, start_server) -> Callable[[str], list[Endpoint]]:
	host = site.name if site.kind == "bench" else ""
	urls = [start_server().base_url for _ in range(2)]
	return lambda authorization: [Endpoint(url, authorization, host) for url in urls]


def ask(endpoint: Endpoint, tool: str) -> dict[str, Any]:
	"""The structured answer, or what the protocol's error has in its place."""
	if tool == "tools/list":
		answer = endpoint.rpc("tools/list").json()
		return answer["error"]["data"] if "error" in answer else answer["result"]
	answer = endpoint.rpc("tools/call", {"name": tool, "arguments": {}}).json()
	return answer["result"]["structuredContent"]


TOOLS = ("tools/list", "test_connection", "list_doctypes", "list_generic_documents")


def pause(credential: str, paused: bool = True) -> None:
	frappe.db.rollback()
	clients.set_paused(clients.name_of(credential), paused)
	frappe.db.commit()


@pytest.fixture
def credentials(world, reader_key, changed) -> Iterator[SimpleNamespace]:
	client = oauth.client("Paused")
	with changed(*SETTINGS, oauth_clients_allowed="Any"):
		yield SimpleNamespace(
			key=reader_key,
			key_name="API key " + reader_key.split()[1].split(":")[0],
			token=oauth.bearer(world.READER, client),
			token_name=f"OAuth client {client}",
			other=oauth.bearer(world.MASTER, client),
		)
	oauth.destroy()


@pytest.mark.parametrize("by", ["key", "token"])
def test_t58_a_paused_client_is_refused_everywhere_at_once(two, world, credentials, by, last_entry):
	endpoints = two(getattr(credentials, by))
	name = getattr(credentials, f"{by}_name")
	for endpoint in endpoints:
		assert "doctypes" in ask(endpoint, "list_doctypes")
	pause(name)
	for endpoint in endpoints:
		for tool in TOOLS:
			answer = ask(endpoint, tool)
			assert answer["code"] == "not_permitted" and "paused by an administrator" in answer["message"], (
				tool
			)
			entry = last_entry(user=world.READER)
			assert (entry.tool, entry.outcome, entry.credential) == (tool, "Refused", name)
			assert entry.reason == f"client paused: {name}"
	other = "key" if by == "token" else "token"
	assert "doctypes" in ask(two(getattr(credentials, other))[0], "list_doctypes"), "his other client works"
	pause(name, False)
	for endpoint in endpoints:
		assert "doctypes" in ask(endpoint, "list_doctypes")


def test_a_paused_oauth_client_is_so_for_everybody(two, credentials):
	mine, others = two(credentials.token)[0], two(credentials.other)[0]
	assert "tools" in ask(mine, "tools/list") and "tools" in ask(others, "tools/list")
	pause(credentials.token_name)
	assert ask(others, "tools/list")["code"] == "not_permitted"


def test_a_paused_clients_calls_suspend_nobody(call_with, world, told, changed):
	call_with(world.READER, "API key abc")
	pause("API key abc")
	with changed(*SETTINGS, suspend_after=2, suspend_within=10):
		for _ in range(4):
			call_with(world.READER, "API key abc")
	assert not frappe.get_all("MCP Suspension", filters={"user": world.READER})


def test_the_status_names_paused_clients(call_with, world, told, command):
	call_with(world.READER, "API key abc")
	pause("API key abc")
	assert "Clients paused by an administrator: API key abc" in command("status").output
	assert any(
		"API key abc" in w for w in json.loads(command("status", "--format", "json").stdout)["warnings"]
	)
