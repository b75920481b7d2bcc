"""Redis gone, MariaDB gone, statements that take too long: told quickly and cleanly, nothing half done, back by itself."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import frappe
import pytest

from erpnext_mcp.documents import connection
from erpnext_mcp.limits import limiter
from erpnext_mcp.mcp_server import pipeline
from erpnext_mcp.mcp_server.registry import TOOLS
from erpnext_mcp.tests.endpoint import Endpoint, Response

SETTINGS = ("MCP Gateway Settings", "MCP Gateway Settings")
PROFILE = "MCP Permission Profile"
QUICK = 2
"""Seconds within which there is an answer, whatever is gone."""
HANGS = 10
"""Seconds that no call takes of eight at once, on a machine that is busy with other things."""


class Agent:
	"""MASTER as a client of a server; keeps how long its longest call took."""

	def __init__(self, base_url: str, key: str):
		self._endpoint = Endpoint(base_url, key)
		self.longest = 0.0

	def call(self, tool: str, **arguments: Any) -> Response:
		started = time.monotonic()
		try:
			return self._endpoint.rpc("tools/call", {"name": tool, "arguments": arguments})
		finally:
			self.longest = max(self.longest, time.monotonic() - started)

	def read(self) -> Response:
		return self.call("list_generic_documents", doctype="Customer", limit=2)

	def write(self, value: str = "https://example.com") -> Response:
		data = {"website": value}
		return self.call("update_generic_document", doctype="Customer", name="MCP Alpha", data=data)


def outcome(response: Response) -> str:
	"""ok, the code of the error, or the HTTP status of what is no answer of MCP."""
	if response.status == 503:
		return response.json()["error"]["data"]["code"]
	if response.status != 200:
		return str(response.status)
	result = response.json()["result"]
	return result["structuredContent"]["code"] if result.get("isError") else "ok"


@pytest.fixture
def agent(faulty_server, master_key) -> Iterator[Agent]:
	agent = Agent(faulty_server.base_url, master_key)
	assert outcome(agent.read()) == outcome(agent.write()) == "ok"
	agent.longest = 0.0
	yield agent
	faulty_server.redis.restore()
	faulty_server.mariadb.restore()


# Redis


def test_without_redis_reads_go_on_and_writes_wait(faulty_server, agent):
	faulty_server.redis.cut()
	for _ in range(3):
		assert outcome(agent.read()) == "ok"
		refused = agent.write()
		assert outcome(refused) == "unavailable"
		assert refused.headers["retry-after"] == str(limiter.RETRY_AFTER)
	faulty_server.redis.restore()
	assert outcome(agent.read()) == outcome(agent.write()) == "ok", "and at once when it is back"
	assert agent.longest < QUICK


def test_t48_t58_without_redis_a_change_of_policy_is_effective_at_the_next_call(
	faulty_server, agent, changed, world
):
	faulty_server.redis.cut()
	assert outcome(agent.read()) == "ok"
	with changed(PROFILE, world.PROFILE, enabled=0):
		assert outcome(agent.read()) == "not_permitted"
	assert outcome(agent.read()) == "ok"
	with changed(*SETTINGS, enabled=0):
		assert outcome(agent.read()) == "unavailable"
	assert outcome(agent.read()) == "ok"


def test_without_redis_the_process_keeps_the_limits(faulty_server, agent, changed):
	with changed(*SETTINGS, reads_per_minute=4):
		faulty_server.redis.cut()
		outcomes = Counter(outcome(agent.read()) for _ in range(8))
	assert outcomes == {"ok": 4, "rate_limited": 4}


def test_redis_goes_while_calls_are_on_their_way(faulty_server, agent):
	def fault(reads: Counter, writes: Counter) -> None:
		faulty_server.redis.cut()
		wait_until(lambda: writes["unavailable"] >= 4)
		faulty_server.redis.restore()

	reads, writes, longest = hammered(agent, fault)
	assert set(reads) == {"ok"}
	assert set(writes) == {"ok", "unavailable"}
	assert longest < HANGS
	assert outcome(agent.write()) == "ok"


# MariaDB


def test_without_mariadb_everything_is_unavailable_at_once(faulty_server, agent):
	faulty_server.mariadb.cut()
	for answer in (agent.read(), agent.write(), agent.read()):
		assert answer.status == 503 and outcome(answer) == "unavailable"
		assert answer.headers["retry-after"] == str(connection.RETRY_AFTER)
		assert b"Traceback" not in answer.body and b"sock" not in answer.body
	faulty_server.mariadb.restore()
	assert outcome(agent.read()) == outcome(agent.write()) == "ok", "and back at once when it is"
	assert agent.longest < QUICK


def test_mariadb_goes_for_some_seconds_while_calls_are_on_their_way(faulty_server, agent, world):
	"""Whoever got an answer has his entry, and what was refused was not written."""
	entries = {"user": world.MASTER, "outcome": "Allowed"}
	frappe.db.rollback()
	before = frappe.db.count("MCP Audit Entry", entries)

	def fault(reads: Counter, writes: Counter) -> None:
		faulty_server.mariadb.cut()
		time.sleep(3)
		wait_until(lambda: reads["unavailable"] and writes["unavailable"])
		faulty_server.mariadb.restore()

	reads, writes, longest = hammered(agent, fault)
	answered = reads["ok"] + writes["ok"]
	# Frappe's own 500: the connection broke between our door and the call.
	assert set(reads) | set(writes) <= {"ok", "unavailable", "500"}
	assert reads["unavailable"] and writes["unavailable"] and answered > 10
	assert longest < HANGS
	assert outcome(agent.read()) == "ok"
	frappe.db.rollback()
	# An answer may have been lost on its way back, its entry is not: one for each call that was on its way.
	found = frappe.db.count("MCP Audit Entry", entries) - before - 1
	assert answered <= found <= answered + 8
	broken = reads["500"] + writes["500"]
	assert broken <= 8, "one for each client at most"


def wait_until(happened: Callable[[], Any]) -> None:
	deadline = time.monotonic() + 30
	while not happened():
		assert time.monotonic() < deadline, "it does not happen"
		time.sleep(0.05)


def hammered(agent: Agent, fault: Callable[[Counter, Counter], None]) -> tuple[Counter, Counter, float]:
	"""Eight clients, half of which write, while something happens; what became of the reads and writes, and the longest.

	:param fault: gets both as they grow
	"""
	stop = threading.Event()
	reads: Counter = Counter()
	writes: Counter = Counter()
	clients = [Agent(agent._endpoint.base_url, agent._endpoint.authorization) for _ in range(8)]
	lock = threading.Lock()

	def work(client: Agent, number: int) -> None:
		name = ("MCP Alpha", "MCP شركة النور", "MCP Odd / 100% #1? Ltd", "MCP Hidden")[number // 2]
		while not stop.is_set():
			if number % 2:
				found = outcome(client.read())
			else:
				data = {"website": f"https://example.com/{time.monotonic_ns()}"}
				found = outcome(
					client.call("update_generic_document", doctype="Customer", name=name, data=data)
				)
			with lock:
				(reads if number % 2 else writes)[found] += 1

	threads = [threading.Thread(target=work, args=(c, i)) for i, c in enumerate(clients)]
	for thread in threads:
		thread.start()
	try:
		time.sleep(1)
		fault(reads, writes)
		time.sleep(1)
	finally:
		stop.set()
	for thread in threads:
		thread.join(30)
		assert not thread.is_alive(), "a worker hangs"
	return reads, writes, max(c.longest for c in clients)


@pytest.fixture
def mariadb(admin) -> None:
	if frappe.db.db_type != "mariadb":
		pytest.skip("SQLite has no connection to lose and no limit of time")


@pytest.mark.parametrize("number", [2006, 2013])
def test_a_connection_that_breaks_in_a_call_is_made_anew_for_its_entry(
	call, world, mariadb, monkeypatch, last_entry, number
):
	import dataclasses

	def perform(context, arguments):
		raise frappe.db.OperationalError(number, "gone away: secret.internal:3306")

	monkeypatch.setitem(TOOLS, "list_doctypes", dataclasses.replace(TOOLS["list_doctypes"], perform=perform))
	answer = call(world.READER, "list_doctypes")
	assert answer.error.code == "unavailable" and "secret" not in answer.text
	entry = last_entry(user=world.READER)
	assert (entry.outcome, entry.reason) == ("Failed", "database unreachable")


# Time


def slow_condition(user: str | None = None, doctype: str | None = None) -> str:
	"""As an app's permission_query_conditions hook that makes lists slow."""
	return "sleep(20) = 0"


