"""Rate limits and row budgets: counted over all clients, across processes, and told truly (T46, T47, T67, T74)."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import frappe
import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import ConnectionError as RedisConnectionError

from erpnext_mcp.errors import RateLimited
from erpnext_mcp.limits import limiter, shared
from erpnext_mcp.limits.local import LocalWindows
from erpnext_mcp.limits.window import ADD, BUCKETS, PEEK, TAKE, Window
from erpnext_mcp.tests.endpoint import Endpoint

SETTINGS = ("MCP Gateway Settings", "MCP Gateway Settings")
PROFILE = "MCP Permission Profile"


@pytest.fixture(autouse=True)
def unspent(admin) -> Iterator[None]:
	"""Nothing is counted yet."""
	forget_all()
	yield
	forget_all()


def forget_all() -> None:
	keys = frappe.cache.keys(frappe.cache.make_key("erpnext_mcp:*:*:*"))
	if keys:
		frappe.cache.delete(*keys)
	limiter.LOCAL.__init__()


@pytest.fixture
def limited(changed) -> Callable[..., Any]:
	"""limited(**limits): those of the settings for the length of a with block."""
	return lambda **limits: changed(*SETTINGS, **limits)


@pytest.fixture
def call_from(admin) -> Callable[..., Any]:
	"""call_from(user, credential, tool, **arguments) → Answer"""
	from erpnext_mcp.mcp_server import pipeline
	from erpnext_mcp.mcp_server.caller import Caller

	def call_from(user: str, credential: str, tool: str, /, **arguments: Any):
		frappe.set_user(user)
		try:
			caller = Caller(user, "test", credential=credential, ip_address="127.0.0.1", request_id="1")
			return pipeline.run(caller, tool, arguments)
		finally:
			frappe.set_user("Administrator")

	return call_from


def codes(answers) -> list[str]:
	return [a.error.code if a.error else "ok" for a in answers]


# The windows themselves


def window(limit: int = 5, amount: int = 1, seconds: int = 60, key: str = "w") -> Window:
	return Window(f"erpnext_mcp:test:minute:{key}", seconds, limit, amount, "tests per minute")


@given(
	st.integers(1, 8),
	st.lists(st.tuples(st.floats(0, 40, width=32), st.integers(0, 4)), max_size=60),
)
def test_a_window_never_holds_more_and_retry_after_is_true(limit, steps):
	now = 0.0
	windows = LocalWindows(clock=lambda: now)
	let_through: list[tuple[float, int]] = []
	for pause, amount in steps:
		now += pause
		one = window(limit, amount)
		found = windows.count(TAKE, [one])
		if not found.retry_after:
			let_through.append((now, amount))
			assert sum(a for at, a in let_through if at > now - 60) <= limit
			continue
		assert sum(a for at, a in let_through if at >= now - 61) + max(amount, 1) > limit, "there was room"
		assert 1 <= found.retry_after <= 61
		if amount <= limit:
			before, now = now, now + found.retry_after
			later = LocalWindows(clock=lambda: now)
			later._buckets = {key: dict(buckets) for key, buckets in windows._buckets.items()}
			assert later.count(TAKE, [one]).retry_after == 0
			now = before


def test_redis_counts_as_the_process_does(admin):
	now = time.time()
	local = LocalWindows(clock=lambda: now)
	windows = [window(7), window(5, key="x"), window(100, 0, 3600, key="y")]
	for mode in [TAKE] * 4 + [PEEK, ADD, TAKE, PEEK]:
		ours, theirs = local.count(mode, windows), shared.count(mode, windows)
		assert list(ours.used) == list(theirs.used)
		assert bool(ours.retry_after) == bool(theirs.retry_after)
		assert abs(ours.retry_after - theirs.retry_after) <= 1


def test_of_several_windows_all_count_or_none(admin):
	wide, narrow = window(10), window(2, key="x")
	assert [bool(shared.count(TAKE, [wide, narrow]).retry_after) for _ in range(4)] == [0, 0, 1, 1]
	assert shared.count(PEEK, [wide, narrow]).used == [2, 2]


def test_what_is_counted_leaves_redis_by_itself(admin):
	one = window(3, seconds=60)
	shared.count(TAKE, [one])
	assert 0 < frappe.cache.ttl(frappe.cache.make_key(one.key)) <= 61
	# A second that is long over, and one of the future: a clock that was set back.
	key = frappe.cache.make_key(one.key)
	frappe.cache.execute_command("HSET", key, int(time.time()) - 100, 9)
	frappe.cache.execute_command("HSET", key, int(time.time()) + 100, 9)
	assert shared.count(PEEK, [one]).used == [1]
	assert not shared.count(TAKE, [one]).retry_after
	assert frappe.cache.execute_command("HLEN", key) <= 2, "both are gone from it"


def test_a_full_window_has_room_when_it_said(admin):
	one = window(3, seconds=2)
	assert [bool(shared.count(TAKE, [one]).retry_after) for _ in range(4)] == [0, 0, 0, 1]
	wait = shared.count(TAKE, [one]).retry_after
	assert 1 <= wait <= 3
	time.sleep(wait)
	assert not shared.count(TAKE, [one]).retry_after


def test_the_script_is_sent_again_when_redis_has_forgotten_it(admin):
	frappe.cache.script_flush()
	assert shared.count(TAKE, [window()]).used == [1]
	assert shared.count(TAKE, [window()]).used == [2]


def test_the_process_keeps_a_bounded_number_of_windows():
	windows = LocalWindows(most=10)
	for i in range(50):
		windows.count(TAKE, [window(key=str(i))])
	assert len(windows._buckets) == 10


def test_t49_threads_share_the_windows_of_a_process():
	windows, let_through = LocalWindows(), []

	def hammer() -> None:
		for _ in range(50):
			if not windows.count(TAKE, [window(60)]).retry_after:
				let_through.append(1)

	threads = [threading.Thread(target=hammer) for _ in range(8)]
	for t in threads:
		t.start()
	for t in threads:
		t.join()
	assert len(let_through) == 60


# Across processes


def test_t47_eight_processes_hammer_a_limit_of_60_and_60_get_through(site, limited, world):
	"""Each of them a worker with its own connections, through the whole pipeline."""
	if frappe.db.db_type == "sqlite":
		pytest.skip("Redis lives inside the process on SQLite")
	with limited(reads_per_minute=60):
		frappe.db.commit()
		deadline = time.time()
		# All calls in one minute of Redis's clock are not needed: the window slides. But they have to be within 60 seconds.
		outcomes = in_processes(8, lambda: hammered(site.name, world.READER, 20))
		assert time.time() - deadline < 60
	assert sum(o == "ok" for one in outcomes for o in one) == 60
	assert {o for one in outcomes for o in one} == {"ok", "rate_limited"}
	assert sum(len(one) for one in outcomes) == 160


def hammered(site: str, user: str, times: int) -> list[str]:
	"""In a process of its own."""
	from erpnext_mcp.mcp_server import pipeline
	from erpnext_mcp.mcp_server.caller import Caller

	frappe.local.db = None  # the parent's
	frappe.init(site, force=True)
	frappe.connect()
	frappe.set_user(user)
	caller = Caller(user, "test", credential=f"API key {os.getpid()}", ip_address="127.0.0.1")
	return codes(pipeline.run(caller, "test_connection", {}) for _ in range(times))


def in_processes(count: int, work: Callable[[], Any]) -> list[Any]:
	"""What each of several forks of this process gives."""
	pipes = []
	for _ in range(count):
		reading, writing = os.pipe()
		pid = os.fork()
		if not pid:
			try:
				os.write(writing, json.dumps(work()).encode())
			finally:
				os._exit(0)  # nothing of pytest's, and no connection of the parent's, is closed
		os.close(writing)
		pipes.append((pid, reading))
	results = []
	for pid, reading in pipes:
		with os.fdopen(reading) as pipe:
			results.append(json.loads(pipe.read()))
		os.waitpid(pid, 0)
	return results


# The pipeline


def test_t47_the_call_after_the_last_is_refused_and_says_when(call, world, limited, last_entry):
	with limited(reads_per_minute=3):
		answers = [call(world.READER, "list_doctypes") for _ in range(5)]
		assert codes(answers) == ["ok"] * 3 + ["rate_limited"] * 2
		error = answers[-1].error
		assert error.message == "Your limit of 3 reads per minute is used up."
		assert 1 <= error.details["retry_after"] <= 61
		assert f"Wait {error.details['retry_after']} seconds" in error.hint
		entry = last_entry(user=world.READER)
		assert (entry.outcome, entry.reason_code, entry.reason) == (
			"Refused",
			"rate_limited",
			"3 reads per minute",
		)
		assert codes([call(world.MASTER, "list_doctypes")]) == ["ok"], "another user"


@pytest.mark.parametrize(
	("tool", "arguments", "code"),
	[
		("get_generic_document", {"doctype": "User", "name": "Administrator"}, "not_found"),
		("get_generic_document", {"doctype": "Customer", "nmae": "x"}, "invalid_arguments"),
		("no_such_tool", {}, "invalid_arguments"),
		("create_generic_document", {"doctype": "Territory", "data": {}}, "not_permitted"),
	],
)
def test_t47_refused_calls_count(call, world, limited, tool, arguments, code):
	with limited(reads_per_minute=2, writes_per_minute=2):
		assert codes(call(world.READER, tool, **arguments) for _ in range(3)) == [code, code, "rate_limited"]


def test_t47_who_has_no_profile_is_limited_by_the_settings(call, world, limited):
	with limited(reads_per_minute=2):
		answers = [call(world.STRANGER, "list_doctypes") for _ in range(3)]
		assert codes(answers) == ["not_permitted", "not_permitted", "rate_limited"]


def test_t74_all_clients_of_a_user_together(call_from, world, limited):
	with limited(reads_per_minute=3):
		clients = ["API key a", "OAuth client b", "OAuth client c", "API key d"]
		answers = [call_from(world.READER, client, "list_doctypes") for client in clients]
		assert codes(answers) == ["ok", "ok", "ok", "rate_limited"]


def test_a_client_can_have_a_smaller_limit_of_its_own(call_from, world, limited):
	with limited(reads_per_minute=10, client_reads_per_minute=2):
		answers = [call_from(world.READER, "OAuth client a", "list_doctypes") for _ in range(3)]
		assert codes(answers) == ["ok", "ok", "rate_limited"]
		assert "2 reads per minute with this client" in answers[-1].error.message
		assert codes([call_from(world.READER, "API key b", "list_doctypes")]) == ["ok"]
		assert codes([call_from(world.MASTER, "OAuth client a", "list_doctypes")]) == ["ok"], "of one user"


def test_reads_writes_and_rows_are_counted_apart(call, world, limited):
	def write():
		return call(world.READER, "create_generic_document", doctype="Territory", data={}, dry_run=True)

	with limited(reads_per_minute=2, writes_per_minute=1):
		assert codes([write(), write()]) == ["not_permitted", "rate_limited"]
		assert codes(call(world.READER, "list_doctypes") for _ in range(3)) == ["ok", "ok", "rate_limited"]


def test_t67_a_dry_run_is_a_write(call, world, limited):
	data = {"customer_name": "MCP Dry", "customer_type": "Company", "territory": world.NORTH}
	with limited(writes_per_minute=1):
		answers = [
			call(world.MASTER, "create_generic_document", doctype="Customer", data=data, dry_run=True)
			for _ in range(2)
		]
		assert codes(answers)[1] == "rate_limited"


def test_each_document_of_a_bulk_call_is_a_write(call, world, limited):
	def update(count: int):
		documents = [{"name": world.ALPHA, "data": {"website": "x"}}] * count
		return call(
			world.MASTER, "bulk_update_documents", doctype="Customer", documents=documents, dry_run=True
		)

	with limited(writes_per_minute=5):
		first = codes([update(3)])
		assert first != ["rate_limited"]
		assert codes([update(3)]) == ["rate_limited"], "three of the five are used"
		assert codes([update(2)]) != ["rate_limited"], "and the refused call has used none"
		assert codes([update(1)]) == ["rate_limited"]


def test_a_bulk_call_that_can_never_pass_is_not_told_to_wait(call, world, limited):
	documents = [{"name": world.ALPHA, "data": {}}] * 6
	with limited(writes_per_minute=5):
		answer = call(world.MASTER, "bulk_update_documents", doctype="Customer", documents=documents)
		assert answer.error.code == "too_large" and "At most 5 documents" in answer.error.message
		assert "retry_after" not in answer.content
		answers = [
			call(world.MASTER, "bulk_update_documents", doctype="Customer", documents=documents)
			for _ in range(5)
		]
		assert codes(answers)[-1] == "rate_limited", "it counts as one"


def test_rows_are_counted_after_the_answer(call, world, limited):
	def rows():
		return call(world.READER, "list_generic_documents", doctype="Customer", limit=3)

	with limited(rows_per_hour=5):
		answers = [rows(), rows(), rows()]
		assert codes(answers) == ["ok", "ok", "rate_limited"], (
			"the second goes over it, the third finds it full"
		)
		assert answers[-1].error.details["retry_after"] > 3000
		write = call(world.READER, "create_generic_document", doctype="Territory", data={})
		assert codes([write]) == ["not_permitted"], "who writes gets no rows"


def test_the_hour_has_a_limit_of_its_own(call, world, limited):
	with limited(reads_per_minute=100, reads_per_hour=2):
		answers = [call(world.READER, "list_doctypes") for _ in range(3)]
		assert codes(answers) == ["ok", "ok", "rate_limited"]
		assert "2 reads per hour" in answers[-1].error.message
		assert 3000 < answers[-1].error.details["retry_after"] <= 3660


@pytest.mark.parametrize(
	("settings", "profile", "through"), [(2, "4", 4), (4, "2", 2), (2, "", 2), (2, "0", 5)]
)
def test_the_profile_goes_before_the_settings(call, world, limited, changed, settings, profile, through):
	with limited(reads_per_minute=settings), changed(PROFILE, world.PROFILE, reads_per_minute=profile):
		answers = [call(world.READER, "list_doctypes") for _ in range(5)]
		assert codes(answers).count("ok") == through


@pytest.mark.parametrize("value", ["-1", "many", "1.5", "٣", "99999999999"])
def test_a_limit_of_a_profile_is_a_whole_number(admin, world, value):
	doc = frappe.get_doc(PROFILE, world.PROFILE)
	doc.reads_per_minute = value
	with pytest.raises(frappe.ValidationError, match="no whole number"):
		doc.save()
	doc.reload()
	doc.reads_per_minute = " 7 "
	doc.save()
	assert doc.reads_per_minute == "7"


def test_settings_are_not_negative(admin):
	doc = frappe.get_doc(*SETTINGS)
	doc.reads_per_minute = -1
	with pytest.raises(frappe.NonNegativeError):
		doc.save()


def test_profile_files_carry_limits(admin, world, changed):
	from erpnext_mcp.policy.interchange import save

	with changed(PROFILE, world.PROFILE, reads_per_minute="0", rows_per_hour="50"):
		text = save.export_profile(world.PROFILE)
	assert json.loads(text)["limits"] == {"reads_per_minute": 0, "rows_per_hour": 50}
	draft = save.read(text)
	assert draft.values["reads_per_minute"] == "0" and draft.values["writes_per_hour"] == ""
	wrong = json.loads(text) | {"limits": {"reads_per_minute": -1, "rows": 5}}
	notes = str(save.read(json.dumps(wrong)).notes)
	assert "limits.reads_per_minute" in notes and "limits.rows" in notes


def test_get_system_info_tells_what_is_left(call, world, limited):
	limits = {"reads_per_minute": 10, "reads_per_hour": 100, "writes_per_minute": 5, "rows_per_hour": 50}
	with limited(**limits):
		call(world.READER, "list_generic_documents", doctype="Customer", limit=2)
		assert call(world.READER, "get_system_info").content["limits_left"] == {
			"reads": {"minute": 8, "hour": 98},
			"writes": {"minute": 5},
			"rows": {"hour": 48},
		}
	assert call(world.READER, "get_system_info").content["limits_left"] == {}


# Redis


@pytest.fixture
def no_redis(monkeypatch) -> Callable[[], None]:
	"""no_redis(): from now on nothing is counted there."""

	def unreachable(*_, **__):
		raise RedisConnectionError("Connection refused")

	def no_redis() -> None:
		for name in ("evalsha", "eval", "get", "set"):
			monkeypatch.setattr(frappe.cache, name, unreachable)

	return no_redis


def test_without_redis_reads_go_on_under_the_same_limit(call, world, limited, no_redis):
	with limited(reads_per_minute=3):
		no_redis()
		answers = [call(world.READER, "list_doctypes") for _ in range(4)]
		assert codes(answers) == ["ok", "ok", "ok", "rate_limited"]


@pytest.mark.parametrize("limit", [0, 100])
def test_without_redis_nothing_is_written(call, world, limited, no_redis, limit):
	data = {"customer_name": "MCP Never", "customer_type": "Company", "territory": world.NORTH}
	with limited(writes_per_minute=limit):
		no_redis()
		answer = call(world.MASTER, "create_generic_document", doctype="Customer", data=data)
		assert (
			answer.error.code == "unavailable" and answer.error.details["retry_after"] == limiter.RETRY_AFTER
		)
	assert not frappe.db.exists("Customer", "MCP Never")


def test_an_error_of_the_script_is_no_way_through(call, world, limited, monkeypatch):
	"""A Redis that refuses the script counts as one that is away."""
	monkeypatch.setattr(shared, "SCRIPT", "return redis.call('NONSENSE')")
	monkeypatch.setattr(shared, "DIGEST", "0" * 40)
	with limited(reads_per_minute=1):
		assert codes(call(world.READER, "list_doctypes") for _ in range(2)) == ["ok", "rate_limited"]


# HTTP


@pytest.mark.parametrize("modern", [False, True], ids=["2025-11-25", "2026-07-28"])
def test_retry_after_is_a_header_as_well(server, site, reader_key, limited, modern):
	endpoint = Endpoint(server.base_url, reader_key, site.name if site.kind == "bench" else "")
	send = endpoint.modern if modern else endpoint.rpc
	with limited(reads_per_minute=2):
		for _ in range(2):
			first = send("tools/call", {"name": "test_connection", "arguments": {}})
			assert "retry-after" not in first.headers
		limited_call = send("tools/call", {"name": "test_connection", "arguments": {}})
		assert limited_call.status == 200
		result = limited_call.json()["result"]
		assert result["isError"] and result["structuredContent"]["code"] == "rate_limited"
		assert limited_call.headers["retry-after"] == str(result["structuredContent"]["retry_after"])
		tools = send("tools/list")
		assert tools.json()["error"]["data"]["code"] == "rate_limited"
		assert int(tools.headers["retry-after"]) >= 1


def test_t46_what_a_client_calls_itself_changes_nothing(server, site, reader_key, limited):
	with limited(reads_per_minute=1):
		answers = []
		for i in range(2):
			endpoint = Endpoint(server.base_url, reader_key, site.name if site.kind == "bench" else "")
			headers = {
				"User-Agent": f"agent {i}",
				"X-Forwarded-For": f"192.0.2.{i}",
				"Mcp-Session-Id": f"{i}",
			}
			answers.append(endpoint.rpc("tools/call", {"name": "test_connection"}, headers=headers).json())
		assert [bool(a["result"].get("isError")) for a in answers] == [False, True]


def test_the_error_has_its_code():
	assert RateLimited("x", retry_after=3).as_dict() == {
		"code": "rate_limited",
		"message": "x",
		"retry_after": 3,
	}
	assert BUCKETS == 60
