"""T40, T72: a credential that is bound to MCP opens nothing else on the site, over HTTP, with real keys and tokens."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.parse import urlencode

import frappe
import frappe.auth
import pytest

from erpnext_mcp.api import guard
from erpnext_mcp.policy import binding, store
from erpnext_mcp.tests import oauth
from erpnext_mcp.tests.endpoint import Endpoint, Response

BOUND = "MCP Test Bound"
LOGGED_USER = "/api/method/frappe.auth.get_logged_user"
OAUTH2 = "/api/method/frappe.integrations.oauth2."

ELSEWHERE = [
	"/api/resource/Customer",
	"/api/resource/Customer/MCP%20Alpha",
	"/api/v1/resource/Customer",
	"/api/v2/document/Customer",
	"/api/v2/doctype/Customer/meta",
	LOGGED_USER,
	"/api/v1/method/frappe.auth.get_logged_user",
	"/api/v2/method/frappe.auth.get_logged_user",
	"/api/method/frappe.client.get_list?doctype=Customer",
	"/api/method/frappe.desk.reportview.get?doctype=Customer",
	"/api/method/frappe.realtime.get_user_info",
	"/api/method/ping",
	"/api/method/upload_file",
	"/?cmd=frappe.auth.get_logged_user",
	"/anything?cmd=frappe.auth.get_logged_user",
	"/api/mcp",
	"/api/v2/mcp",
	"/api/method/another_app.mcp.handle_mcp",
	"/api/v1/method/erpnext_mcp.api.mcp.handle",
	"/api/method/erpnext_mcp.api.mcp.handle/",
	"/mcp/",
	"/MCP",
	"/private/files/contract.pdf",
	"/backups/site.sql.gz",
	"/",
	"/app",
	"/app/customer",
	"/desk",
	"/login",
	"/me",
	"/orders",
	"/sitemap.xml",
	"/.well-known/openid-configuration",
	"/.well-known/oauth-authorization-server",
	OAUTH2 + "authorize",
	OAUTH2 + "approve",
	OAUTH2 + "get_token/",
	OAUTH2 + "openid_profile?cmd=frappe.auth.get_logged_user",
	"/api/v1/method/frappe.integrations.oauth2.openid_profile",
	"/api/v2/method/frappe.integrations.oauth2.openid_profile",
]


@pytest.fixture
def anonymous(server, admin, site) -> Endpoint:
	return Endpoint(server.base_url, host=site.name if site.kind == "bench" else "")


@pytest.fixture(scope="module")
def keys(world) -> Iterator[SimpleNamespace]:
	"""The Authorization headers of the module: user STRANGER's key, READER's key, and their tokens."""
	client = oauth.client("Agent")
	other = oauth.client("Other")
	yield SimpleNamespace(
		client=client,
		other=other,
		stranger=world.api_key(world.STRANGER),
		reader=world.api_key(world.READER),
		stranger_token=oauth.bearer(world.STRANGER, other),
		reader_token=oauth.bearer(world.READER, client),
	)
	oauth.destroy()


@pytest.fixture
def as_user(anonymous) -> Callable[[str], Endpoint]:
	"""as_user(authorization) → Endpoint."""
	return lambda authorization: Endpoint(anonymous.base_url, authorization, anonymous.host)


@pytest.fixture
def restricting(admin, world) -> Callable:
	"""restricting(**values): a saved profile with "restrict to MCP" for the length of a with block."""

	@contextmanager
	def restricting(**values):
		frappe.set_user("Administrator")
		clients = [{"client": c} for c in values.pop("clients", ())]
		rules = {"Customer": ["select", "read"]}
		world.profile(BOUND, rules=rules, restrict_to_mcp=1, clients=clients, **values)
		frappe.db.commit()
		try:
			yield
		finally:
			frappe.db.rollback()
			frappe.delete_doc("MCP Permission Profile", BOUND)
			binding.forget()
			frappe.db.commit()

	return restricting


@pytest.fixture
def stranger_bound(restricting, world) -> Iterator[None]:
	with restricting(users=[world.STRANGER]):
		yield


def assert_refused(response, status: int = 403) -> None:
	body = response.data if hasattr(response, "data") else response.body
	code = response.status_code if hasattr(response, "status_code") else response.status
	assert code == status, body
	for word in (b"Traceback", b"/apps/", b"frappe/", b'"exc"'):
		assert word not in body, body
	if status == 403:
		assert b"PermissionError" in body
		assert b"restricted to MCP: it works at http" in body and b"/mcp and nowhere else" in body


def user_of(response: Response) -> str:
	return response.json()["message"]


@pytest.mark.parametrize("path", ELSEWHERE)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_t40_a_bound_key_opens_nothing_else(as_user, keys, stranger_bound, method, path):
	assert_refused(as_user(keys.stranger).send(method, path))


@pytest.mark.parametrize("path", ["/api/resource/Customer/MCP%20Alpha", "/api/v2/document/Customer/X", "/x"])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_t40_nor_by_other_methods(as_user, keys, stranger_bound, method, path):
	assert_refused(as_user(keys.stranger).send(method, path, "{}"))
	assert frappe.db.exists("Customer", "MCP Alpha")


def test_t40_nor_by_a_form(as_user, keys, stranger_bound):
	form = urlencode({"cmd": "frappe.client.get_list", "doctype": "Customer"})
	headers = {"Content-Type": "application/x-www-form-urlencoded"}
	assert_refused(as_user(keys.stranger).send("POST", "/", form, headers))


def test_t40_nor_public_files_that_frappe_serves(in_process, keys, stranger_bound):
	assert_refused(in_process("GET", "/files/logo.png", {"Authorization": keys.stranger}))


@pytest.mark.parametrize("accept", [None, "*/*", "text/html"])
def test_t40_the_refusal_is_a_403_whatever_is_accepted(as_user, keys, stranger_bound, accept):
	for path in ("/app", "/api/resource/Customer"):
		answer = as_user(keys.stranger).send("GET", path, headers={"Accept": accept})
		assert answer.status == 403 and b"Traceback" not in answer.body
		assert b"mcp.stranger" not in answer.body, "the page of a guest"


def test_t40_basic_and_bearer_are_bound_like_the_key(as_user, keys, stranger_bound):
	import base64

	basic = base64.b64encode(keys.stranger.removeprefix("token ").encode()).decode()
	for authorization in (f"Basic {basic}", f"basic {basic}", keys.stranger_token):
		assert_refused(as_user(authorization).send("GET", LOGGED_USER))


def test_a_key_that_no_profile_binds_works_as_before(as_user, keys, world):
	assert user_of(as_user(keys.stranger).send("GET", LOGGED_USER)) == world.STRANGER
	assert as_user(keys.stranger).send("GET", "/api/resource/Customer").status == 200


def test_others_are_not_concerned(as_user, keys, anonymous, stranger_bound, world):
	assert user_of(as_user(keys.reader).send("GET", LOGGED_USER)) == world.READER
	assert user_of(as_user(keys.reader_token).send("GET", LOGGED_USER)) == world.READER
	assert anonymous.send("GET", "/api/method/ping").json() == {"message": "pong"}
	assert anonymous.send("GET", "/login", headers={"Accept": "text/html"}).status == 200


def test_a_bound_key_works_at_our_own_paths(as_user, keys, stranger_bound):
	for path in ("/mcp", "/api/method/erpnext_mcp.api.mcp.handle"):
		result = as_user(keys.stranger).rpc("tools/call", {"name": "test_connection"}, path=path)
		assert result.json()["result"]["structuredContent"]["status"] == "ok"


def test_t73_cmd_at_our_own_path_is_no_way_around(as_user, keys, stranger_bound):
	answer = as_user(keys.stranger).send("POST", "/mcp?cmd=frappe.auth.get_logged_user", "{}")
	assert answer.status == 400 and b"mcp.stranger" not in answer.body


def test_oauth_itself_stays_open_to_bound_tokens(as_user, keys, stranger_bound, world):
	form = {"Content-Type": "application/x-www-form-urlencoded"}
	own = oauth.bearer(world.STRANGER, keys.other)  # of this test alone: v16 revokes it below
	bound = as_user(own)
	profile = bound.send("GET", OAUTH2 + "openid_profile")
	assert profile.status == 200, profile.body
	token = own.removeprefix("Bearer ")
	told = bound.send("POST", OAUTH2 + "introspect_token", urlencode({"token": token}), form)
	assert told.json()["active"] is True and told.json()["client_id"] == keys.other
	# Refused by OAuth itself, for what the form lacks; so is the revocation before v16.17.
	assert bound.send("POST", OAUTH2 + "get_token", "grant_type=none", form).status == 400
	revoked = bound.send("POST", OAUTH2 + "revoke_token", urlencode({"token": token}), form)
	assert revoked.status in (200, 401) and revoked.body == b"{}"


@pytest.mark.parametrize(
	"values",
	[
		{"enabled": 0},
		{"valid_upto": "2001-01-01 00:00:00"},
		{"valid_from": "2099-01-01 00:00:00"},
		{"networks": [{"network": "192.0.2.0/24"}]},
		{"read_only": 1},
	],
	ids=lambda v: next(iter(v)),
)
def test_t72_a_binding_does_not_lapse_with_its_profile(as_user, keys, restricting, world, values):
	with restricting(users=[world.STRANGER], **values):
		assert_refused(as_user(keys.stranger).send("GET", LOGGED_USER))


def test_t72_nor_with_the_kill_switch(as_user, keys, stranger_bound, changed):
	with changed("MCP Gateway Settings", "MCP Gateway Settings", enabled=0):
		assert_refused(as_user(keys.stranger).send("GET", LOGGED_USER))
		answer = as_user(keys.stranger).rpc("tools/call", {"name": "list_doctypes"}).json()
		assert answer["result"]["structuredContent"]["code"] == "unavailable"


def test_t58_it_begins_and_ends_with_the_tick(as_user, keys, stranger_bound, changed, world):
	with changed("MCP Permission Profile", BOUND, restrict_to_mcp=0):
		assert user_of(as_user(keys.stranger).send("GET", LOGGED_USER)) == world.STRANGER
	assert_refused(as_user(keys.stranger).send("GET", LOGGED_USER))


def test_t40_a_role_binds_everybody_who_has_it(as_user, keys, restricting, world):
	with restricting(roles=["Sales User"]):
		for authorization in (keys.stranger, keys.reader, keys.reader_token):
			assert_refused(as_user(authorization).send("GET", LOGGED_USER))
		nobody = as_user(world.api_key(world.NOBODY))
		assert user_of(nobody.send("GET", LOGGED_USER)) == world.NOBODY


def test_t40_a_client_binds_its_tokens_whosever(as_user, keys, restricting, world):
	with restricting(clients=[keys.client]):
		assert_refused(as_user(keys.reader_token).send("GET", LOGGED_USER))
		assert_refused(as_user(keys.reader_token).send("GET", "/api/resource/Customer"))
		for authorization, user in (
			(keys.reader, world.READER),
			(keys.stranger_token, world.STRANGER),
			(oauth.bearer(world.READER, keys.other), world.READER),
		):
			assert user_of(as_user(authorization).send("GET", LOGGED_USER)) == user


def login(anonymous: Endpoint, user: str, password: str) -> str:
	"""The Cookie header of a desk session."""
	answer = anonymous.send("POST", "/api/method/login", json.dumps({"usr": user, "pwd": password}))
	assert answer.status == 200, answer.body
	return f"sid={answer.cookies['sid']}"


def test_desk_sessions_are_not_bound(anonymous, keys, stranger_bound, world):
	cookie = login(anonymous, world.STRANGER, world.PASSWORD)
	assert user_of(anonymous.send("GET", LOGGED_USER, headers={"Cookie": cookie})) == world.STRANGER


def test_t40_with_both_it_is_who_frappe_takes_it_for(as_user, anonymous, keys, stranger_bound, world):
	"""Frappe keeps the cookie's user beside an API key, and takes the token's beside a bearer token."""
	cookie = login(anonymous, world.READER, world.PASSWORD)
	with_key = as_user(keys.stranger).send("GET", LOGGED_USER, headers={"Cookie": cookie})
	assert user_of(with_key) == world.READER
	assert_refused(as_user(keys.stranger_token).send("GET", LOGGED_USER, headers={"Cookie": cookie}))
	own = login(anonymous, world.STRANGER, world.PASSWORD)
	assert_refused(as_user(keys.stranger_token).send("GET", LOGGED_USER, headers={"Cookie": own}))
	with_key = as_user(keys.stranger).send("GET", LOGGED_USER, headers={"Cookie": own})
	assert user_of(with_key) == world.STRANGER
	wrong = as_user(keys.stranger).send("GET", LOGGED_USER, headers={"Cookie": "sid=expired"})
	assert_refused(wrong)


def test_options_tells_nothing(as_user, keys, stranger_bound):
	answer = as_user(keys.stranger_token).send("OPTIONS", "/api/resource/Customer")
	assert (answer.status, answer.body) == (200, b"")


# Other apps' auth hooks


@pytest.fixture
def other_app(monkeypatch, world) -> Callable[[Callable[[], None], bool], None]:
	"""other_app(hook, first): another app authenticates `X-Other: user`, installed before or after ours."""
	get_hooks, get_attr = frappe.get_hooks, frappe.get_attr
	monkeypatch.setattr(frappe.auth, "validate_auth_via_hooks", frappe.auth.validate_auth_via_hooks)

	def other_app(hook: Callable[[], None], first: bool) -> None:
		def hooks(hook_name=None, *args, **kwargs):
			found = get_hooks(hook_name, *args, **kwargs)
			if hook_name != "auth_hooks" or kwargs.get("app_name"):
				return found
			return ["other_app.auth", *found] if first else [*found, "other_app.auth"]

		monkeypatch.setattr(frappe, "get_hooks", hooks)
		monkeypatch.setattr(
			frappe, "get_attr", lambda name: hook if name == "other_app.auth" else get_attr(name)
		)

	return other_app


def by_set_user() -> None:
	user = frappe.get_request_header("X-Other")
	if user:
		frappe.set_user(user)


def by_assignment() -> None:
	user = frappe.get_request_header("X-Other")
	if user:
		frappe.session.user = user


def by_login() -> None:
	user = frappe.get_request_header("X-Other")
	if user:
		frappe.local.login_manager.login_as(user)


@pytest.mark.parametrize("first", [True, False], ids=["installed before us", "installed after us"])
@pytest.mark.parametrize("hook", [by_set_user, by_assignment, by_login], ids=lambda h: h.__name__)
def test_t40_credentials_of_other_apps_are_bound_too(
	in_process, stranger_bound, world, other_app, hook, first
):
	other_app(hook, first)
	allowed = in_process("GET", LOGGED_USER, {"X-Other": world.READER})
	assert allowed.get_json()["message"] == world.READER
	before = sessions_of(world.STRANGER)
	refused = in_process("GET", LOGGED_USER, {"X-Other": world.STRANGER})
	assert_refused(refused)
	assert sessions_of(world.STRANGER) <= before, "no session is left behind"
	for cookie in refused.headers.getlist("Set-Cookie"):
		after = in_process("GET", LOGGED_USER, {"Cookie": cookie.split(";")[0]})
		assert world.STRANGER not in after.get_data(as_text=True)


def sessions_of(user: str) -> set[str]:
	frappe.db.rollback()
	return {row[0] for row in frappe.db.sql("select sid from tabSessions where user = %s", user)}


# When the policy can't be read


def fail(*args, **kwargs):
	raise frappe.db.OperationalError("(1146, \"Table 'tabMCP Permission Profile' doesn't exist\")")


def test_t72_when_the_policy_cant_be_read_what_was_ever_bound_is_refused(
	in_process, keys, stranger_bound, changed, world, monkeypatch
):
	with changed("MCP Permission Profile", BOUND, restrict_to_mcp=0):
		monkeypatch.setattr(store, "load", fail)
		for authorization in (keys.stranger, keys.stranger_token):
			assert_refused(in_process("GET", LOGGED_USER, {"Authorization": authorization}))
		other = in_process("GET", LOGGED_USER, {"Authorization": keys.reader})
		assert other.get_json()["message"] == world.READER
		monkeypatch.undo()


def test_t72_roles_and_clients_are_written_down_too(in_process, keys, restricting, world, monkeypatch):
	with restricting(roles=["Sales Manager"], clients=[keys.client]):
		pass
	for name, kind in (("Sales Manager", "role"), (keys.client, "client")):
		assert name not in binding._remembered()[kind], "forgotten with the fixture"
	with restricting(roles=["Sales User"]):
		monkeypatch.setattr(store, "load", fail)
		assert_refused(in_process("GET", LOGGED_USER, {"Authorization": keys.reader}))
		monkeypatch.undo()
	with restricting(clients=[keys.client]):
		monkeypatch.setattr(store, "load", fail)
		assert_refused(in_process("GET", LOGGED_USER, {"Authorization": keys.reader_token}))
		assert in_process("GET", LOGGED_USER, {"Authorization": keys.reader}).status_code == 200
		monkeypatch.undo()


def test_t72_it_is_kept_where_our_tables_are_not(stranger_bound, restricting, world):
	kept = frappe.get_all(
		"DefaultValue", filters={"parent": binding.MEMORY}, fields=["defkey", "defvalue"], as_list=True
	)
	assert [tuple(row) for row in kept] == [("user", world.STRANGER)]
	profile = frappe.get_doc("MCP Permission Profile", BOUND)
	profile.save()
	assert frappe.db.count("DefaultValue", {"parent": binding.MEMORY}) == 1, "once per name"


def test_t72_a_broken_policy_table_keeps_the_binding(in_process, keys, stranger_bound, world):
	"""Really broken: the table of networks is away, as in the middle of a migration."""
	frappe.db.sql_ddl("alter table `tabMCP Profile Network` rename to `tabMCP Profile Network Away`")
	frappe.db.commit()
	try:
		store.changed()
		assert_refused(in_process("GET", LOGGED_USER, {"Authorization": keys.stranger}))
		assert in_process("GET", LOGGED_USER, {"Authorization": keys.reader}).status_code == 200
	finally:
		frappe.db.sql_ddl("alter table `tabMCP Profile Network Away` rename to `tabMCP Profile Network`")
		frappe.db.commit()
		store.changed()


def test_t72_if_nothing_can_be_read_every_token_is_refused(in_process, keys, monkeypatch, world, anonymous):
	monkeypatch.setattr(store, "load", fail)
	monkeypatch.setattr(binding, "_remembered", fail)
	for authorization in (keys.stranger, keys.reader_token):
		assert_refused(in_process("GET", LOGGED_USER, {"Authorization": authorization}), 503)
	assert in_process("GET", "/api/method/ping", {}).get_json() == {"message": "pong"}
	cookie = login(anonymous, world.READER, world.PASSWORD)
	session = in_process("GET", LOGGED_USER, {"Cookie": cookie})
	assert session.get_json()["message"] == world.READER


# What it costs


def test_a_warm_check_makes_no_query(restricting, world, monkeypatch):
	def client() -> None:
		raise AssertionError("asked for the client, which costs a query")

	with restricting(users=[world.STRANGER], roles=["Sales Manager"]):
		expected = {world.STRANGER: True, world.MASTER: True, world.READER: False, world.NOBODY: False}
		assert {user: binding.is_bound(user, client) for user in expected} == expected
		monkeypatch.setattr(frappe.local.db, "sql", fail)
		assert {user: binding.is_bound(user, client) for user in expected} == expected
		monkeypatch.undo()


def test_guests_and_cookie_sessions_never_ask_for_the_policy(in_process, anonymous, world, monkeypatch):
	cookie = login(anonymous, world.STRANGER, world.PASSWORD)
	asked = []
	monkeypatch.setattr(binding, "is_bound", lambda *args: asked.append(args))
	assert in_process("GET", "/api/method/ping", {}).status_code == 200
	assert in_process("GET", LOGGED_USER, {"Cookie": cookie}).get_json()["message"] == world.STRANGER
	assert asked == []
	assert guard.CHECK in frappe.get_hooks("auth_hooks")
