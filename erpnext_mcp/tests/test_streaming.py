"""Progress of long calls as server-sent events: run, committed and cancelled while the answer is being sent."""

import http.client
import io
import json
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import frappe
import pytest
from werkzeug.test import EnvironBuilder

from erpnext_mcp.mcp_server import streaming
from erpnext_mcp.tests import writes
from erpnext_mcp.tests.endpoint import META, MODERN

EVENTS = "application/json, text/event-stream"
NAMES = [f"MCP Stream {n:02}" for n in range(50)]


@pytest.fixture
def may_create(granted, admin) -> Iterator[None]:
	with granted({"Customer": "select read create update", "Territory": "select read"}):
		yield
		for name in NAMES:
			frappe.delete_doc_if_exists("Customer", name, force=True)
		frappe.db.commit()


def message(world, count: int = 3, token: Any = "p1", modern: bool = False, **arguments: Any) -> dict:
	"""A call that creates customers."""
	arguments = {
		"doctype": "Customer",
		"documents": [writes.customer(name, world.NORTH) for name in NAMES[:count]],
		**arguments,
	}
	meta: dict[str, Any] = {} if token is None else {"progressToken": token}
	if modern:
		meta |= {META + "protocolVersion": MODERN, META + "clientCapabilities": {}}
	params = {"name": "bulk_create_documents", "arguments": arguments, "_meta": meta}
	return {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}


def headers_of(site, key: str, modern: bool = False, accept: str = EVENTS) -> dict[str, str]:
	headers = {"Content-Type": "application/json", "Accept": accept, "Authorization": key}
	if site.kind == "bench":
		headers["Host"] = site.name
	if modern:
		return headers | {
			"MCP-Protocol-Version": MODERN,
			"Mcp-Method": "tools/call",
			"Mcp-Name": "bulk_create_documents",
		}
	return headers | {"MCP-Protocol-Version": "2025-11-25"}


@pytest.fixture
def post(server, site, world, reader_key) -> Callable[..., Any]:
	"""post(message, modern=..., accept=...) → (http.client's response, its body as text)."""

	def post(body: dict, modern: bool = False, accept: str = EVENTS):
		parts = urlsplit(server.base_url)
		with closing(http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)) as connection:
			connection.request("POST", "/mcp", json.dumps(body), headers_of(site, reader_key, modern, accept))
			response = connection.getresponse()
			return response, response.read().decode()

	return post


def events(body: str) -> list[dict]:
	found = []
	for block in body.split("\n\n"):
		if block:
			kind, _, data = block.partition("\n")
			assert kind == "event: message" and data.startswith("data: ")
			found.append(json.loads(data.removeprefix("data: ")))
	return found


def saved() -> int:
	frappe.db.rollback()
	return frappe.db.count("Customer", {"name": ("in", NAMES)})


@pytest.mark.parametrize("modern", [False, True], ids=["handshake", "2026-07-28"])
def test_progress_comes_as_events_and_the_result_last(post, world, may_create, last_entry, modern):
	response, body = post(message(world, modern=modern), modern)
	assert response.status == 200
	assert response.headers["Content-Type"].startswith("text/event-stream")
	assert "no-store" in response.headers["Cache-Control"] and response.headers["X-Accel-Buffering"] == "no"
	*told, result = events(body)
	assert [t["method"] for t in told] == ["notifications/progress"] * 3
	assert [t["params"] for t in told] == [
		{"progressToken": "p1", "progress": n, "total": 3, "message": f"{n} of 3"} for n in (1, 2, 3)
	]
	assert result["id"] == 7 and result["result"]["isError"] is False
	assert [r["name"] for r in result["result"]["structuredContent"]["results"]] == NAMES[:3]
	assert saved() == 3
	assert last_entry(user=world.READER).outcome == "Allowed"


@pytest.mark.parametrize(
	("token", "accept"),
	[
		(None, EVENTS),
		(True, EVENTS),
		({}, EVENTS),
		("p1", "application/json"),
		("p1", "*/*"),
		("p1", "application/json, text/event-stream;q=0"),
	],
)
def test_json_is_the_answer_to_who_does_not_ask_for_events(post, world, may_create, token, accept):
	response, body = post(message(world, 2, token=token, dry_run=True), accept=accept)
	assert response.headers["Content-Type"].startswith("application/json")
	answer = json.loads(body)
	if token == {}:
		assert answer["error"]["code"] == -32602
	else:
		assert len(answer["result"]["structuredContent"]["results"]) == 2


