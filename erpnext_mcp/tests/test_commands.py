"""bench --site S mcp status | release, and what uninstalling does to bound credentials."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace

import click
import frappe
import pytest
from click.testing import CliRunner, Result
from frappe.utils.password import get_decrypted_password

from erpnext_mcp import install
from erpnext_mcp.cli import other_servers
from erpnext_mcp.commands import commands
from erpnext_mcp.policy import binding
from erpnext_mcp.tests import oauth

BOUND = "MCP Test Bound"


@pytest.fixture
def bench(site, admin) -> Callable[..., Result]:
	"""bench(*arguments) → the result of `bench --site S mcp ...`, run in a thread that knows nothing of this one's site."""
	(group,) = [command for command in commands if command.name == "mcp"]
	# v15 hands over a dict, v16 an object
	context = frappe._dict(sites=[site.name], profile=False, force=False, verbose=False)

	def bench(*arguments: str, answer: str = "") -> Result:
		frappe.db.commit()
		with ThreadPoolExecutor(1) as pool:
			result = pool.submit(CliRunner().invoke, group, arguments, obj=context, input=answer).result()
		frappe.db.rollback()  # a new snapshot
		return result

	return bench


@pytest.fixture
def bound(admin, world) -> Iterator[SimpleNamespace]:
	"""A disabled profile that restricts STRANGER and a client; STRANGER's key, READER's token of that client."""
	client = oauth.client("Agent")
	key = world.api_key(world.STRANGER)
	token = oauth.bearer(world.READER, client)
	oauth.bearer(world.READER, client)
	oauth.bearer(world.READER, client, status="Revoked")
	oauth.bearer(world.READER, oauth.client("Other"))
	world.profile(
		BOUND,
		users=[world.STRANGER],
		clients=[{"client": client}],
		rules={"Customer": ["read"]},
		restrict_to_mcp=1,
		enabled=0,
	)
	frappe.db.commit()
	yield SimpleNamespace(client=client, key=key, token=token)
	frappe.db.rollback()
	frappe.delete_doc("MCP Permission Profile", BOUND)
	binding.forget()
	frappe.db.commit()
	oauth.destroy()


def status(bench) -> dict:
	result = bench("status", "--format", "json")
	assert result.exit_code == 0, result.output
	return json.loads(result.output)


def public(key: str) -> str:
	return key.removeprefix("token ").split(":")[0]


def test_the_commands_are_found_by_name():
	(group,) = commands
	assert isinstance(group, click.Group) and group.name == "mcp"
	assert {"status", "release"} <= set(group.commands)


def test_status_tells_what_is_served_to_whom(bench, world, site):
	found = status(bench)
	assert found["site"] == site.name and found["endpoint"].endswith("/mcp")
	assert found["versions"]["frappe"] == frappe.__version__ and found["versions"]["erpnext_mcp"]
	assert (found["enabled"], found["read_only"]) == (True, False)
	(profile,) = [p for p in found["profiles"] if p["profile"] == world.PROFILE]
	assert profile["users"] == sorted([world.MASTER, world.READER])
	assert profile["doctypes"] == sorted(world.RULES)
	assert any(world.PROFILE in w and "outside MCP" in w for w in found["warnings"])


def test_status_tells_who_is_bound_but_no_secret(bench, world, bound):
	found = status(bench)
	assert found["bound"] == [
		{
			"kind": "API key",
			"user": world.STRANGER,
			"name": public(bound.key),
			"count": 1,
			"profiles": [BOUND],
		},
		{"kind": "OAuth token", "user": world.READER, "name": bound.client, "count": 2, "profiles": [BOUND]},
	]
	text = bench("status").output
	assert f"{world.STRANGER}: API key {public(bound.key)} (by {BOUND})" in text
	assert f"{world.READER}: OAuth client {bound.client}, tokens: 2 (by {BOUND})" in text
	assert f"{BOUND}: users {world.STRANGER}; clients {bound.client} [disabled; restricted to MCP]" in text
	for secret in (bound.key.split(":")[1], bound.token.removeprefix("Bearer ")):
		assert secret not in text and secret not in json.dumps(found)


def test_status_tells_of_the_switches(bench, changed):
	with changed("MCP Gateway Settings", "MCP Gateway Settings", enabled=0, read_only=1):
		assert "OFF (kill switch), read-only" in bench("status").output


def test_keys_without_a_secret_and_disabled_users_are_not_bound_credentials(bench, world, bound, changed):
	with changed("User", world.STRANGER, enabled=0):
		assert [c["kind"] for c in status(bench)["bound"]] == ["OAuth token"]
	assert [c["kind"] for c in status(bench)["bound"]] == ["API key", "OAuth token"]


