"""The matrix of users and profiles, as tables over pure values."""

import datetime
from dataclasses import replace

import pytest

from erpnext_mcp.desk.access import matrix
from erpnext_mcp.desk.access.matrix import Person
from erpnext_mcp.policy.profile import Profile
from erpnext_mcp.policy.store import Policy, Settings

ANN = "ann@example.com"
NOW = datetime.datetime(2026, 3, 1, 12)
DAY = datetime.timedelta(days=1)
SETTINGS = Settings(
	enabled=True,
	read_only=False,
	default_profile=None,
	default_page_size=20,
	max_page_size=100,
	max_answer_bytes=1024,
	query_time_limit=30,
	request_timeout=100,
	require_https=False,
	log_reads=True,
	text_log=True,
	audit_retention_days=365,
	log_values=False,
	allowed_origins=frozenset(),
	server_instructions="",
	any_oauth_client=False,
	registered_oauth_clients=False,
	oauth_registration=False,
	oauth_clients=frozenset(),
	limits={},
	suspend_after=0,
	suspend_within=10,
	cache_enabled=False,
	cache_ttl=0,
	cache_size=0,
)


def profile(name: str, **values) -> Profile:
	for kind in ("users", "roles", "clients"):
		values[kind] = frozenset(values.get(kind, ()))
	return Profile(name, **values)


def policy(*profiles: Profile, settings=None, **values) -> Policy:
	return Policy(replace(SETTINGS, **(settings or {})), profiles, **values)


def person(user: str = ANN, roles=("Sales User",), api_key: str = "abc", clients=()) -> Person:
	return Person(user, roles=frozenset(roles), api_key=api_key, clients=frozenset(clients))


BY_ROLE = profile("Role", roles=["Sales User"])


def marks(policy: Policy, who: Person) -> dict:
	return {
		name: (mark.kind, *mark.clients, *filter(None, [mark.lost]))
		for name, mark in matrix.row(policy, who, NOW).marks.items()
	}


def test_one_applies_and_the_others_lose():
	found = policy(
		BY_ROLE, profile("User", users=[ANN]), profile("Other", roles=["Stock User"]), profile("Sample")
	)
	assert marks(found, person()) == {"User": ("applies",), "Role": ("loses", "less_specific")}
	assert [p.name for p in matrix.columns(found)] == ["Other", "Role", "User"]


def test_the_default_is_marked_where_it_applies_only():
	found = policy(BY_ROLE, profile("Default"), settings={"default_profile": "Default"})
	assert marks(found, person()) == {"Role": ("applies",)}
	assert marks(found, person(roles=())) == {"Default": ("applies",)}
	assert [p.name for p in matrix.columns(found)] == ["Default", "Role"]


def test_what_applies_with_a_client_only():
	with_client = profile("Role and client", roles=["Sales User"], clients=["app", "other"])
	found = policy(BY_ROLE, with_client)
	assert marks(found, person()) == {
		"Role": ("applies",),
		"Role and client": ("with_client", "app", "other"),
	}
	row = matrix.row(found, person(), NOW)
	assert (row.profile.name, row.client) == ("Role", None)
	row = matrix.row(found, person(api_key="", clients=["app"]), NOW)
	assert (row.profile.name, row.client, row.states) == ("Role and client", "app", ["works"])
	row = matrix.row(policy(with_client), person(), NOW)
	assert (row.profile.name, row.client) == ("Role and client", "app"), "what would give him one"


def test_a_profile_for_a_client_alone_counts_for_who_has_a_token_of_it():
	found = policy(profile("Client", clients=["app"]))
	assert marks(found, person()) == {}
	assert marks(found, person(clients=["app"])) == {"Client": ("with_client", "app")}


def test_a_token_of_a_client_that_is_not_let_in_is_none():
	found = policy(BY_ROLE)
	assert matrix.row(found, person(api_key="", clients=["app"]), NOW).states == ["no_credential"]
	for settings in ({"any_oauth_client": True}, {"oauth_clients": frozenset({"app"})}):
		found = policy(BY_ROLE, settings=settings)
		assert matrix.row(found, person(api_key="", clients=["app"]), NOW).states == ["works"]


def test_t76_administrator_must_be_named():
	who = person("Administrator")
	found = policy(BY_ROLE, profile("Default"), settings={"default_profile": "Default"})
	assert matrix.row(found, who, NOW).states == ["none"] and not marks(found, who)
	assert marks(policy(BY_ROLE, profile("Admin", users=["Administrator"])), who) == {"Admin": ("applies",)}


@pytest.mark.parametrize(
	("values", "settings", "more", "expected"),
	[
		({}, {}, {}, ["works"]),
		({"read_only": True}, {}, {}, ["read_only"]),
		({"read_only": True, "write_until": NOW + DAY}, {}, {}, ["works"]),
		({}, {"read_only": True}, {}, ["read_only"]),
		({"networks": ("192.0.2.0/24",)}, {}, {}, ["works", "networks"]),
		({"enabled": False}, {}, {}, ["disabled"]),
		({"valid_from": NOW + DAY}, {}, {}, ["out_of_dates"]),
		({"valid_upto": NOW - DAY, "networks": ("192.0.2.1",)}, {}, {}, ["out_of_dates", "networks"]),
		({}, {}, {"suspended": frozenset({ANN})}, ["suspended"]),
		({"enabled": False}, {}, {"paused": frozenset({ANN})}, ["paused", "disabled"]),
		({}, {}, {"paused_clients": frozenset({"API key abc"})}, ["client_paused"]),
		({}, {}, {"paused_clients": frozenset({"API key xyz"})}, ["works"]),
		({"roles": ["Nobody"]}, {}, {"suspended": frozenset({ANN})}, ["suspended", "none"]),
	],
)
def test_states(values, settings, more, expected):
	strict = profile("P", **({"roles": ["Sales User"]} | values))
	found = policy(strict, settings=settings, **more)
	assert matrix.row(found, person(), NOW).states == expected


def test_one_of_two_credentials_is_enough():
	found = policy(BY_ROLE, settings={"any_oauth_client": True}, paused_clients=frozenset({"API key abc"}))
	assert matrix.row(found, person(clients=["app"]), NOW).states == ["works"]


def test_t75_a_disabled_winner_hides_nothing_wider():
	found = policy(BY_ROLE, profile("Strict", users=[ANN], enabled=False))
	row = matrix.row(found, person(), NOW)
	assert (row.profile.name, row.states) == ("Strict", ["disabled"])


def test_hundreds_of_users_are_fast():
	import time

	profiles = [profile(f"P{n}", roles=[f"Role {n}"], priority=n) for n in range(30)]
	profiles += [profile(f"C{n}", roles=[f"Role {n}"], clients=[f"app{n}"]) for n in range(10)]
	found = policy(*profiles)
	started = time.perf_counter()
	for n in range(500):
		matrix.row(found, person(f"u{n}", roles=[f"Role {n % 30}", f"Role {(n * 7) % 30}"]), NOW)
	assert time.perf_counter() - started < 2
