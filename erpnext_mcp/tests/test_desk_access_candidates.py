"""Which profiles match, which applies and why the others don't: the same winner as the choice for calls (DESIGN §4)."""

import datetime
import itertools

import pytest

from erpnext_mcp.policy.candidates import candidates, missing
from erpnext_mcp.policy.profile import Profile, choose

ANN = "ann@example.com"
NOW = datetime.datetime(2026, 3, 1, 12)
DAY = datetime.timedelta(days=1)


def profile(name: str, **values) -> Profile:
	for kind in ("users", "roles", "clients"):
		values[kind] = frozenset(values.get(kind, ()))
	return Profile(name, **values)


def found(profiles, roles=("Sales User",), default=None, client=None, **values):
	return [
		(c.profile.name, c.by, c.lost, c.hindrance)
		for c in candidates(profiles, ANN, roles, default, client, now=NOW, **values)
	]


def test_each_says_by_what_it_matches_and_why_it_loses():
	profiles = [
		profile("Default"),
		profile("Sample"),
		profile("Other", users=["bob@example.com"]),
		profile("Role", roles=["Sales User"]),
		profile("Role B", roles=["Sales User"]),
		profile("Role A", roles=["Sales User"], priority=-1),
		profile("User", users=[ANN]),
		profile("Client", clients=["app"]),
	]
	assert found(profiles, default="Default") == [
		("User", "user", "", ""),
		("Role", "role", "less_specific", ""),
		("Role B", "role", "less_specific", ""),
		("Role A", "role", "less_specific", ""),
		("Default", "default", "less_specific", ""),
	]
	assert found(profiles[3:6]) == [
		("Role", "role", "", ""),
		("Role B", "role", "later_name", ""),
		("Role A", "role", "lower_priority", ""),
	]
	assert found([profiles[0], profiles[7]], default="Default", client="app") == [
		("Client", "client", "", ""),
		("Default", "default", "less_specific", ""),
	]
	assert found(profiles[:2], default="Default") == [("Default", "default", "", "")]
	assert found(profiles[:3]) == []


@pytest.mark.parametrize(
	("values", "ip_address", "expected"),
	[
		({}, None, ""),
		({"enabled": False, "valid_upto": NOW - DAY}, None, "disabled"),
		({"valid_from": NOW + DAY}, None, "not_yet"),
		({"valid_upto": NOW - DAY}, None, "expired"),
		({"valid_from": NOW - DAY, "valid_upto": NOW + DAY}, None, ""),
		({"networks": ("192.0.2.0/24",)}, "198.51.100.1", "other_network"),
		({"networks": ("192.0.2.0/24",)}, "192.0.2.9", ""),
		({"networks": ("192.0.2.0/24",)}, None, ""),
	],
)
def test_t75_what_stands_in_the_way_is_said_of_the_winner(values, ip_address, expected):
	wide = profile("Wide", roles=["Sales User"])
	(first, second) = found([wide, profile("Strict", users=[ANN], **values)], ip_address=ip_address)
	assert first == ("Strict", "user", "", expected) and second[2] == "less_specific"


@pytest.mark.parametrize(
	("values", "user", "client", "expected"),
	[
		({}, ANN, None, ()),
		({"users": [ANN]}, ANN, None, ()),
		({"users": ["bob"]}, ANN, None, ("user",)),
		({"roles": ["Stock User"]}, ANN, None, ("role",)),
		(
			{"users": ["bob"], "roles": ["Stock User"], "clients": ["app"]},
			ANN,
			None,
			("user", "role", "client"),
		),
		({"clients": ["app"]}, ANN, "app", ()),
		({"roles": ["Sales User"]}, "Administrator", None, ("user",)),
		({"users": ["Administrator"]}, "Administrator", None, ()),
	],
)
def test_what_is_missing(values, user, client, expected):
	assert missing(profile("P", **values), user, {"Sales User"}, client) == expected


def test_t76_administrator_must_be_named():
	profiles = [profile("Role", roles=["Sales User"]), profile("Default")]
	assert candidates(profiles, "Administrator", {"Sales User"}, "Default", now=NOW) == []


def test_the_winner_is_the_one_of_the_calls():
	"""Over all combinations of what a profile can name, of user, roles, client and default."""
	kinds = {"users": [ANN, "Administrator"], "roles": ["Sales User"], "clients": ["app"]}
	profiles = [
		profile(f"{number}-{priority}", priority=priority, enabled=bool(priority), **values)
		for number, values in enumerate(
			{kind: kinds[kind] for kind in chosen}
			for size in range(4)
			for chosen in itertools.combinations(kinds, size)
		)
		for priority in (0, 1)
	]
	tried = 0
	for size in (1, 2, 3):
		for some in itertools.combinations(profiles, size):
			for user, roles, client, default in itertools.product(
				(ANN, "bob", "Administrator"), ((), ("Sales User",)), (None, "app"), (None, "0-1")
			):
				winner = choose(some, user, roles, default, client)
				all_of_them = candidates(some, user, roles, default, client, now=NOW)
				assert [c.profile for c in all_of_them if c.applies] == ([winner] if winner else [])
				for p in some:
					matches = p in [c.profile for c in all_of_them if c.by != "default"]
					assert matches == (p.names_somebody and not missing(p, user, roles, client))
				tried += 1
	assert tried > 10_000