def test_json_is_the_answer_of_tools_that_have_nothing_to_report(post, world):
	body = message(world)
	body["params"] |= {"name": "list_doctypes", "arguments": {}}
	response, answer = post(body)
	assert response.headers["Content-Type"].startswith("application/json")
	assert "doctypes" in json.loads(answer)["result"]["structuredContent"]


def test_json_is_the_answer_to_what_is_refused_at_once(post, world, may_create):
	response, body = post(message(world, doctype="Item"))
	assert response.status == 200 and response.headers["Content-Type"].startswith("application/json")
	assert response.headers["Cache-Control"] == "no-store"
	assert json.loads(body)["result"]["structuredContent"]["code"] == "not_found"


def test_what_is_refused_on_the_way_is_the_last_event(post, world, may_create):
	body = message(world)
	body["params"]["arguments"]["documents"][2]["credit_limit"] = 1
	_response, answer = post(body)
	*told, result = events(answer)
	assert [t["params"]["progress"] for t in told] == [1, 2]
	assert result["result"]["isError"] and result["result"]["structuredContent"]["position"] == 2
	assert saved() == 0


def test_a_wait_is_told_in_the_header_where_it_still_can_be(post, world, may_create, changed):
	with changed("MCP Gateway Settings", "MCP Gateway Settings", writes_per_hour=4):
		post(message(world, 3, dry_run=True))
		response, body = post(message(world, 3, dry_run=True))
	assert json.loads(body)["result"]["structuredContent"]["code"] == "rate_limited"
	assert int(response.headers["Retry-After"]) > 0


# ---------------------------------------------------------------- in this process, with a server of our own


class OwnServer:
	"""Calls Frappe's application as a WSGI server does, and looks at what is going on meanwhile.

	`gone_after`: the number of events that are sent before the client is gone.
	"""

	def __init__(self, gone_after: int = 1000):
		self.gone_after = gone_after
		self.status = ""
		self.headers: dict[str, str] = {}
		self.events: list[bytes] = []
		self.seen: list[tuple] = []
		self.after: tuple = ()

	def post(self, site, key: str, body: dict) -> "OwnServer":
		with ThreadPoolExecutor(1) as pool:  # a new thread knows nothing of this one's frappe.local
			return pool.submit(self._post, site, key, body).result()

	def _post(self, site, key: str, body: dict) -> "OwnServer":
		from frappe.app import application

		builder = EnvironBuilder(
			"/mcp",
			method="POST",
			data=json.dumps(body),
			headers=headers_of(site, key) | {"Host": site.name, "X-Frappe-Site-Name": site.name},
		)
		pieces = application(builder.get_environ(), self._start)
		try:
			self.events += [piece for piece in pieces if piece]
		finally:
			pieces.close()
		self.after = (getattr(frappe.local, "session", None), getattr(frappe.local, "db", None))
		return self

	def _start(self, status: str, headers: list, exc_info: Any = None) -> Callable[[bytes], None]:
		self.status, self.headers = status, dict(headers)
		return self._write

	def _write(self, data: bytes) -> None:
		if len(self.events) >= self.gone_after:
			raise ConnectionResetError("gone")
		self.events.append(data)
		self.seen.append((frappe.session.user, frappe.local.site, frappe.db.transaction_writes > 0))


def test_the_work_is_done_on_the_requests_thread_with_its_own_state(
	site, server, world, reader_key, may_create
):
	ours = OwnServer().post(site, reader_key, message(world))
	*during, at_end = ours.seen
	assert during == [(world.READER, site.name, True)] * 3, "in the middle of the transaction"
	assert at_end == (world.READER, site.name, False), "the answer comes after the commit"
	assert not any(ours.after), "Frappe has cleaned up, after the last event"
	assert saved() == 3


