"""The endpoint over HTTP, as what it gets from the wild: no credentials, wrong methods, malformed bodies, detours."""

import json

import frappe
import pytest

from erpnext_mcp.compat import MAJOR
from erpnext_mcp.tests import oauth
from erpnext_mcp.tests.endpoint import Endpoint

METHOD = "erpnext_mcp.api.mcp.handle"
METHOD_PATH = f"/api/method/{METHOD}"
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@pytest.fixture
def anonymous(server, admin, site) -> Endpoint:
	return Endpoint(server.base_url, host=site.name if site.kind == "bench" else "")


@pytest.fixture
def endpoint(anonymous, world, reader_key) -> Endpoint:
	return Endpoint(anonymous.base_url, reader_key, anonymous.host)


def assert_jsonrpc_error(response, status: int, code: int) -> None:
	assert response.status == status, response.body
	assert response.headers["content-type"].startswith("application/json")
	assert response.json()["jsonrpc"] == "2.0" and response.json()["error"]["code"] == code
	for word in (b"Traceback", b"exc_type", b"/apps/", b"<html", b"_server_messages"):
		assert word not in response.body


@pytest.mark.parametrize("path", ["/mcp", METHOD_PATH])
def test_a_call_by_both_spellings_of_the_url(endpoint, path):
	answer = endpoint.rpc("tools/call", {"name": "test_connection"}, path=path)
	assert answer.status == 200
	assert answer.json()["result"]["structuredContent"]["status"] == "ok"
	assert answer.headers["cache-control"] == "no-store"


def test_both_eras_answer_the_same(endpoint):
	old = endpoint.rpc("tools/call", {"name": "list_doctypes"}).json()["result"]
	new = endpoint.modern("tools/call", {"name": "list_doctypes"}).json()["result"]
	assert old["structuredContent"] == new["structuredContent"] == json.loads(new["content"][0]["text"])
	assert "resultType" not in old and new["resultType"] == "complete"


@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
def test_the_handshake_negotiates_every_revision(endpoint, version):
	answer = endpoint.rpc(
		"initialize",
		{"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
		headers={"MCP-Protocol-Version": None},
	).json()["result"]
	assert answer["protocolVersion"] == version
	assert answer["serverInfo"]["name"] == "erpnext_mcp"
	assert answer["capabilities"]["tools"] == {"listChanged": False}
	assert "list_doctypes" in answer["instructions"]


def test_the_instructions_of_the_site_are_told(endpoint, changed):
	with changed("MCP Gateway Settings", "MCP Gateway Settings", server_instructions="Acme sells laptops."):
		answer = endpoint.modern("server/discover").json()["result"]
		assert answer["supportedVersions"] == ["2026-07-28"]
		assert answer["instructions"].endswith("Acme sells laptops.")


def test_tools_list_of_2026_says_how_long_it_holds_and_for_whom(endpoint):
	answer = endpoint.modern("tools/list").json()["result"]
	assert answer["ttlMs"] == 60_000 and answer["cacheScope"] == "private"


@pytest.mark.parametrize("path", ["/mcp", METHOD_PATH])
@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH", "HEAD"])
def test_only_post_is_served(endpoint, method, path):
	answer = endpoint.send(method, path)
	assert answer.status == 405 and "POST" in answer.headers["allow"]


@pytest.mark.parametrize("path", ["/mcp", METHOD_PATH])
def test_t44_no_credentials(anonymous, path):
	answer = anonymous.rpc("ping", path=path)
	assert_jsonrpc_error(answer, 401, -32001)
	assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
	"authorization",
	[
		"token wrong:wrong",
		"token nocolon",
		"token",
		"Bearer wrong",
		"Basic d3Jvbmc6d3Jvbmc=",
		"Basic %%%",
		"Basic \xff\xfe",
		"Basic",
		"Bearer",
		"Bearer a b",
		"token \xff:\xff",
		"Digest abc",
		"token {key}:wrong",
	],
)
def test_t43_t44_wrong_credentials(anonymous, reader_key, authorization):
	key = reader_key.removeprefix("token ").split(":")[0]
	answer = anonymous.rpc("ping", headers={"Authorization": authorization.replace("{key}", key)})
	assert_jsonrpc_error(answer, 401, -32001)
	assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
	"values",
	[{"expiration_time": "2020-01-01 00:00:00"}, {"status": "Revoked"}, {"user": ""}, {"user": "Guest"}],
	ids=str,
)
def test_t44_tokens_that_are_no_longer_good(anonymous, world, values):
	client = oauth.client("Endpoint")
	try:
		token = oauth.bearer(world.READER, client)
		assert anonymous.rpc("ping", headers={"Authorization": token}).status == 200
		frappe.db.set_value("OAuth Bearer Token", token.removeprefix("Bearer "), values)
		frappe.db.commit()
		answer = anonymous.rpc("ping", headers={"Authorization": token})
	finally:
		oauth.destroy()
	assert_jsonrpc_error(answer, 401, -32001)
	assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("kind", ["key", "token"])
