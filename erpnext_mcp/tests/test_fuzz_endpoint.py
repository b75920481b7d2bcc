"""The endpoint, fed with 5,000 requests that nobody has thought of: never a 5xx, never a traceback, the worker alive.

Half of them pass Frappe's whole request, from its first hook to its last, on one thread as in a worker. The others skip what
is Frappe's own (authentication costs more than our part), or come over a real connection.
"""

import http.client
import os
import re
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import frappe
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request as WerkzeugRequest

from erpnext_mcp.tests.endpoint import Endpoint
from erpnext_mcp.tests.fuzz import answers
from erpnext_mcp.tests.fuzz.requests import Request, requests

TIMES = float(os.environ.get("FUZZ", "1"))
"""How many times as many requests as in CI."""
ELSEWHERE = 0.2
"""The same where the database is not in this process, which takes its time."""


def many(examples: int) -> Any:
	times = TIMES * (1 if frappe.db.db_type == "sqlite" else ELSEWHERE)
	return settings(
		max_examples=max(1, int(examples * times)),
		deadline=None,
		database=None,
		suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
	)


@pytest.fixture(scope="module")
def key(reader_key) -> str:
	return reader_key.removeprefix("token ")


@pytest.fixture
def worker() -> Iterator[ThreadPoolExecutor]:
	"""One thread, as one of a server: what one request leaves behind, the next would find."""
	with ThreadPoolExecutor(1) as pool:
		yield pool


@pytest.fixture
def no_errors_are_logged(admin) -> Iterator[None]:
	"""Frappe writes what it did not expect into its Error Log; so do we."""
	before = frappe.db.count("Error Log")
	yield
	frappe.db.rollback()
	logged = frappe.get_all("Error Log", fields=["method", "error"], order_by="creation desc", limit=1)
	assert frappe.db.count("Error Log") == before, logged


def headers_of(request: Request, key: str) -> Headers:
	"""As a server would hand them on: Latin-1, one line each."""
	return Headers(
		[
			(name, value.replace("{key}", key))
			for name, value in request.headers.items()
			if value is not None and not re.search(r"[\r\n\x00]", value)
		]
	)


def environ_of(request: Request, key: str, site) -> dict[str, Any]:
	headers = headers_of(request, key)
	headers["Host"] = headers["X-Frappe-Site-Name"] = site.name
	builder = EnvironBuilder(
		"/mcp", method="POST", data=request.body, headers=headers, query_string=request.query
	)
	return builder.get_environ()


def served(application: Callable, environ: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
	found: dict[str, Any] = {}
	pieces: list[bytes] = []

	def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
		found.update(status=int(status[:3]), headers={k.lower(): v for k, v in headers})
		return pieces.append

	body = application(environ, start)
	try:
		pieces += body
	finally:
		body.close()
	return found["status"], found["headers"], b"".join(pieces)


def test_requests_through_frappe(site, server, world, key, worker, no_errors_are_logged):
	from frappe.app import application

	@many(2500)
	@given(requests())
	def each(request: Request) -> None:
		answers.check(*worker.submit(served, application, environ_of(request, key, site)).result())

	each()


def test_messages_to_the_transport(site, server, world, key, worker, no_errors_are_logged):
	from erpnext_mcp.mcp_server import wsgi

	def answer(request: Request) -> tuple[int, dict[str, str], bytes]:
		environ = environ_of(request, key, site)
		environ["HTTP_AUTHORIZATION"] = f"token {key}"
		frappe.local.request = WerkzeugRequest(environ)
		return served(wsgi.respond(frappe.local.request), environ)

	def begin() -> None:
		frappe.init(site.name)
		frappe.connect(set_admin_as_user=False)
		frappe.set_user(world.READER)

	@many(2300)
	@given(requests())
	def each(request: Request) -> None:
		answers.check(*worker.submit(answer, request).result())

	worker.submit(begin).result()
	try:
		each()
	finally:
		worker.submit(frappe.destroy).result()


LINES = st.lists(
	st.one_of(
		st.sampled_from(
			[
				b"Content-Type: application/json",
				b"Content-Type : application/json",
				b"Content-Length: -1",
				b"Content-Length: 99999999999999999999",
				b"Content-Length: 5, 6",
				b"Content-Length: abc",
				b"Transfer-Encoding: chunked",
				b"Transfer-Encoding: gzip, chunked",
				b"Expect: 100-continue",
				b"Host: evil.example",
				b"Host: ../../etc",
				b"Host:",
				b"X-Frappe-Site-Name: nowhere.example",
				b"X-Injected: a\rb",
				b" folded: x",
				b"no colon",
				b"Authorization: token a:b\x00",
				b"Accept: \xff\xfe",
				b"MCP-Protocol-Version: 2026-07-28",
				b"MCP-Protocol-Version: 2025-11-25",
				b"Connection: upgrade",
				b"Upgrade: h2c",
			]
		),
		st.binary(max_size=40).map(lambda b: b.replace(b"\n", b"")),
	),
	max_size=6,
)
STARTS = st.sampled_from(
	[
		b"POST /mcp HTTP/1.1",
		b"POST /mcp HTTP/1.1",
		b"POST /mcp HTTP/1.0",
		b"POST http://evil.example/mcp HTTP/1.1",
		b"POST //mcp HTTP/1.1",
		b"POST /mcp?cmd=x HTTP/1.1",
		b"GET /mcp HTTP/1.1",
		b"BREW /mcp HTTP/1.1",
		b"POST /mcp HTTP/9.9",
		b"POST  /mcp",
	]
)


def test_bytes_over_a_connection(site, server, world, key, no_errors_are_logged):
	"""What the server in front refuses by itself is its own; what it lets through is ours."""
	parts = urlsplit(server.base_url)

	@many(200)
	@given(STARTS, LINES, requests())
	def each(start: bytes, lines: list[bytes], request: Request) -> None:
		named = [*lines, f"Authorization: token {key}".encode(), b"Connection: close"]
		if not any(line.lower().startswith((b"host", b"x-frappe-site-name")) for line in lines):
			named.append(b"Host: " + site.name.encode())
		if not any(line.lower().startswith((b"content-length", b"transfer-encoding")) for line in lines):
			named.append(b"Content-Length: %d" % len(request.body))
		raw = b"\r\n".join([start, *named, b"", request.body])
		with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
			try:
				connection.sendall(raw)
				connection.shutdown(socket.SHUT_WR)
			except OSError as e:
				assert not isinstance(e, TimeoutError)  # it has had enough, and may have said why
			status, body = response_of(connection)
		if status is not None and status != 501:  # what HTTP/1.1 wants of who does not know a transfer coding
			assert status < 500, body
			assert not any(leak in body for leak in answers.INSIDES), body

	each()


def response_of(connection: socket.socket) -> tuple[int | None, bytes]:
	response = http.client.HTTPResponse(connection)
	try:
		response.begin()
		return response.status, response.read()
	except (http.client.HTTPException, ConnectionError):
		return None, b""  # it has hung up
	finally:
		response.close()


def test_the_worker_is_alive_and_itself(server, site, world, reader_key):
	host = site.name if site.kind == "bench" else ""
	answer = Endpoint(server.base_url, reader_key, host).rpc("tools/call", {"name": "test_connection"})
	assert answer.json()["result"]["structuredContent"]["status"] == "ok"
