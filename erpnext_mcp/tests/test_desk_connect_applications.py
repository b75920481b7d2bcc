"""Applications that a user has let in by OAuth, on the Connect page: seen, and ended, tokens and refreshing alike."""

import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

from erpnext_mcp.tests import oauth
from erpnext_mcp.tests.desk_session import DeskSession
from erpnext_mcp.tests.endpoint import Endpoint
from erpnext_mcp.tests.test_desk_connect import API, SETTINGS


@pytest.fixture
def desk(server, site, world, admin) -> Callable[..., DeskSession]:
	host = site.name if site.kind == "bench" else ""
	return lambda user: DeskSession.login(server.base_url, user, host=host)


@dataclass(frozen=True)
class Clients:
	agent: str
	other: str


@pytest.fixture
def clients(world, changed) -> Iterator[Clients]:
	made = Clients(oauth.client("Agent"), oauth.client("Other"))
	with changed(*SETTINGS, oauth_clients=[{"client": made.agent}]):
		yield made
	oauth.destroy()


@pytest.fixture
def works(server, site) -> Callable[[str], bool]:
	host = site.name if site.kind == "bench" else ""

	def works(bearer: str) -> bool:
		answer = Endpoint(server.base_url, bearer, host).modern("tools/call", {"name": "test_connection"})
		return answer.status == 200

	return works


@pytest.fixture
def refreshed(server, site) -> Callable[[str, str], bool]:
	"""refreshed(client, refresh_token) → whether Frappe gives a new token for it."""
	host = site.name if site.kind == "bench" else ""

	def refreshed(client: str, refresh_token: str) -> bool:
		form = urllib.parse.urlencode(
			{"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": client}
		)
		answer = Endpoint(server.base_url, host=host).send(
			"POST",
			"/api/method/frappe.integrations.oauth2.get_token",
			form,
			{"Content-Type": "application/x-www-form-urlencoded"},
		)
		return answer.status == 200 and "access_token" in answer.json()

	return refreshed


def applications(session: DeskSession) -> dict[str, dict]:
	answer = session.get(API + "applications")
	assert answer.status == 200, answer.body
	return {row["client"]: row for row in answer.json()["message"]}


def code(user: str, client: str) -> str:
	doc = frappe.get_doc(
		{
			"doctype": "OAuth Authorization Code",
			"client": client,
			"user": user,
			"scopes": "all",
			"authorization_code": frappe.generate_hash(length=30),
			"validity": "Valid",
		}
	).insert()
	frappe.db.commit()
	return doc.name


def test_ones_own_applications(desk, clients, works, world):
	bearer = oauth.bearer(world.READER, clients.agent)
	oauth.bearer(world.READER, clients.other)
	oauth.bearer(world.MASTER, clients.other)
	assert works(bearer)
	found = applications(desk(world.READER))
	assert set(found) == {clients.agent, clients.other}
	agent = found[clients.agent]
	assert agent["app_name"] == "MCP Test Agent" and agent["scopes"] == ["all", "openid"]
	assert agent["since"] and agent["last_call"] and agent["allowed"]
	assert not found[clients.other]["allowed"] and found[clients.other]["last_call"] is None
	assert bearer.removeprefix("Bearer ") not in frappe.as_json(found)
	assert set(applications(desk(world.MASTER))) == {clients.other}


def test_what_can_neither_be_used_nor_refreshed_is_not_connected(desk, clients, world):
	past = add_to_date(now_datetime(), days=-1)
	oauth.bearer(world.READER, clients.agent, expiration_time=past, refresh_token="")
	oauth.bearer(world.READER, clients.other, status="Revoked")
	assert applications(desk(world.READER)) == {}
	oauth.bearer(world.READER, clients.agent, expiration_time=past)
	assert set(applications(desk(world.READER))) == {clients.agent}, "it can be refreshed"
	code(world.READER, clients.other)
	assert set(applications(desk(world.READER))) == {clients.agent, clients.other}


def test_disconnecting_ends_tokens_and_refreshing(desk, clients, works, refreshed, world):
	refresh = frappe.generate_hash(length=30)
	past = add_to_date(now_datetime(), days=-1)
	first = oauth.bearer(world.READER, clients.agent, refresh_token=refresh)
	assert works(first)
	assert refreshed(clients.agent, refresh), "as long as it is connected"
	expired = frappe.generate_hash(length=30)
	oauth.bearer(world.READER, clients.agent, refresh_token=expired, expiration_time=past)
	others = oauth.bearer(world.MASTER, clients.agent)
	another = oauth.bearer(world.READER, clients.other)
	open_code, of_other = code(world.READER, clients.agent), code(world.MASTER, clients.agent)

	session = desk(world.READER)
	assert session.post(API + "disconnect", client=clients.agent).status == 200

	assert not works(first)
	assert not refreshed(clients.agent, refresh) and not refreshed(clients.agent, expired)
	frappe.db.rollback()
	left = {"user": world.READER, "client": clients.agent, "status": "Active"}
	assert frappe.db.count("OAuth Bearer Token", left) == 0, "the one that refreshing made as well"
	assert frappe.db.get_value("OAuth Authorization Code", open_code, "validity") == "Invalid"
	assert frappe.db.get_value("OAuth Authorization Code", of_other, "validity") == "Valid"
	assert works(others), "of another user"
	assert frappe.db.get_value("OAuth Bearer Token", another.removeprefix("Bearer "), "status") == "Active"
	assert set(applications(session)) == {clients.other}


def test_it_is_in_the_audit(desk, clients, world, last_entry):
	oauth.bearer(world.READER, clients.agent)
	desk(world.READER).post(API + "disconnect", client=clients.agent)
	entry = last_entry(user=world.READER, tool="oauth client")
	assert (entry.operation, entry.credential) == ("disconnect", f"OAuth client {clients.agent}")
	assert (entry.outcome, entry.transport) == ("Allowed", "desk")


def test_only_ones_own(desk, clients, works, world):
	theirs = oauth.bearer(world.MASTER, clients.agent)
	session = desk(world.READER)
	for client in (clients.agent, "no such client", "", "%"):
		answer = session.post(API + "disconnect", client=client)
		assert answer.status == 417 and b"not connected any more" in answer.body
	assert works(theirs)
