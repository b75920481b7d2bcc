"""What a worker keeps warm between calls (connections, metas, which keys of Redis to ask for) carries nothing of one call
into another (T49), and is dropped as soon as it is no longer true."""

import contextvars
import copy
import json
import pickle
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import frappe
import pytest
from frappe.utils.password import set_encrypted_password

from erpnext_mcp import compat
from erpnext_mcp.api import known_keys
from erpnext_mcp.documents import connection, kept_connections
from erpnext_mcp.documents.round_trips import Economy
from erpnext_mcp.limits import early_reads, kept_metas, prefetch
from erpnext_mcp.mcp_server.registry import TOOLS
from erpnext_mcp.mcp_server.uvicorn_door.foreseeing import foreseeing
from erpnext_mcp.policy import known_users, store
from erpnext_mcp.tests.endpoint import META, MODERN

LANGUAGES = {"mcp.reader@example.com": "de", "mcp.master@example.com": "ar"}
ZONES = {"mcp.reader@example.com": "America/New_York", "mcp.master@example.com": "Asia/Tokyo"}
ROUNDS = 2
BROKEN = "MCP Broken"


def forget_everything() -> None:
	"""As a process is when it has just been started."""
	kept_connections.close_all()
	prefetch._reads.clear()
	early_reads._commands.clear()
	kept_metas._kept.clear()
	store._kept.clear()
	known_users._known.clear()
	known_keys._accepted.clear()


@pytest.fixture
def worker(site, server, admin) -> Iterator[Callable[..., Any]]:
	"""worker(function, *arguments): runs it on the one thread of a worker that serves one request after the other."""
	forget_everything()
	with ThreadPoolExecutor(1) as pool:
		yield lambda function, *arguments: pool.submit(function, *arguments).result()
	forget_everything()


@pytest.fixture(params=["site", "uvicorn"])
def ask(request, worker, site) -> Callable[..., tuple[int, Any]]:
	"""ask(key, method, params, **headers) → status and body of the answer, from that worker, of either door."""
	import frappe.app
	from werkzeug.test import Client

	application = frappe.app.application
	if request.param == "uvicorn":
		application = foreseeing(application)

	def one(key: str, body: str, headers: dict[str, str]) -> tuple[int, Any]:
		response = Client(application, use_cookies=False).open(
			"/mcp",
			method="POST",
			headers={
				"Host": site.name,
				"X-Frappe-Site-Name": site.name,
				"Accept": "application/json, text/event-stream",
				"Content-Type": "application/json",
				"MCP-Protocol-Version": "2025-11-25",
				**({"Authorization": key} if key else {}),
				**headers,
			},
			data=body,
		)
		text = response.get_data(as_text=True)
		response.close()
		assert not list(frappe.local), "nothing is left of the request"
		return response.status_code, json.loads(text) if text.startswith("{") else text

	def ask(key: str, method: str, params: dict | None = None, /, **headers: str) -> tuple[int, Any]:
		body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}})
		# As `uvicorn_door.exchange` has it; the site's own workers use one context for all.
		run = contextvars.Context().run if request.param == "uvicorn" else _run
		return worker(run, one, key, body, {name.replace("_", "-"): value for name, value in headers.items()})

	return ask


def _run(function: Callable[..., Any], *arguments: Any) -> Any:
	return function(*arguments)


def content(answer: tuple[int, Any]) -> dict[str, Any]:
	status, body = answer
	assert status == 200, answer
	return body["result"]["structuredContent"]


def call(tool: str, **arguments: Any) -> tuple[str, dict[str, Any]]:
	return "tools/call", {"name": tool, "arguments": arguments}


@pytest.fixture
def settled(changed, world) -> Iterator[None]:
	"""READER and MASTER, each with a language and a time zone of his own."""
	with (
		changed("User", world.READER, language=LANGUAGES[world.READER], time_zone=ZONES[world.READER]),
		changed("User", world.MASTER, language=LANGUAGES[world.MASTER], time_zone=ZONES[world.MASTER]),
	):
		yield


@pytest.fixture
def broken(monkeypatch) -> None:
	"""A get of BROKEN leaves everything behind that a call can leave, and fails."""
	tool = TOOLS["get_generic_document"]
	original = tool.perform

	def perform(context, arguments):
		if arguments["name"] == BROKEN:
			frappe.local.lang = "fr"
			frappe.flags.ignore_permissions = True
			frappe.local.user_perms = "somebody else's"
			frappe.local.left_behind = "a secret"
			frappe.set_user("Administrator")
			raise RuntimeError("broken")
		return original(context, arguments)

	monkeypatch.setitem(TOOLS, tool.name, _with(tool, perform))