def test_the_next_request_of_the_thread_knows_nothing_of_it(
	site, server, world, reader_key, master_key, may_create
):
	first, second = OwnServer(gone_after=1), OwnServer()
	with ThreadPoolExecutor(1) as pool:
		pool.submit(first._post, site, reader_key, message(world)).result()
		pool.submit(second._post, site, master_key, message(world, dry_run=True)).result()
	assert {user for user, *_ in first.seen} == {world.READER}
	assert {user for user, *_ in second.seen} == {world.MASTER}


@pytest.mark.parametrize("gone_after", [0, 1, 2])
def test_a_client_that_goes_away_leaves_nothing_but_an_audit_entry(
	site, server, world, reader_key, may_create, last_entry, gone_after
):
	with writes.nothing_left(apart_from=("User", "MCP Client")):  # when he was last active, and with what
		ours = OwnServer(gone_after).post(site, reader_key, message(world))
	assert len(ours.events) == gone_after and not any(ours.after)
	entry = last_entry(user=world.READER)
	assert (entry.tool, entry.outcome, entry.reason_code) == ("bulk_create_documents", "Failed", "cancelled")


def test_a_client_that_goes_away_after_the_commit_changes_nothing(
	site, server, world, reader_key, may_create, last_entry
):
	OwnServer(gone_after=3).post(site, reader_key, message(world))
	assert saved() == 3 and last_entry(user=world.READER).outcome == "Allowed"


def test_a_crash_is_answered_and_cleaned_up_after(site, server, world, reader_key, may_create, monkeypatch):
	def crash(*args: Any) -> None:
		raise KeyError("a secret of the server")

	monkeypatch.setattr("erpnext_mcp.mcp_server.kernel.serve", crash)
	ours = OwnServer().post(site, reader_key, message(world))
	assert ours.status.startswith("500") and not any(ours.after)
	assert json.loads(ours.events[0])["error"] == {
		"code": -32603,
		"message": "The site could not handle the request",
	}


def test_a_call_that_is_tried_again_does_not_tell_less_than_before(
	site, server, world, reader_key, may_create, monkeypatch
):
	from erpnext_mcp.mcp_server import pipeline

	commit, failures = pipeline.commit, [frappe.QueryDeadlockError("deadlock")]

	def once_in_vain(*args: Any) -> None:
		if failures:
			raise failures.pop()
		commit(*args)

	monkeypatch.setattr(pipeline, "commit", once_in_vain)
	ours = OwnServer().post(site, reader_key, message(world))
	*told, result = events(b"".join(ours.events).decode())
	assert [t["params"]["progress"] for t in told] == [1, 2, 3] and not failures
	assert result["result"]["isError"] is False and saved() == 3


# ---------------------------------------------------------------- over a real connection


def test_events_arrive_while_the_call_runs(server, site, world, reader_key, may_create):
	parts = urlsplit(server.base_url)
	arrived = []
	with closing(http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)) as connection:
		connection.request(
			"POST", "/mcp", json.dumps(message(world, 20, dry_run=True)), headers_of(site, reader_key)
		)
		response = connection.getresponse()
		while line := response.readline():
			if line.startswith(b"data: "):
				arrived.append((time.monotonic(), json.loads(line[6:])))
	assert len(arrived) == 21 and "result" in arrived[-1][1]
	first, last = arrived[0][0], arrived[-1][0]
	assert last - first > 0.02, "not all at once at the end"


def test_a_connection_that_is_cut_cancels_the_call(server, site, world, reader_key, may_create, last_entry):
	"""As of the next event that can't be sent: what the network has taken is on its way, whoever is there."""
	parts = urlsplit(server.base_url)
	connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
	connection.request("POST", "/mcp", json.dumps(message(world, 50)), headers_of(site, reader_key))
	response = connection.getresponse()
	response.readline()
	# Reset, not closed: the next thing that is sent fails.
	connection_socket = response.fp.raw._sock
	connection_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
	connection_socket.close()
	response.close()
	connection.close()
	deadline = time.monotonic() + 20
	while (entry := last_entry(user=world.READER, tool="bulk_create_documents")) is None or (
		entry.outcome != "Failed" and time.monotonic() < deadline
	):
		time.sleep(0.1)
	assert (entry.outcome, entry.reason_code) == ("Failed", "cancelled")
	assert saved() == 0


