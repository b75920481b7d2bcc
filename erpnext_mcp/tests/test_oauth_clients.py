"""Who comes to /mcp with an OAuth token: allowed clients, profiles for clients, disabled users; and from where."""

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import frappe
import pytest

from erpnext_mcp.tests import oauth
from erpnext_mcp.tests.endpoint import Endpoint

SETTINGS = ("MCP Gateway Settings", "MCP Gateway Settings")
FOR_CLIENT = "MCP Test Client"


@pytest.fixture(scope="module")
def tokens(world) -> Iterator[SimpleNamespace]:
	"""Two registered clients, and a token of READER for each."""
	agent, other = oauth.client("Agent"), oauth.client("Other")
	yield SimpleNamespace(
		agent=agent,
		other=other,
		by_agent=oauth.bearer(world.READER, agent),
		by_other=oauth.bearer(world.READER, other),
	)
	oauth.destroy()


@pytest.fixture
def listing(server, admin, site) -> Callable[..., dict]:
	"""listing(authorization, **headers) → the structured answer of list_doctypes over HTTP."""
	host = site.name if site.kind == "bench" else ""

	def listing(authorization: str, **headers: str) -> dict:
		answer = Endpoint(server.base_url, authorization, host).rpc(
			"tools/call", {"name": "list_doctypes"}, headers=headers
		)
		assert answer.status == 200, answer.body
		return answer.json()["result"]["structuredContent"]

	return listing


@pytest.fixture
def profile(admin, world) -> Iterator[Callable]:
	"""profile(**values): a saved profile, gone after the test."""

	def profile(name: str, **values) -> str:
		world.profile(name, **values)
		frappe.db.commit()
		return name

	yield profile
	frappe.db.rollback()
	for name in frappe.get_all(
		"MCP Permission Profile", filters={"name": ("like", f"{FOR_CLIENT}%")}, pluck="name"
	):
		frappe.delete_doc("MCP Permission Profile", name)
	frappe.db.commit()


def test_a_client_that_nobody_listed_is_refused(listing, tokens, world, reader_key, last_entry):
	answer = listing(tokens.by_agent)
	assert answer["code"] == "not_permitted" and "OAuth client" in answer["message"]
	entry = last_entry(user=world.READER)
	assert (entry.outcome, entry.credential) == ("Refused", f"OAuth client {tokens.agent}")
	assert tokens.agent in entry.reason
	assert "doctypes" in listing(reader_key), "API keys are not concerned"


def test_clients_are_allowed_by_the_settings(listing, tokens, changed):
	with changed(*SETTINGS, oauth_clients=[{"client": tokens.agent}]):
		assert listing(tokens.by_agent)["doctypes"]
		assert listing(tokens.by_other)["code"] == "not_permitted"
	assert listing(tokens.by_agent)["code"] == "not_permitted", "effective at the next call (T58)"
	with changed(*SETTINGS, oauth_clients_allowed="Any"):
		assert listing(tokens.by_agent)["doctypes"] and listing(tokens.by_other)["doctypes"]


def test_a_client_named_in_a_profile_is_allowed_and_gets_it(listing, tokens, profile, world, last_entry):
	profile(
		FOR_CLIENT, clients=[{"client": tokens.agent}], users=[world.READER], rules={"Territory": ["read"]}
	)
	assert [d["doctype"] for d in listing(tokens.by_agent)["doctypes"]] == ["Territory"]
	assert last_entry(user=world.READER).profile == FOR_CLIENT
	assert listing(tokens.by_other)["code"] == "not_permitted"


def test_a_profile_for_a_client_is_not_for_the_users_api_key(listing, tokens, profile, world, reader_key):
	profile(
		FOR_CLIENT, clients=[{"client": tokens.agent}], users=[world.READER], rules={"Territory": ["read"]}
	)
	assert "Customer" in [d["doctype"] for d in listing(reader_key)["doctypes"]]


def test_t75_a_disabled_profile_of_a_client_does_not_fall_through(listing, tokens, profile, world):
	profile(
		FOR_CLIENT,
		clients=[{"client": tokens.agent}],
		users=[world.READER],
		rules={"Territory": ["read"]},
		enabled=0,
	)
	assert listing(tokens.by_agent)["code"] == "not_permitted"


def test_t44_a_disabled_user_with_a_live_token_is_refused(listing, tokens, changed, world, server, site):
	host = site.name if site.kind == "bench" else ""
	with changed(*SETTINGS, oauth_clients_allowed="Any"):
		assert listing(tokens.by_agent)["doctypes"]
		with changed("User", world.READER, enabled=0):
			# Frappe itself lets the token in: it looks at the token only.
			answer = Endpoint(server.base_url, tokens.by_agent, host).rpc("tools/list")
			assert answer.status == 401, answer.body
		assert listing(tokens.by_agent)["doctypes"]