def _with(tool, perform):
	from dataclasses import replace

	return replace(tool, perform=perform)


def test_interleaved_calls_are_answered_as_fresh_ones(
	ask, settled, broken, granted, world, reader_key, master_key
):
	stranger = world.api_key(world.STRANGER)
	nobody = world.api_key(world.NOBODY)
	names = {"name": ["like", "MCP %"]}
	calls = [
		call("get_system_info"),
		call("list_generic_documents", doctype="Customer", filters=names, fields=["*"]),
		call("get_generic_document", doctype="Customer", name=world.ALPHA),
		call("get_generic_document", doctype="Customer", name=world.HIDDEN),
		call("get_generic_document", doctype="Customer", name=BROKEN),
		call("get_generic_document", doctype="Customer"),
		call("count_generic_documents", doctype="Customer", filters=names),
		call("search_generic_documents", doctype="Customer", search_term="MCP"),
		call(
			"update_generic_document", doctype="Customer", name=world.ALPHA, data={"territory": "None such"}
		),
		call("update_generic_document", doctype="Customer", name=world.ALPHA, data={}, dry_run=True),
		call("get_doctype_permissions", doctype="Customer"),
		call("no_such_tool"),
		("tools/list", {}),
		("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {}}),
		("no/such/method", {}),
	]
	keys = [reader_key, master_key, stranger, nobody, reader_key[:-1] + "x", "", "Bearer nonsense"]
	everything = [(key, *one) for key in keys for one in calls]

	def plain(answer: tuple[int, Any]) -> Any:
		"""Without what differs from call to call."""
		found = copy.deepcopy(answer)
		inner = found[1].get("result", {}).get("structuredContent", {}) if isinstance(found[1], dict) else {}
		for name in ("reference", "now", "version"):
			inner.pop(name, None)
		if isinstance(found[1], dict) and "result" in found[1]:
			found[1]["result"].pop("content", None)
		return found

	with granted({"Customer": "select read update", "Territory": "read"}):
		fresh = {}
		for one in everything:
			forget_everything()
			fresh[_name(one)] = plain(ask(*one))
		forget_everything()
		# Of each kind something was answered, so that this is not about errors alone.
		assert sum(answer[0] == 200 for answer in fresh.values()) > len(everything) / 3
		assert len({json.dumps(fresh[_name((key, *calls[1]))]) for key in keys[:4]}) >= 3
		chance = random.Random(4711)
		for _ in range(ROUNDS):
			chance.shuffle(everything)
			for one in everything:
				assert plain(ask(*one)) == fresh[_name(one)], one


def _name(one: tuple) -> str:
	return json.dumps(one)


def test_languages_and_time_zones_are_each_ones_own(ask, settled, world, reader_key, master_key):
	for _ in range(3):
		for user, key in ((world.READER, reader_key), (world.MASTER, master_key)):
			info = content(ask(key, *call("get_system_info")))
			assert (info["user"], info["language"]) == (user, LANGUAGES[user])


def test_changes_are_effective_at_the_next_call(ask, changed, granted, world):
	"""What a warm worker could still believe: credentials, users, roles, rows, fields, the switch (T44, T48, T58)."""
	listing = call("list_generic_documents", doctype="Customer", filters={"name": ["like", "MCP %"]})
	key = world.api_key(world.READER)

	def names() -> Any:
		status, body = ask(key, *listing)
		if status != 200:
			return status
		found = body["result"]["structuredContent"]
		return {d["name"] for d in found["documents"]} if "documents" in found else found["code"]

	with granted({"Customer": "read", "Territory": "read"}):
		for _ in range(4):
			assert names() == set(world.NORTHERN)
		with changed("User", world.READER, enabled=0):
			assert names() == 401
		assert names() == set(world.NORTHERN)
		with changed("MCP Gateway Settings", "MCP Gateway Settings", enabled=0):
			assert names() == "unavailable"
		assert names() == set(world.NORTHERN)
		permission = frappe.get_doc("User Permission", {"user": world.READER, "allow": "Territory"})
		with changed("User Permission", permission.name, for_value=world.SOUTH):
			assert names() == {world.HIDDEN}
		assert names() == set(world.NORTHERN)
		frappe.get_doc("User", world.READER).remove_roles("Sales User")
		frappe.db.commit()
		try:
			assert names() == "not_found"
		finally:
			frappe.get_doc("User", world.READER).add_roles("Sales User")
			frappe.db.commit()
		assert names() == set(world.NORTHERN)
		with granted({"Territory": "read"}):
			assert names() == "not_found"
		old, key = key, key + "new"
		assert names() == 401
		set_encrypted_password("User", world.READER, key.split(":")[1], "api_secret")
		frappe.db.commit()
		try:
			assert names() == set(world.NORTHERN)
			assert ask(old, *listing)[0] == 401
		finally:
			set_encrypted_password("User", world.READER, old.split(":")[1], "api_secret")
			frappe.db.commit()


def test_a_field_that_comes_is_there_at_the_next_call(ask, granted, world):
	key = world.api_key(world.MASTER)
	get = call("get_generic_document", doctype="Customer", name=world.ALPHA)
	with granted({"Customer": "read"}):
		for _ in range(4):
			assert "mcp_warm" not in content(ask(key, *get))["document"]
		field = frappe.get_doc(
			{
				"doctype": "Custom Field",
				"dt": "Customer",
				"fieldname": "mcp_warm",
				"label": "W",
				"fieldtype": "Data",
			}
		).insert()
		frappe.db.commit()
		try:
			assert "mcp_warm" in content(ask(key, *get))["document"]
		finally:
			field.delete()
			frappe.db.commit()
		assert "mcp_warm" not in content(ask(key, *get))["document"]


def test_a_stream_that_is_cut_off_leaves_nothing(worker, ask, site, granted, world, reader_key, master_key):
	"""A bulk update whose client goes away at the first event."""
	from frappe.app import application
	from werkzeug.test import EnvironBuilder

	documents = [{"name": world.ALPHA, "data": {"website": "https://left.example"}}] * 2
	params = {
		**call("bulk_update_documents", doctype="Customer", documents=documents)[1],
		"_meta": {"progressToken": "t"},
	}
	body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})

	def cut_off() -> int:
		headers = {
			"Authorization": master_key,
			"X-Frappe-Site-Name": site.name,
			"Accept": "application/json, text/event-stream",
			"Content-Type": "application/json",
			"MCP-Protocol-Version": "2025-11-25",
		}
		environ = EnvironBuilder("/mcp", method="POST", headers=headers, data=body).get_environ()
		pieces = []

		def write(piece: bytes) -> None:
			pieces.append(piece)
			raise ConnectionResetError

		answer = application(environ, lambda status, headers, exc_info=None: write)
		answer.close()
		assert not list(frappe.local)
		return len(pieces)

	with granted({"Customer": "read update"}):
		before = content(ask(master_key, *call("get_generic_document", doctype="Customer", name=world.ALPHA)))
		assert worker(cut_off) >= 1
		for key in (master_key, reader_key):
			after = content(ask(key, *call("get_generic_document", doctype="Customer", name=world.ALPHA)))
			assert after["document"].get("website") == before["document"].get("website")