def test_the_python_sdk_hears_of_progress(server, site, world, reader_key, may_create):
	if site.kind == "bench":
		pytest.skip("it sends no Host header of ours")
	import asyncio

	import httpx2
	from mcp.client.client import Client
	from mcp.client.streamable_http import streamable_http_client

	async def session(mode: str) -> list[tuple]:
		heard = []

		async def on_progress(progress: float, total: float | None, text: str | None) -> None:
			heard.append((progress, total, text))

		async with httpx2.AsyncClient(headers={"Authorization": reader_key}) as http:
			transport = streamable_http_client(server.base_url + "/mcp", http_client=http)
			async with Client(transport, mode=mode) as client:
				arguments = message(world, dry_run=True)["params"]["arguments"]
				result = await client.call_tool(
					"bulk_create_documents", arguments, progress_callback=on_progress
				)
				assert not result.is_error and len(result.structured_content["results"]) == 3
		return heard

	for mode in ("auto", "legacy"):
		assert asyncio.run(session(mode)) == [(n, 3, f"{n} of 3") for n in (1, 2, 3)]


# ---------------------------------------------------------------- the other doors


def test_events_at_uvicorns_door(site, server, world, reader_key, may_create, last_entry):
	"""It runs the same WSGI application, and knows at once when a client goes."""
	from erpnext_mcp.tests.test_uvicorn_door import serving

	with serving() as base_url:
		parts = urlsplit(base_url)
		headers = headers_of(site, reader_key) | {"X-Frappe-Site-Name": site.name}
		connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
		connection.request("POST", "/mcp", json.dumps(message(world)), headers)
		told = events(connection.getresponse().read().decode())
		assert [t.get("method", "result") for t in told] == ["notifications/progress"] * 3 + ["result"]
		assert saved() == 3

		body = message(world, 40)
		body["params"]["arguments"]["documents"] = [
			writes.customer(name, world.NORTH) for name in NAMES[3:43]
		]
		connection.request("POST", "/mcp", json.dumps(body), headers)
		response = connection.getresponse()
		response.readline()
		response.close()
		connection.close()
	# The door has waited for what was going on.
	entry = last_entry(user=world.READER, tool="bulk_create_documents")
	assert (entry.outcome, entry.reason_code) == ("Failed", "cancelled") and saved() == 3


def test_progress_on_stdio(site, world, may_create):
	frappe.db.commit()
	done = subprocess.run(
		site.command("mcp", "stdio", "--user", world.READER),
		input=json.dumps(message(world, dry_run=True)).encode() + b"\n",
		capture_output=True,
		timeout=120,
		cwd=site.bench / "sites",
	)
	*told, result = [json.loads(line) for line in done.stdout.splitlines()]
	assert [t["params"]["progress"] for t in told] == [1, 2, 3]
	assert result["id"] == 7 and not result["result"]["isError"]


def test_on_stdio_nobody_waits_any_more(site, world, may_create, last_entry):
	from erpnext_mcp.mcp_server.stdio import StdioServer

	class Closed(io.BytesIO):
		def write(self, data) -> int:
			raise BrokenPipeError

	line = io.BytesIO(json.dumps(message(world)).encode() + b"\n")
	with ThreadPoolExecutor(1) as pool:
		pool.submit(StdioServer(site.name, world.READER).serve, line, Closed()).result()
	assert last_entry(user=world.READER).reason_code == "cancelled" and saved() == 0


# ---------------------------------------------------------------- the parts


@pytest.mark.parametrize(
	("accept", "accepted"),
	[
		("text/event-stream", True),
		("application/json, text/event-stream", True),
		("application/json;q=1, Text/Event-Stream;q=0.5", True),
		("*/*", False),
		("text/*", False),
		("text/event-stream;q=0", False),
		("", False),
		(",;=", False),
	],
)
def test_who_takes_events(accept, accepted):
	request = EnvironBuilder(headers={"Accept": accept}).get_request()
	assert streaming.accepted_by(request) is accepted


def test_an_event_is_one_line_of_data():
	assert streaming.event(b'{"a":"b"}') == b'event: message\ndata: {"a":"b"}\n\n'