@pytest.mark.parametrize(
	"values",
	[{"status": "Revoked"}, {"expiration_time": "2001-01-01 00:00:00"}],
	ids=["revoked", "expired"],
)
def test_t44_tokens_that_live_no_more_are_refused(server, site, tokens, changed, world, values):
	host = site.name if site.kind == "bench" else ""
	with changed(*SETTINGS, oauth_clients_allowed="Any"):
		dead = oauth.bearer(world.READER, tokens.agent, **values)
		answer = Endpoint(server.base_url, dead, host).rpc("tools/call", {"name": "list_doctypes"})
		assert answer.status == 401, answer.body


def test_t53_the_token_itself_is_not_kept(listing, tokens, changed, world, last_entry):
	with changed(*SETTINGS, oauth_clients_allowed="Any"):
		listing(tokens.by_agent)
	entry = last_entry(user=world.READER)
	assert entry.credential == f"OAuth client {tokens.agent}"
	assert tokens.by_agent.removeprefix("Bearer ") not in frappe.as_json(entry.as_dict())


def test_the_kill_switch_stops_tokens_too(listing, tokens, changed):
	with changed(*SETTINGS, oauth_clients_allowed="Any", enabled=0):
		assert listing(tokens.by_agent)["code"] == "unavailable"


@pytest.fixture
def called_from(in_process, reader_key, changed, world) -> Iterator[Callable[..., dict]]:
	"""called_from(peer, **headers) → the same answer for READER's key, whose profile is open to 192.0.2.0/24 only."""
	message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list_doctypes"}}

	def called_from(peer: str, **headers: str) -> dict:
		own = {"Authorization": reader_key, "Content-Type": "application/json"}
		answer = in_process("POST", "/mcp", own | headers, peer, json.dumps(message))
		return answer.get_json()["result"]["structuredContent"]

	with changed("MCP Permission Profile", world.PROFILE, networks=[{"network": "192.0.2.0/24"}]):
		yield called_from


def test_networks_of_a_profile(called_from, world, last_entry):
	assert called_from("192.0.2.7")["doctypes"]
	assert last_entry(user=world.READER).ip_address == "192.0.2.7"
	assert called_from("127.0.0.1", **{"X-Forwarded-For": "192.0.2.8"})["doctypes"]
	refused = called_from("203.0.113.9")
	assert refused["code"] == "not_permitted" and "network" in refused["message"]
	entry = last_entry(user=world.READER)
	assert (entry.ip_address, entry.outcome) == ("203.0.113.9", "Refused")
	assert called_from("127.0.0.1", **{"X-Forwarded-For": "203.0.113.9"})["code"] == "not_permitted"


@pytest.mark.parametrize(
	("peer", "headers"),
	[
		("203.0.113.9", {"X-Forwarded-For": "192.0.2.7"}),
		("127.0.0.1", {"X-Forwarded-For": "192.0.2.7, 203.0.113.9"}),
		("127.0.0.1", {"X-Forwarded-For": "192.0.2.7,192.0.2.8, 203.0.113.9"}),
		("203.0.113.9", {"Remote-Addr": "192.0.2.7"}),
		("203.0.113.9", {"X-Real-IP": "192.0.2.7"}),
		("203.0.113.9", {"Forwarded": "for=192.0.2.7"}),
	],
)
def test_t46_a_client_cant_put_itself_into_a_network(called_from, world, last_entry, peer, headers):
	"""The last entry of X-Forwarded-For is the proxy's; those before it are whatever the client sent. Frappe's own
	request_ip is the first."""
	assert called_from(peer, **headers)["code"] == "not_permitted"
	assert last_entry(user=world.READER).ip_address == "203.0.113.9"


def test_t46_further_proxies_are_named_in_the_sites_config(called_from, monkeypatch):
	through_cdn = {"X-Forwarded-For": "192.0.2.7, 198.51.100.4"}
	assert called_from("127.0.0.1", **through_cdn)["code"] == "not_permitted"
	get_site_config = frappe.get_site_config

	def with_proxies(*args, **kwargs):
		config = get_site_config(*args, **kwargs)
		config["mcp_trusted_proxies"] = ["198.51.100.0/24"]
		return config

	monkeypatch.setattr(frappe, "get_site_config", with_proxies)
	assert called_from("127.0.0.1", **through_cdn)["doctypes"]