# Connections


@pytest.fixture
def mariadb(site) -> None:
	if frappe.db.db_type != "mariadb":
		pytest.skip("connections are kept to MariaDB only")


@pytest.fixture
def within(monkeypatch, granted) -> Iterator[Callable[..., None]]:
	"""within(function): from now on every get_generic_document runs it first; what it returns is kept in `within.seen`."""
	tool = TOOLS["get_generic_document"]
	state: dict[str, Any] = {"function": lambda: None, "seen": []}

	def perform(context, arguments):
		state["seen"].append(state["function"]())
		return tool.perform(context, arguments)

	monkeypatch.setitem(TOOLS, tool.name, _with(tool, perform))

	def within(function: Callable[[], Any]) -> list[Any]:
		state["function"], state["seen"] = function, []
		return state["seen"]

	with granted({"Customer": "read update"}):
		yield within


def connection_id() -> int:
	return frappe.db.sql("select connection_id()")[0][0]


def test_a_connection_is_kept_and_new_to_whoever_gets_it(mariadb, ask, within, world, reader_key, master_key):
	get = call("get_generic_document", doctype="Customer", name=world.ALPHA)

	def litter() -> int:
		frappe.db.sql("set @left_behind = 'a secret'")
		frappe.db.sql("set session sql_mode = ''")
		frappe.db.sql("set session time_zone = '+09:00'")
		frappe.db.sql("set session group_concat_max_len = 4")
		frappe.db.sql("select get_lock('left_behind', 0)")
		found = connection_id()
		# Around everything, out of the read-only transaction.
		frappe.db._conn.query("rollback")
		frappe.db._conn.query("create temporary table left_behind (a int)")
		frappe.db._conn.query(
			f"update tabCustomer set website = 'https://left.example' where name = '{world.ALPHA}'"
		)
		return found

	def look() -> tuple:
		(found,) = frappe.db.sql(
			"""select connection_id(), @left_behind, @@sql_mode, @@time_zone, @@group_concat_max_len, is_used_lock('left_behind'),
			@@autocommit, @@character_set_client, @@collation_connection, @@in_transaction, @@tx_isolation"""
		)
		try:
			frappe.db.sql("select * from left_behind")
			there = True
		except Exception:
			there = False
		return (*found, there)

	seen = within(look)
	content(ask(reader_key, *get))
	kept_connections.close_all()
	content(ask(reader_key, *get))
	content(ask(reader_key, *get))
	(first_id, *_), (fresh_id, *fresh), (warm_id, *warm) = seen
	assert warm_id == fresh_id != first_id
	assert warm == fresh
	seen = within(litter)
	content(ask(master_key, *get))
	(littered,) = seen
	seen = within(look)
	answer = content(ask(reader_key, *get))
	((found_id, *found),) = seen
	assert (found_id, found) == (littered, fresh)
	assert answer["document"].get("website") != "https://left.example"