def test_t44_a_disabled_user(anonymous, world, reader_key, changed, last_entry, kind):
	try:
		credentials = reader_key if kind == "key" else oauth.bearer(world.READER, oauth.client("Endpoint"))
		with changed("User", world.READER, enabled=0):
			answers = [
				anonymous.rpc(method, headers={"Authorization": credentials})
				for method in ("ping", "initialize", "tools/list", "resources/templates/list")
			]
			assert last_entry(tool="authentication").reason == "the user is disabled"
		assert anonymous.rpc("ping", headers={"Authorization": credentials}).status == 200
	finally:
		oauth.destroy()
	for answer in answers:
		assert_jsonrpc_error(answer, 401, -32001)
		assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("source", ["Customer", "OAuth Client", "nonsense", "'"])
def test_t44_keys_are_those_of_users(endpoint, source):
	"""Frappe looks for an API key wherever this header says, in tables that have none too."""
	answer = endpoint.rpc("ping", headers={"Frappe-Authorization-Source": source})
	assert_jsonrpc_error(answer, 401, -32001)
	assert endpoint.rpc("ping", headers={"Frappe-Authorization-Source": "User"}).status == 200


def test_basic_authentication_works_as_everywhere_in_frappe(anonymous, reader_key):
	import base64

	basic = base64.b64encode(reader_key.removeprefix("token ").encode()).decode()
	assert anonymous.rpc("ping", headers={"Authorization": f"Basic {basic}"}).status == 200


def test_t45_cookie_sessions_are_refused(anonymous, endpoint, world):
	login = anonymous.send(
		"POST", "/api/method/login", json.dumps({"usr": world.MASTER, "pwd": world.PASSWORD})
	)
	assert login.status == 200
	for client in (anonymous, endpoint):
		answer = client.rpc(
			"tools/call", {"name": "test_connection"}, headers={"Cookie": f"sid={login.cookies['sid']}"}
		)
		assert answer.status in (400, 401), "Frappe's CSRF error or a refusal of ours"
		assert b"structuredContent" not in answer.body


@pytest.mark.parametrize(
	("origin", "status"),
	[
		(None, 200),
		("https://evil.example", 403),
		("null", 403),
		("", 403),
		("http://evil.example:8000", 403),
		("https://inspector.example", 200),
		("https://inspector.example.evil.example", 403),
		("file://", 403),
		("http://[", 403),
		("http://\xe9.example", 403),
	],
)
def test_t45_origins(endpoint, changed, origin, status):
	with changed(
		"MCP Gateway Settings", "MCP Gateway Settings", allowed_origins="https://inspector.example\n"
	):
		answer = endpoint.rpc("ping", headers={"Origin": origin})
	assert answer.status == status
	listed = origin == "https://inspector.example"
	assert answer.headers.get("access-control-allow-origin") == (origin if listed else None)