@pytest.mark.parametrize(
	("found", "said"),
	[
		({}, []),
		({"routes": ["/api/method/<path:method>", "/api/v2/mcp"]}, ["/api/v2/mcp"]),
		({"routes": ["/api/mcp"]}, ["/api/mcp"]),
		({"routes": ["/api/mcp"], "framework_off": True}, []),
		({"apps": ["frappe", "erpnext_mcp"]}, []),
		({"apps": ["erpnext_mcp", "mcp_server"]}, ["mcp_server"]),
		({"apps": ["frappe_assistant_core"]}, ["frappe_assistant_core"]),
		({"doctypes": ["MCP Settings", "ERPNext MCP Settings"]}, ["ERPNext MCP Settings, MCP Settings"]),
	],
)
def test_t40_other_mcp_servers_are_named(found, said):
	told = other_servers.warnings(
		**{"routes": (), "framework_off": False, "apps": (), "doctypes": (), **found}
	)
	assert len(told) == len(said)
	for name, sentence in zip(said, told, strict=True):
		assert name in sentence


def test_our_own_doctypes_are_no_other_server(admin, world):
	assert not any("MCP Audit Entry" in w or "erpnext_mcp" in w for w in other_servers.found_on_site())


def test_release_asks_first(bench, bound):
	result = bench("release", answer="n\n")
	assert result.exit_code == 1 and public(bound.key) in result.output
	assert frappe.db.get_value("MCP Permission Profile", BOUND, "restrict_to_mcp") == 1


def test_release_gives_the_keys_back(bench, bound, world, server, site):
	from erpnext_mcp.tests.endpoint import Endpoint

	endpoint = Endpoint(server.base_url, bound.key, site.name if site.kind == "bench" else "")
	path = "/api/method/frappe.auth.get_logged_user"
	assert endpoint.send("GET", path).status == 403
	result = bench("release", "--yes")
	assert result.exit_code == 0 and BOUND in result.output
	assert frappe.db.get_value("MCP Permission Profile", BOUND, "restrict_to_mcp") == 0
	assert not frappe.db.exists("DefaultValue", {"parent": binding.MEMORY})
	assert endpoint.send("GET", path).json() == {"message": world.STRANGER}
	assert status(bench)["bound"] == []
	again = bench("release", "--yes")
	assert again.exit_code == 0 and "nothing to release" in again.output


def works(world, bound) -> tuple[bool, str]:
	secret = get_decrypted_password("User", world.STRANGER, "api_secret", raise_exception=False)
	token = bound.token.removeprefix("Bearer ")
	return bool(secret), frappe.db.get_value("OAuth Bearer Token", token, "status")


def test_t72_uninstalling_revokes_what_is_bound(bound, world, capsys):
	install.before_uninstall()
	assert works(world, bound) == (False, "Revoked")
	printed = capsys.readouterr().out
	assert public(bound.key) in printed and bound.client in printed and "mcp release" in printed
	assert bound.token.removeprefix("Bearer ") not in printed
	assert binding.bound_credentials() == []
	frappe.db.rollback()
	assert works(world, bound) == (True, "Active"), (
		"nothing is committed: Frappe does, unless it is a dry run"
	)


def test_t72_a_dry_run_only_lists(bound, world, capsys):
	with uninstall_app(dry_run=True):
		install.before_uninstall()
	assert works(world, bound) == (True, "Active")
	printed = capsys.readouterr().out
	assert public(bound.key) in printed and "would be revoked" in printed


def test_after_a_release_uninstalling_revokes_nothing(bench, bound, world, capsys):
	assert bench("release", "--yes").exit_code == 0
	with uninstall_app(dry_run=False):
		install.before_uninstall()
	assert works(world, bound) == (True, "Active") and capsys.readouterr().out == ""


@contextmanager
def uninstall_app(dry_run: bool) -> Iterator[None]:
	"""As inside Frappe's command of this name."""
	command = click.Command("uninstall-app", params=[click.Option(["--dry-run"], is_flag=True)])
	with command.make_context("uninstall-app", ["--dry-run"] if dry_run else []).scope():
		yield


def test_t72_codes_not_yet_exchanged_are_void(bound, world):
	frappe.get_doc(
		{
			"doctype": "OAuth Authorization Code",
			"client": bound.client,
			"user": world.READER,
			"scopes": "all",
			"authorization_code": "mcp-test-code",
			"expiration_time": "2099-01-01 00:00:00",
			"redirect_uri_bound_to_authorization_code": "https://client.example/callback",
			"validity": "Valid",
		}
	).insert()
	install.before_uninstall()
	assert frappe.db.get_value("OAuth Authorization Code", "mcp-test-code", "validity") == "Invalid"