@pytest.mark.parametrize("ended", ["killed", "idle", "closed by us"])
def test_a_connection_that_was_ended_is_replaced(mariadb, ask, within, world, reader_key, ended: str):
	get = call("get_generic_document", doctype="Customer", name=world.ALPHA)
	seen = within(connection_id)
	content(ask(reader_key, *get))
	if ended == "killed":
		frappe.db.sql(f"kill connection {seen[0]}")
	elif ended == "idle":
		kept = kept_connections._kept.pop()
		kept_connections._kept.append(
			kept_connections._Kept(kept.connection, kept.settings, kept.pid, kept.since - 1000, None)
		)
	else:
		kept_connections._kept[-1].connection.close()
	for _ in range(2):
		content(ask(reader_key, *get))
	assert seen[1] == seen[2] != seen[0]


def test_a_connection_that_ends_in_a_call_is_no_ones_next(mariadb, ask, within, world, reader_key):
	get = call("get_generic_document", doctype="Customer", name=world.ALPHA)

	def suicide() -> int:
		found = connection_id()
		frappe.db.sql(f"kill connection {found}")
		return found

	seen = within(suicide)
	status, body = ask(reader_key, *get)
	assert status == 503 or body["result"]["isError"]
	again = within(connection_id)
	for _ in range(2):
		content(ask(reader_key, *get))
	assert again[0] == again[1] not in seen


@pytest.fixture
def unseen(mariadb, ask, within, world, reader_key, monkeypatch) -> list[int]:
	"""The connection that is kept has ended, and nobody has seen it; its number. Every get appends that of its own."""
	seen = within(connection_id)
	content(ask(reader_key, *call("get_generic_document", doctype="Customer", name=world.ALPHA)))
	frappe.db.sql(f"kill connection {seen[0]}")
	monkeypatch.setattr(kept_connections, "_is_there", lambda kept: True)
	return seen


def test_a_connection_that_has_ended_unseen_is_replaced_at_the_first_question(unseen, ask, world, reader_key):
	content(ask(reader_key, *call("get_generic_document", doctype="Customer", name=world.ALPHA)))
	assert len(unseen) == 2 and unseen[1] != unseen[0]


def test_where_there_is_no_other_one_it_is_to_be_tried_again_later(
	unseen, ask, world, reader_key, monkeypatch
):
	lent = []

	def lend(db):
		lent.append(db)
		if len(lent) > 1:
			raise db.OperationalError(2002, "Can't connect")
		return kept_connections.lend(db)

	monkeypatch.setattr(connection, "lend", lend)
	status, body = ask(reader_key, *call("get_generic_document", doctype="Customer", name=world.ALPHA))
	assert status == 503 and body["error"]["data"]["retry_after"] == connection.RETRY_AFTER
	assert len(lent) == 2 and len(unseen) == 1
	monkeypatch.undo()
	content(ask(reader_key, *call("get_generic_document", doctype="Customer", name=world.ALPHA)))