@pytest.fixture
def slow_lists(monkeypatch) -> None:
	original = frappe.get_hooks

	def get_hooks(hook: str | None = None, *args: Any, **kwargs: Any) -> Any:
		if hook == "permission_query_conditions":
			return {"Customer": [f"{__name__}.slow_condition"]}
		return original(hook, *args, **kwargs)

	monkeypatch.setattr(frappe, "get_hooks", get_hooks)


@pytest.mark.parametrize(
	("tool", "arguments"),
	[
		("list_generic_documents", {}),
		("count_generic_documents", {}),
		("search_generic_documents", {"search_term": "MCP"}),
	],
)
def test_a_read_that_takes_too_long_is_stopped(
	call, world, changed, mariadb, slow_lists, last_entry, tool, arguments
):
	with changed(*SETTINGS, query_time_limit=1):
		started = time.monotonic()
		answer = call(world.READER, tool, doctype="Customer", **arguments)
		assert 0.9 < time.monotonic() - started < 5
	assert answer.error.code == "timeout" and "sleep" not in answer.text
	assert "Narrow the filters" in answer.error.hint
	entry = last_entry(user=world.READER)
	assert (entry.outcome, entry.reason_code) == ("Failed", "timeout")
	assert limit_of_the_session() == 0, "the next request of this connection is not limited"


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_write_that_takes_too_long_is_stopped_and_undone(
	call, world, mariadb, monkeypatch, last_entry, dry_run
):
	controller = type(frappe.get_doc("Customer", world.ALPHA))

	def slow(doc) -> None:
		frappe.db.sql("select sleep(20)")

	monkeypatch.setattr(controller, "on_update", slow)
	monkeypatch.setattr(pipeline, "WRITE_TIME_LIMIT", 1)
	before = frappe.db.get_value("Customer", world.ALPHA, "website")
	started = time.monotonic()
	answer = call(
		world.MASTER,
		"update_generic_document",
		doctype="Customer",
		name=world.ALPHA,
		data={"website": "https://too.late.example.com"},
		dry_run=dry_run,
	)
	assert 0.9 < time.monotonic() - started < 5
	assert answer.error.code == "timeout"
	frappe.db.rollback()
	assert frappe.db.get_value("Customer", world.ALPHA, "website") == before
	assert last_entry(user=world.MASTER).reason_code == "timeout"
	assert limit_of_the_session() == 0


def limit_of_the_session() -> float:
	return float(frappe.db.sql("select @@session.max_statement_time")[0][0])