@pytest.mark.parametrize(
	("origin", "host", "is_allowed"),
	[
		("https://erp.example.com", "erp.example.com", True),
		("https://erp.example.com", "ERP.example.com", True),
		("https://erp.example.com:8443", "erp.example.com:8443", True),
		("https://erp.example.com:8443", "erp.example.com", False),
		("https://www.example.com", "www.example.com", True),
		("https://old.example.com", "old.example.com", True),
		("http://127.0.0.1:8000", "127.0.0.1:8000", True),
		("http://[::1]:8000", "[::1]:8000", True),
		("http://demo.localhost:8000", "demo.localhost:8000", True),
		("http://evil.example", "evil.example", False),
		("http://evil.example:8000", "evil.example:8000", False),
		("http://127.0.0.1.evil.example", "127.0.0.1.evil.example", False),
		("http://localhost", "evil.example", False),
		("https://evil.example", "erp.example.com", False),
		("ws://erp.example.com", "erp.example.com", False),
		("erp.example.com", "erp.example.com", False),
		("https://", "", False),
	],
)
def test_t45_a_name_that_was_made_to_point_here_is_not_the_sites(monkeypatch, origin, host, is_allowed):
	"""DNS rebinding: the page's Origin and the request's Host agree, and both are somebody else's."""
	from erpnext_mcp.api import origin as origins

	monkeypatch.setattr(frappe.local, "site", "erp.example.com")
	conf = {
		"host_name": "https://www.example.com:443",
		"domains": ["x.example", {"domain": "old.example.com"}],
	}
	monkeypatch.setattr(frappe.local, "conf", frappe._dict(conf))
	assert origins.allowed(origin, host, frozenset(), origins.own_names()) is is_allowed


def test_t45_a_foreign_host(endpoint):
	answer = endpoint.rpc("ping", headers={"Host": "evil.example", "Origin": "http://evil.example"})
	assert 400 <= answer.status < 500 and b"Traceback" not in answer.body


@pytest.mark.parametrize("path", ["/mcp", METHOD_PATH])
def test_t73_cmd_is_refused_before_authentication(anonymous, endpoint, path):
	for client in (anonymous, endpoint):
		assert_jsonrpc_error(client.send("POST", f"{path}?cmd=ping", json.dumps(PING)), 400, -32600)
		assert_jsonrpc_error(client.send("POST", path, json.dumps({**PING, "cmd": "ping"})), 400, -32600)
		form = {"Content-Type": "application/x-www-form-urlencoded"}
		assert_jsonrpc_error(client.send("POST", path, "cmd=frappe.ping", form), 400, -32600)
		assert client.send("GET", f"{path}?cmd=ping").status in (400, 405)


@pytest.mark.parametrize(
	"path",
	[
		f"/api/method/{METHOD}/",
		f"/api/method/{METHOD}/x",
		f"/api/v1/method/{METHOD}",
		f"/api/v2/method/{METHOD}",
		"/mcp/",
		"/MCP",
		"/mcp/x",
	],
)
def test_other_spellings_are_not_the_endpoint(endpoint, path):
	answer = endpoint.send("POST", path, json.dumps({**PING, "method": "tools/list"}))
	assert answer.status == 404
	assert b"inputSchema" not in answer.body


@pytest.mark.parametrize("path", ["/", "/api/method/ping", "/api/resource/Customer"])
def test_t73_the_endpoint_is_not_reached_by_cmd_elsewhere(endpoint, path):
	form = {"Content-Type": "application/x-www-form-urlencoded"}
	for answer in (
		endpoint.send("POST", path, f"cmd={METHOD}&jsonrpc=2.0&id=1&method=tools/list", form),
		endpoint.send("POST", path, json.dumps({**PING, "cmd": METHOD, "method": "tools/list"})),
	):
		assert b"inputSchema" not in answer.body