def test_another_password_is_another_connection(mariadb, ask, within, world, reader_key):
	get = call("get_generic_document", doctype="Customer", name=world.ALPHA)
	seen = within(connection_id)
	content(ask(reader_key, *get))
	kept = kept_connections._kept.pop()
	settings = tuple((k, "another" if k == "password" else v) for k, v in kept.settings)
	kept_connections._kept.append(
		kept_connections._Kept(kept.connection, settings, kept.pid, kept.since, kept.time_limit)
	)
	content(ask(reader_key, *get))
	assert seen[0] != seen[1]


def test_no_more_connections_are_kept_than_a_few(mariadb, worker, site):
	def many() -> int:
		databases = []
		for _ in range(kept_connections.MOST + 3):
			frappe.init(site.name, force=True)
			frappe.connect(set_admin_as_user=False)
			kept_connections.lend(frappe.local.db)
			databases.append(frappe.local.db)
		for db in databases:
			kept_connections.take_back(db)
			assert db._conn is None
		frappe.destroy()
		return len(kept_connections._kept)

	assert worker(many) == kept_connections.MOST


# Statements that are not sent


@pytest.fixture
def spared(mariadb, worker, site) -> Iterator[Callable[..., Any]]:
	"""spared(function): runs it with a connection of its own that is spared statements; gives what it returns."""

	def run(function: Callable[[Economy], Any]) -> Any:
		frappe.init(site.name, force=True)
		frappe.connect()
		economy = kept_connections.lend(frappe.local.db)
		try:
			return function(economy)
		finally:
			frappe.destroy()

	return lambda function: worker(run, function)


def test_what_has_no_effect_is_not_sent(spared):
	def steps(economy: Economy) -> list[int]:
		sent = [economy.sent]
		for step in (
			frappe.db.rollback,
			frappe.db.commit,
			lambda: frappe.db.sql("select 1"),
			frappe.db.commit,
			frappe.db.commit,
			lambda: frappe.db.begin(read_only=True),
			frappe.db.rollback,
			frappe.db.rollback,
		):
			step()
			sent.append(economy.sent)
		return [after - before for before, after in pairwise(sent)]

	assert spared(steps) == [0, 0, 1, 1, 0, 1, 1, 0]


@pytest.mark.parametrize("way", ["sql", "cursor", "query"])
def test_what_was_written_is_committed_whichever_way_it_came(spared, world, way: str):
	statement = f"update tabCustomer set website = 'https://{way}.example' where name = '{world.ALPHA}'"

	def write(economy: Economy) -> None:
		frappe.db.commit()
		if way == "sql":
			frappe.db.sql(statement)
		elif way == "cursor":
			frappe.db._conn.cursor().execute(statement)
		else:
			frappe.db._conn.query(statement)
		frappe.db.commit()

	spared(write)
	frappe.db.rollback()
	assert frappe.db.get_value("Customer", world.ALPHA, "website") == f"https://{way}.example"
	frappe.db.set_value("Customer", world.ALPHA, "website", None)
	frappe.db.commit()


def test_a_rollback_undoes_what_was_written(spared, world):
	def write(economy: Economy) -> None:
		frappe.db.commit()
		frappe.db.set_value("Customer", world.ALPHA, "website", "https://undone.example")
		frappe.db.rollback()
		frappe.db.commit()

	spared(write)
	frappe.db.rollback()
	assert frappe.db.get_value("Customer", world.ALPHA, "website") != "https://undone.example"


def test_a_read_only_transaction_stays_one(spared, world):
	def write(economy: Economy) -> bool:
		frappe.db.begin(read_only=True)
		try:
			frappe.db.set_value("Customer", world.ALPHA, "website", "https://read-only.example")
		except frappe.InReadOnlyMode:
			return True
		return False

	assert spared(write)


def test_with_autocommit_everything_is_sent(spared):
	def steps(economy: Economy) -> int:
		frappe.db.commit()
		frappe.db.sql("set autocommit = 1")
		frappe.db.commit()
		before = economy.sent
		frappe.db.commit()
		return economy.sent - before

	assert spared(steps) == 2


# Metas


