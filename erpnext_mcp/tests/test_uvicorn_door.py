"""The uvicorn door (DESIGN §9): what the site's own door is tested with, and what only this one has."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from erpnext_mcp.mcp_server.uvicorn_door.environ import environ_of
from erpnext_mcp.tests import test_endpoint
from erpnext_mcp.tests.endpoint import Endpoint
from erpnext_mcp.tests.test_endpoint import endpoint

OF_THE_SITE_ONLY = {
	"test_other_pages_of_the_site_are_as_before",
	"test_other_spellings_are_not_the_endpoint",
	"test_t45_cookie_sessions_are_refused",
	"test_t73_the_endpoint_is_not_reached_by_cmd_elsewhere",
}
"""About paths that this door does not have, the login among them."""

globals().update(
	{
		name: test
		for name, test in vars(test_endpoint).items()
		if name.startswith("test_") and name not in OF_THE_SITE_ONLY
	}
)


def free_port() -> int:
	with socket.socket() as s:
		s.bind(("127.0.0.1", 0))
		return s.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen | None = None) -> None:
	for _ in range(600):
		assert process is None or process.poll() is None, "the server ended"
		with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
			return
		time.sleep(0.1)
	raise AssertionError("the server does not listen")


@contextlib.contextmanager
def serving(application=None, threads: int = 4) -> Iterator[str]:
	"""The app in a thread of this process; gives its base URL."""
	import uvicorn

	from erpnext_mcp.mcp_server.uvicorn_door.app import create_app

	port = free_port()
	config = uvicorn.Config(
		create_app(application, threads),
		host="127.0.0.1",
		port=port,
		log_level="warning",
		proxy_headers=False,
		server_header=False,
	)
	running = uvicorn.Server(config)
	thread = threading.Thread(target=running.run, daemon=True)
	thread.start()
	try:
		wait_for(port)
		yield f"http://127.0.0.1:{port}"
	finally:
		running.should_exit = True
		thread.join(60)
		assert not thread.is_alive(), "it stops when it is asked to"


@contextlib.contextmanager
def process(site, *options: str) -> Iterator[SimpleNamespace]:
	"""`bench mcp serve`, as it is started in production."""
	import frappe

	frappe.db.commit()
	port = free_port()
	with tempfile.TemporaryFile("w+") as log:  # a pipe that nobody reads would stop it when it is full
		running = subprocess.Popen(
			site.command("mcp", "serve", "--port", str(port), *options), cwd=site.bench / "sites", stderr=log
		)
		try:
			wait_for(port, running)
			yield SimpleNamespace(base_url=f"http://127.0.0.1:{port}", process=running)
		finally:
			running.terminate()
			try:
				running.wait(timeout=90)
			except subprocess.TimeoutExpired:
				running.kill()
				raise
			log.seek(0)
			said = log.read()
		assert "Traceback" not in said, said


@pytest.fixture(scope="session")
def uvicorn_server(site, request) -> Iterator[SimpleNamespace]:
	if site.kind == "embedded" and os.environ.get("ENGINE_DB") != "mariadb":
		# Redis and SQLite are in this process. The site's own server says which site its threads serve.
		request.getfixturevalue("server")
		with serving() as base_url:
			yield SimpleNamespace(base_url=base_url)
	else:
		with process(site) as running:
			yield running


@pytest.fixture
def anonymous(uvicorn_server, admin, site) -> Endpoint:
	return Endpoint(uvicorn_server.base_url, host=site.name)


def test_only_the_endpoint_is_here(anonymous, reader_key):
	for path in (
		"/",
		"/mcp/",
		"//mcp",
		"/MCP",
		"/api/resource/Customer",
		"/app",
		"/api/method/ping",
		"/mcp/x",
	):
		answer = Endpoint(anonymous.base_url, reader_key, anonymous.host).send(
			"POST", path, json.dumps(test_endpoint.PING)
		)
		test_endpoint.assert_jsonrpc_error(answer, 404, -32600)


def test_health_of_the_process_and_of_a_site(anonymous, site):
	alone = Endpoint(anonymous.base_url, host="nowhere.example").send("GET", "/health")
	assert (alone.status, alone.json()) == (200, {"status": "ok", "open": 0})
	of_site = anonymous.send("GET", "/health")
	assert of_site.status == 200
	assert of_site.json() == {"status": "ok", "database": True, "redis": True, "open": 0}


def test_t45_a_foreign_host_gets_no_answer_of_a_site(uvicorn_server, site, reader_key):
	if site.kind == "embedded":
		pytest.skip("the embedded engine serves its one site under any name")
	answer = Endpoint(uvicorn_server.base_url, reader_key, "evil.example").rpc("ping")
	test_endpoint.assert_jsonrpc_error(answer, 404, -32000)


def test_t45_cookie_sessions_of_the_site_are_refused(anonymous, server, world, site):
	at_site = Endpoint(server.base_url, host=anonymous.host)
	login = at_site.send(
		"POST", "/api/method/login", json.dumps({"usr": world.MASTER, "pwd": world.PASSWORD})
	)
	cookie = {"Cookie": f"sid={login.cookies['sid']}"}
	assert login.status == 200
	assert anonymous.rpc("ping", headers=cookie).status in (400, 401), (
		"Frappe's CSRF error or a refusal of ours"
	)


def echo(environ, start_response):
	start_response("200 OK", [("Content-Type", "application/json")])
	keys = {k: v for k, v in environ.items() if isinstance(v, str)}
	return [json.dumps({**keys, "body": environ["wsgi.input"].read().decode()}).encode()]


def test_what_the_application_is_told():
	with serving(echo) as base_url:
		seen = (
			Endpoint(base_url, "token a:b", "site.example:8080")
			.send(
				"POST",
				"/mcp?readonly=1&x=%C3%A4",
				"{}",
				{"X-Forwarded-For": "1.2.3.4", "X_Forwarded_For": "6.6.6.6"},
			)
			.json()
		)
	assert seen["PATH_INFO"] == "/mcp" and seen["QUERY_STRING"] == "readonly=1&x=%C3%A4"
	assert seen["HTTP_AUTHORIZATION"] == "token a:b" and seen["HTTP_HOST"] == "site.example:8080"
	assert seen["REMOTE_ADDR"] == "127.0.0.1", "never what a header says"
	assert seen["HTTP_X_FORWARDED_FOR"] == "1.2.3.4", "a name with underscores can't pass for it (T46)"
	assert (seen["CONTENT_LENGTH"], seen["body"]) == ("2", "{}")


def test_headers_that_come_twice_are_joined():
	scope = {
		"method": "POST",
		"path": "/mcp",
		"query_string": b"",
		"http_version": "1.1",
		"headers": [(b"mcp-method", b"a"), (b"mcp-method", b"b"), (b"cookie", b"x=1"), (b"cookie", b"y=2")],
	}
	environ = environ_of(scope, b"")
	assert environ["HTTP_MCP_METHOD"] == "a, b" and environ["HTTP_COOKIE"] == "x=1; y=2"


@pytest.mark.parametrize(
	("client", "said", "scheme"),
	[("127.0.0.1", b"https", "https"), ("127.0.0.1", b"http", "http"), ("203.0.113.7", b"https", "http")],
)
def test_the_scheme_is_what_a_proxy_on_this_machine_says(client, said, scheme):
	scope = {
		"method": "POST",
		"path": "/mcp",
		"query_string": b"",
		"http_version": "1.1",
		"client": (client, 1),
		"headers": [(b"x-forwarded-proto", said)],
	}
	assert environ_of(scope, b"")["wsgi.url_scheme"] == scheme


def test_t49_a_request_sees_no_context_of_another_on_its_thread():
	import contextvars

	kept = contextvars.ContextVar("kept", default="")

	def application(environ, start_response):
		start_response("200 OK", [("Content-Type", "application/json")])
		before = kept.get()
		kept.set(environ["QUERY_STRING"])
		return [json.dumps(before).encode()]

	with serving(application, threads=1) as base_url:
		answers = [Endpoint(base_url).send("POST", f"/mcp?user{n}").json() for n in range(3)]
	assert answers == ["", "", ""]


def test_a_stream_comes_piece_by_piece_and_ends_when_the_client_goes():
	ended, go_on = threading.Event(), threading.Event()

	def application(environ, start_response):
		start_response("200 OK", [("Content-Type", "text/event-stream")])

		def stream():
			try:
				yield b"data: 1\n\n"
				while not go_on.wait(0.02):
					yield b": waiting\n\n"
			finally:
				ended.set()

		return stream()

	with serving(application) as base_url:
		parts = urlsplit(base_url)
		connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
		connection.request("POST", "/mcp", b"{}")
		answer = connection.getresponse()
		assert answer.readline() == b"data: 1\n", "before the stream has ended"
		assert not ended.is_set()
		connection.sock.close()
		answer.close()
		connection.close()
		assert ended.wait(30), "the application's generator is closed"


def test_t43_what_breaks_before_it_has_answered_is_an_error_without_words():
	def application(environ, start_response):
		raise ValueError("secret of the site")

	with serving(application) as base_url:
		answer = Endpoint(base_url).send("POST", "/mcp", "{}")
	test_endpoint.assert_jsonrpc_error(answer, 500, -32000)
	assert b"secret" not in answer.body


def test_frappes_own_pages_become_errors_of_ours():
	def application(environ, start_response):
		start_response("404 NOT FOUND", [("Content-Type", "text/html")])
		return [b"<html>/home/frappe/sites</html>"]

	with serving(application) as base_url:
		answer = Endpoint(base_url).send("POST", "/mcp", "{}")
	test_endpoint.assert_jsonrpc_error(answer, 404, -32000)


def test_who_comes_when_all_threads_and_places_are_taken_is_sent_away():
	go_on = threading.Event()

	def application(environ, start_response):
		go_on.wait(60)
		start_response("200 OK", [("Content-Type", "application/json")])
		return [b"{}"]

	with serving(application, threads=1) as base_url:
		statuses: list[int] = []
		waiting = [
			threading.Thread(target=lambda: statuses.append(Endpoint(base_url).send("POST", "/mcp").status))
			for _ in range(17)
		]
		for thread in waiting:
			thread.start()
		for _ in range(300):
			if Endpoint(base_url).send("GET", "/health").json()["open"] == 17:
				break
			time.sleep(0.02)
		refused = Endpoint(base_url).send("POST", "/mcp", "{}")
		go_on.set()
		for thread in waiting:
			thread.join(60)
	test_endpoint.assert_jsonrpc_error(refused, 503, -32000)
	assert refused.headers["retry-after"] == "1"
	assert statuses == [200] * 17, "who waited is answered"


def test_a_call_that_runs_when_the_server_is_stopped_is_answered():
	started = threading.Event()

	def application(environ, start_response):
		started.set()
		time.sleep(1)
		start_response("200 OK", [("Content-Type", "application/json")])
		return [b"{}"]

	statuses: list[int] = []
	with serving(application) as base_url:
		call = threading.Thread(
			target=lambda: statuses.append(Endpoint(base_url).send("POST", "/mcp").status)
		)
		call.start()
		assert started.wait(30)
	call.join(30)
	assert statuses == [200]


def test_the_command_serves_and_ends_on_sigterm(site, world, reader_key):
	if site.kind == "embedded" and os.environ.get("ENGINE_DB") != "mariadb":
		pytest.skip("several processes share a site on MariaDB and Redis only")
	workers = ("--workers", "2") if site.kind == "bench" else ()
	with process(site, "--threads", "2", *workers) as running:
		answers = [Endpoint(running.base_url, reader_key, site.name).rpc("ping").status for _ in range(8)]
		assert answers == [200] * 8
		running.process.send_signal(signal.SIGTERM)
		assert running.process.wait(60) in (0, -signal.SIGTERM)