@pytest.mark.parametrize(
	("body", "code"),
	[
		(b"", -32700),
		(b"{", -32700),
		(b"not json", -32700),
		(b"\xff\xfe", -32700),
		(b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":NaN}}', -32700),
		(b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":1e999}}', -32700),
		(b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\\ud800"}}', -32700),
		(b'{"jsonrpc":"2.0","id":"\\udc00","method":"ping"}', -32700),
		(b'\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"method":"ping"}', -32700),
		('{"jsonrpc":"2.0","id":1,"method":"ping"}'.encode("utf-16"), -32700),
		(b'{"jsonrpc":"2.0","id":1,"method":"ping"}}', -32700),
		(b'{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', -32700),
		(b"[" * 5000 + b"]" * 5000, -32700),
		(
			b'{"jsonrpc":"2.0","id":1,"method":"ping","params":' + b'{"a":' * 64 + b"1" + b"}" * 64 + b"}",
			-32700,
		),
		(
			b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":' + b"[" * 200 + b"]" * 200 + b"}}",
			-32700,
		),
		(b'{"jsonrpc":"2.0","id":' + b"9" * 5000 + b',"method":"ping"}', -32700),
		(b'{"jsonrpc":"2.0","id":' + b"9" * 300 + b',"method":"ping"}', -32600),
		(b"[]", -32600),
		(b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600),
		(b"5", -32600),
		(b'"text"', -32600),
		(b"null", -32600),
		(b"{}", -32600),
		(b'{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600),
		(b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600),
		(b'{"jsonrpc":"2.0","id":true,"method":"ping"}', -32600),
		(b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600),
		(b'{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600),
		(b'{"jsonrpc":"2.0","id":1,"method":5}', -32600),
		(b'{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}', -32600),
		(b'{"jsonrpc":"2.0","id":"' + b"x" * 300 + b'","method":"ping"}', -32600),
	],
	ids=lambda v: str(v)[:40],
)
def test_t50_malformed_bodies(endpoint, body, code):
	assert_jsonrpc_error(endpoint.send("POST", "/mcp", body), 400, code)


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/xml", "", None])
def test_t50_malformed_bodies_of_who_does_not_say_that_he_takes_json(endpoint, accept):
	endpoint.rpc("ping")
	assert_jsonrpc_error(endpoint.send("POST", "/mcp", b"{", {"Accept": accept}), 400, -32700)


@pytest.mark.parametrize(
	("headers", "status"),
	[
		({"Content-Type": "text/plain"}, 415),
		({"Content-Type": None}, 415),
		({"Content-Type": "application/x-www-form-urlencoded"}, 415),
		({"Content-Type": "application/json; charset=utf-8"}, 200),
		({"Accept": "text/html"}, 406),
		({"Accept": "*/*"}, 200),
		({"Accept": None}, 200),
	],
)
def test_t50_content_negotiation(endpoint, headers, status):
	assert endpoint.send("POST", "/mcp", json.dumps(PING), headers).status == status


@pytest.mark.parametrize("megabytes", [5, 10])
def test_t50_a_body_over_the_limit(endpoint, megabytes):
	body = json.dumps({**PING, "params": {"x": "y" * (megabytes * 1024 * 1024)}})
	assert_jsonrpc_error(endpoint.send("POST", "/mcp", body), 413, -32600)


def test_t50_a_body_over_the_limit_of_frappe_itself(endpoint):
	"""It reads every body before any hook of ours, and v15 gives its answer to no hook either."""
	assert endpoint.rpc("ping").status == 200
	answer = endpoint.send("POST", "/mcp", b'"' + b"y" * (26 * 1024 * 1024) + b'"')
	assert_jsonrpc_error(answer, 413, -32600)


@pytest.mark.parametrize("text", ["\x00", "\r\nX-Injected: 1", "\u202e", "\U0001f4a9", "é", "x" * 100_000])
def test_t50_odd_texts_come_back_as_they_were_or_are_refused(endpoint, text):
	message = {**PING, "id": text[:200], "method": "tools/call"}
	message["params"] = {"name": "get_generic_document", "arguments": {"doctype": text, "name": text}}
	answer = endpoint.send("POST", "/mcp", json.dumps(message))
	assert answer.status == 200 and answer.json()["id"] == text[:200]
	assert answer.json()["result"]["structuredContent"]["code"] in ("not_found", "invalid_arguments")
	assert "x-injected" not in answer.headers


def test_notifications_are_accepted_without_an_answer(endpoint):
	answer = endpoint.send(
		"POST", "/mcp", json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"})
	)
	assert (answer.status, answer.body) == (202, b"")


def test_unknown_methods_tools_versions_and_cursors(endpoint):
	assert endpoint.rpc("nonsense/method").json()["error"]["code"] == -32601
	assert endpoint.modern("nonsense/method").status == 404
	assert endpoint.rpc("tools/call", {"name": "no_such_tool"}).json()["error"]["code"] == -32602
	assert endpoint.rpc("tools/call", {"name": "tools/list"}).json()["error"]["code"] == -32602
	assert endpoint.rpc("tools/list", {"cursor": "x"}).json()["error"]["code"] == -32602
	answer = endpoint.send(
		"POST", "/mcp", json.dumps({**PING, "method": "tools/list"}), {"MCP-Protocol-Version": "2099-01-01"}
	)
	assert answer.status == 400


def test_headers_of_2026_must_agree_with_the_body(endpoint):
	answer = endpoint.modern("tools/call", {"name": "list_doctypes"}, {"Mcp-Name": "test_connection"})
	assert_jsonrpc_error(answer, 400, -32020)


def test_tool_errors_are_results_that_say_what_to_do(endpoint):
	result = endpoint.rpc(
		"tools/call", {"name": "get_generic_document", "arguments": {"doctype": "Nope", "name": "x"}}
	).json()["result"]
	assert result["isError"] is True
	assert result["structuredContent"]["code"] == "not_found" and result["structuredContent"]["hint"]


def test_arguments_must_be_an_object(endpoint):
	answer = endpoint.rpc("tools/call", {"name": "list_doctypes", "arguments": [1]})
	assert answer.json()["error"]["code"] == -32602


def test_the_audit_knows_who_came_which_way(endpoint, world, reader_key, last_entry):
	endpoint.modern("tools/call", {"name": "test_connection"}, {"X-Request-Id": "x"})
	entry = last_entry(user=world.READER)
	assert entry.tool == "test_connection" and entry.transport == "streamable-http"
	assert entry.credential == "API key " + reader_key.removeprefix("token ").split(":")[0]
	assert entry.client_name == "test/1" and entry.protocol_version == "2026-07-28"
	assert entry.ip_address == "127.0.0.1" and entry.request_id == "1"


def test_t53_no_secret_is_kept(endpoint, world, reader_key, last_entry):
	endpoint.rpc("tools/call", {"name": "test_connection"})
	secret = reader_key.split(":")[1]
	assert secret not in frappe.as_json(last_entry(user=world.READER).as_dict())


def test_unknown_tools_are_kept_too(endpoint, world, last_entry):
	endpoint.rpc("tools/call", {"name": "run_sql"})
	entry = last_entry(user=world.READER)
	assert (entry.tool, entry.outcome) == ("run_sql", "Refused")


def test_other_pages_of_the_site_are_as_before(anonymous, endpoint):
	assert anonymous.send("GET", "/api/method/ping").json() == {"message": "pong"}
	assert anonymous.send("GET", "/login", headers={"Accept": "text/html"}).status == 200
	assert endpoint.send("GET", "/api/method/frappe.auth.get_logged_user").status == 200


def test_t48_t49_users_at_once_on_threads_get_their_own_answers(anonymous, world, reader_key, master_key):
	from concurrent.futures import ThreadPoolExecutor

	arguments = {"doctype": "Customer", "filters": {"name": ["in", [*world.NORTHERN, world.HIDDEN]]}}
	expected = {reader_key: 3, master_key: 4}

	def ask(key: str) -> tuple[str, int, bool]:
		client = Endpoint(anonymous.base_url, key, anonymous.host)
		listed = client.rpc("tools/call", {"name": "list_generic_documents", "arguments": arguments}).json()
		document = client.modern(
			"tools/call",
			{"name": "get_generic_document", "arguments": {"doctype": "Customer", "name": world.ALPHA}},
		).json()
		rows = listed["result"]["structuredContent"]["documents"]
		return key, len(rows), world.SECRET in document["result"]["structuredContent"]["document"]

	with ThreadPoolExecutor(8) as pool:
		for key, rows, secret in pool.map(ask, [reader_key, master_key] * 20):
			assert rows == expected[key] and secret == (key == master_key)