@pytest.fixture
def kept(monkeypatch) -> Iterator[Callable[[str], Any]]:
	"""kept(doctype): the meta, found by what Redis would hold of it."""
	monkeypatch.setattr(compat, "KEEPS_METAS", False)
	kept_metas._kept.clear()

	def find(doctype: str) -> Any:
		return kept_metas.find(b"site|doctype_meta", doctype, raw[doctype])

	raw = {d: pickle.dumps(frappe.get_meta(d, cached=False)) for d in ("Customer", "Territory")}
	find.raw = raw
	yield find
	kept_metas._kept.clear()


def test_a_meta_is_kept_for_as_long_as_its_bytes_are_the_same(admin, kept):
	first = kept("Customer")
	assert first.name == "Customer" and kept("Customer") is first
	assert kept("Territory").name == "Territory"
	other = frappe.get_meta("Customer", cached=False)
	other.fields[0].label = "Another"
	kept.raw["Customer"] = pickle.dumps(other)
	assert kept("Customer") is not first
	assert kept("Customer").fields[0].label == "Another"


@pytest.mark.parametrize(
	"change",
	[
		lambda meta: meta.fields[3].update({"hidden": 7}),
		lambda meta: meta.fields[3].update({"a_new_one": 1}),
		lambda meta: meta.fields.pop(),
		lambda meta: meta.permissions.pop(),
		lambda meta: meta.permissions[0].update({"read": 7}),
		lambda meta: meta.set("title_field", "name_of_nothing"),
		lambda meta: meta._fields.pop(meta.fields[2].fieldname),
		lambda meta: setattr(meta, "fields", list(reversed(meta.fields))),
	],
)
def test_a_meta_that_was_changed_is_not_used_again(admin, kept, change):
	first = kept("Customer")
	change(first)
	second = kept("Customer")
	assert second is not first
	assert second.as_dict() == pickle.loads(kept.raw["Customer"]).as_dict()
	assert kept("Customer") is second


def test_what_a_meta_works_out_later_does_not_end_it(admin, kept):
	first = kept("Customer")
	for question in (
		"get_valid_columns",
		"get_set_only_once_fields",
		"get_dynamic_link_fields",
		"get_workflow",
	):
		getattr(first, question)()
	frappe.get_meta("Customer").get_high_permlevel_fields()
	assert kept("Customer") is first


def test_no_more_metas_are_kept_than_their_size_allows(admin, kept, monkeypatch):
	monkeypatch.setattr(kept_metas, "MOST_BYTES", len(kept.raw["Customer"]) + 1)
	kept("Customer")
	kept("Territory")
	assert [name for _, name in kept_metas._kept] == ["Territory"]


# What is asked for at once


def test_keys_are_remembered_by_user_and_never_values(request, ask, granted, world, reader_key, master_key):
	listing = call("list_generic_documents", doctype="Customer")
	with granted({"Customer": "read"}):
		for _ in range(2):
			for key in (reader_key, master_key):
				content(ask(key, *listing))
	if request.node.callspec.params["ask"] == "uvicorn":
		assert not prefetch._reads and len(early_reads._commands) == 2
		for kind, commands in early_reads._commands.items():
			(name,) = (command[2] for command in commands if command[1].endswith(b"|roles"))
			other = {world.READER, world.MASTER} - {name}
			assert commands and not any(o in str(command) for command in commands for o in other)
			assert not any(reader_key.split(":")[1] in str(part) for part in (*kind, *commands))
		return
	kinds = {kind[1]: reads for kind, reads in prefetch._reads.items()}
	assert set(kinds) == {world.READER, world.MASTER}
	for user, reads in kinds.items():
		(other,) = set(kinds) - {user}
		assert reads.hashes
		assert not any(name == other for _, name in reads.hashes)
		assert not any(other.encode() in key for key in reads.plain)
		assert set(reads.plain.values()) <= {True, False}


def test_what_is_fetched_is_what_frappe_would_have_read(admin, worker, site, world):
	def compare() -> list[Any]:
		found = []
		for kind in ("cold", "warm"):
			frappe.init(site.name, force=True)
			frappe.connect()
			frappe.set_user(world.READER)
			frappe.get_roles()
			frappe.get_cached_value("User", world.READER, "enabled")
			frappe.cache.get_value("mcp_test_no_such_key")
			before = {k: v for k, v in frappe.local.cache.items() if not compat.keeps_itself(k)}
			prefetch.learn((kind,))
			frappe.local.cache = {}
			prefetch.fetch((kind,))
			found.append((before, dict(frappe.local.cache)))
			frappe.destroy()
		return found

	for read, fetched in worker(compare):
		assert set(fetched) == set(read)
		for name in ("roles", f"document_cache::User::{world.READER}", "mcp_test_no_such_key"):
			(key,) = (key for key in read if key.endswith(b"|" + name.encode()))
			assert _text(fetched[key]) == _text(read[key])


