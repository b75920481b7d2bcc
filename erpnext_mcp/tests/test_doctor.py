"""bench --site S mcp doctor: finds what keeps agents out, and says what to do."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import frappe
import pytest
from click.testing import CliRunner

from erpnext_mcp.cli.doctor import endpoint

SETTINGS = ("MCP Gateway Settings", "MCP Gateway Settings")


@pytest.fixture
def doctor(site, admin, world) -> Callable[..., tuple[list[dict], int]]:
	"""doctor(*options) → (what it has found, exit code)."""
	from erpnext_mcp.commands import mcp

	def run(*options: str) -> tuple[list[dict], int]:
		frappe.db.commit()
		# v15 hands over a dict, v16 an object
		context = frappe._dict(sites=[site.name], force=False, profile=False, verbose=False)
		with ThreadPoolExecutor(1) as pool:
			result = pool.submit(
				CliRunner().invoke, mcp, ["doctor", "--format", "json", *options], obj=context
			).result()
		assert result.exception is None or isinstance(result.exception, SystemExit), result.output
		return json.loads(result.output), result.exit_code

	return run


def about(found: list[dict], what: str) -> list[dict]:
	return [f for f in found if f["about"] == what]


def test_a_site_that_works(doctor, server, site):
	found, _code = doctor("--url", server.base_url + "/mcp")
	states = {f["about"]: f["state"] for f in found}
	for what in ("Versions", "Kill switch", "Profiles", "Database", "Redis", "Clock", "Endpoint"):
		assert states[what] == "ok", about(found, what)
	assert any("Discovery works" in f["message"] for f in about(found, "OAuth"))


def test_it_changes_nothing(doctor):
	frappe.db.rollback()
	before = [frappe.db.count(d) for d in ("MCP Audit Entry", "MCP Client", "Error Log", "Version")]
	doctor("--offline")
	frappe.db.rollback()
	assert before == [frappe.db.count(d) for d in ("MCP Audit Entry", "MCP Client", "Error Log", "Version")]


@pytest.mark.parametrize(
	("values", "what", "state"),
	[
		({"enabled": 0}, "Kill switch", "fail"),
		({"oauth_clients_allowed": "Any"}, "OAuth", "warn"),
		({"oauth_registration": 1, "oauth_clients_allowed": "Listed"}, "OAuth", "warn"),
	],
)
def test_settings_that_are_worth_a_word(doctor, changed, values, what, state):
	with changed(*SETTINGS, **values):
		found, code = doctor("--offline")
	assert state in [f["state"] for f in about(found, what)]
	if state == "fail":
		assert code == 1 and all(f["advice"] for f in about(found, what))


def test_users_who_can_not_connect(doctor, world, granted):
	frappe.db.set_value("User", world.READER, "enabled", 0)
	try:
		found, _code = doctor("--offline")
	finally:
		frappe.db.set_value("User", world.READER, "enabled", 1)
		frappe.db.commit()
	assert any(world.READER in f["message"] and f["state"] == "warn" for f in about(found, "Users"))


@contextmanager
def answering(status: int, body: str, **headers: str) -> Iterator[str]:
	class Handler(BaseHTTPRequestHandler):
		def do_POST(self) -> None:
			self.rfile.read(int(self.headers.get("Content-Length") or 0))
			self.send_response(status)
			for name, value in headers.items():
				self.send_header(name.replace("_", "-"), value)
			self.send_header("Content-Length", str(len(body)))
			self.end_headers()
			self.wfile.write(body.encode())

		def log_message(self, *arguments: object) -> None:
			pass

	running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
	threading.Thread(target=running.serve_forever, daemon=True).start()
	try:
		yield f"http://127.0.0.1:{running.server_port}/mcp"
	finally:
		running.shutdown()
		running.server_close()


JSON = {"Content_Type": "application/json"}
REFUSED = '{"jsonrpc": "2.0", "error": {}}'


@pytest.mark.parametrize(
	("status", "body", "headers", "state", "said"),
	[
		(301, "", {"Location": "https://elsewhere.example/mcp"}, "fail", "redirects"),
		(404, "{}", JSON, "fail", "nothing at"),
		(200, "<html>", {"Content_Type": "text/html"}, "fail", "a page (200)"),
		(502, "<html>", {"Content_Type": "text/html"}, "fail", "a page (502)"),
		(403, '{"error": "HTTPS only"}', JSON, "fail", "HTTPS is required"),
		(401, REFUSED, JSON, "warn", "does not say where"),
		(
			401,
			REFUSED,
			{**JSON, "WWW_Authenticate": 'Bearer resource_metadata="http://other/x"'},
			"fail",
			"sent to",
		),
	],
)
def test_what_stands_between_clients_and_the_site(admin, status, body, headers, state, said):
	with answering(status, body, **headers) as url:
		found = endpoint.findings(url)
	assert any(f.state == state and said in f.message for f in found), found


def test_an_address_where_nobody_listens(admin):
	found = endpoint.findings("http://127.0.0.1:9/mcp")
	assert found[-1].state == "fail" and "can't be reached" in found[-1].message and found[-1].advice