def _text(value: Any) -> Any:
	return frappe.as_json(value.as_dict()) if hasattr(value, "as_dict") else value


def test_a_value_that_there_is_not_yet_is_made(admin, worker, site):
	"""A key that is read with a way to make its value must not be taken for one that has none."""

	def steps() -> Any:
		frappe.init(site.name, force=True)
		frappe.connect()
		frappe.cache.set_value("mcp_test_made", "old")
		frappe.local.cache = {}
		frappe.cache.get_value("mcp_test_made")
		prefetch.learn(("b",))
		frappe.cache.delete_value("mcp_test_made")
		frappe.local.cache = {}
		prefetch.fetch(("b",))
		try:
			return frappe.cache.get_value("mcp_test_made", generator=lambda: "new")
		finally:
			frappe.cache.delete_value("mcp_test_made")
			frappe.destroy()

	assert worker(steps) == "new"


def test_what_a_request_writes_it_reads(admin, worker, site):
	"""Early answers are of the time before the request; what it has written itself is not among them."""

	def one() -> list[Any]:
		early_reads.begin(("c",))
		frappe.init(site.name, force=True)
		found = [frappe.cache.get_value("mcp_test_early"), frappe.cache.hget("mcp_test_early_hash", "a")]
		frappe.cache.set_value("mcp_test_early", "written")
		frappe.cache.hset("mcp_test_early_hash", "a", "written")
		frappe.local.cache = {}
		found += [frappe.cache.get_value("mcp_test_early"), frappe.cache.hget("mcp_test_early_hash", "a")]
		frappe.cache.delete_value("mcp_test_early")
		frappe.local.cache = {}
		found.append(frappe.cache.get_value("mcp_test_early"))
		early_reads.end(learn=True)
		frappe.cache.set_value("mcp_test_early", "between")
		frappe.cache.hset("mcp_test_early_hash", "a", "between")
		frappe.destroy()
		return found

	assert worker(contextvars.Context().run, one)[2:] == ["written", "written", None]
	for _ in range(2):
		found = worker(contextvars.Context().run, one)
		assert found == ["between", "between", "written", "written", None]


def test_early_answers_are_good_for_moments(admin, worker, site):
	def one() -> list[Any]:
		early_reads.begin(("d",))
		frappe.init(site.name, force=True)
		found = [frappe.cache.get_value("mcp_test_early")]
		# By another process.
		other = type(frappe.cache).__mro__[1].from_url(frappe.conf.redis_cache) if mariadb else frappe.cache
		other.execute_command("SET", frappe.cache.make_key("mcp_test_early"), pickle.dumps("later"))
		frappe.local.cache = {}
		found.append(frappe.cache.get_value("mcp_test_early"))
		early_reads._current.get().until = 0
		frappe.local.cache = {}
		found.append(frappe.cache.get_value("mcp_test_early"))
		early_reads.end(learn=True)
		frappe.cache.set_value("mcp_test_early", "before")
		frappe.destroy()
		return found

	mariadb = frappe.db.db_type == "mariadb"
	worker(contextvars.Context().run, one)
	found = worker(contextvars.Context().run, one)
	assert found[0] == "before" and found[2] == "later"
	frappe.cache.delete_value(["mcp_test_early", "mcp_test_early_hash"])


def test_modern_calls_are_warm_too(ask, granted, world, reader_key):
	params = {
		"name": "get_generic_document",
		"arguments": {"doctype": "Customer", "name": world.ALPHA},
		"_meta": {
			META + "protocolVersion": MODERN,
			META + "clientCapabilities": {},
			META + "clientInfo": {"name": "t", "version": "1"},
		},
	}
	headers = {
		"MCP_Protocol_Version": MODERN,
		"Mcp_Method": "tools/call",
		"Mcp_Name": "get_generic_document",
	}
	with granted({"Customer": "read"}):
		answers = [content(ask(reader_key, "tools/call", params, **headers)) for _ in range(3)]
	assert answers[0] == answers[1] == answers[2]
	assert answers[0]["document"]["name"] == world.ALPHA
