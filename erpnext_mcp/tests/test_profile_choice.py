"""Exactly one profile per call (DESIGN §4): tables over the pure choice."""

import pytest

from erpnext_mcp.policy.profile import Profile, choose


def profile(name: str, **values) -> Profile:
	for kind in ("users", "roles"):
		values[kind] = frozenset(values.get(kind, ()))
	return Profile(name, **values)


ANN = "ann@example.com"


@pytest.mark.parametrize(
	("profiles", "roles", "default", "expected"),
	[
		([], ["Sales User"], None, None),
		([profile("A", roles=["Sales User"])], ["Sales User"], None, "A"),
		([profile("A", roles=["Sales User"])], ["Stock User"], None, None),
		# a user beats a role, whatever the priority
		(
			[profile("A", roles=["Sales User"], priority=9), profile("B", users=[ANN])],
			["Sales User"],
			None,
			"B",
		),
		# within a level: priority, then name
		([profile("B", users=[ANN]), profile("A", users=[ANN])], [], None, "A"),
		([profile("A", users=[ANN]), profile("B", users=[ANN], priority=1)], [], None, "B"),
		# several kinds need a match each
		([profile("A", users=[ANN], roles=["Sales User"])], ["Stock User"], None, None),
		([profile("A", users=[ANN], roles=["Sales User"])], ["Sales User"], None, "A"),
		([profile("A", users=["bob@example.com"], roles=["Sales User"])], ["Sales User"], None, None),
		# several entries of one kind are alternatives
		([profile("A", roles=["Sales User", "Stock User"])], ["Stock User"], None, "A"),
		# one that names nobody takes no part, unless it is the default
		([profile("A")], ["Sales User"], None, None),
		([profile("A")], ["Sales User"], "A", "A"),
		([profile("A"), profile("B", roles=["Sales User"])], ["Sales User"], "A", "B"),
		([profile("A")], ["Sales User"], "Gone", None),
	],
)
def test_choice(profiles, roles, default, expected):
	chosen = choose(profiles, ANN, roles, default)
	assert (chosen.name if chosen else None) == expected


def test_t75_a_disabled_winner_does_not_fall_through():
	strict = profile("Strict", users=[ANN], enabled=False)
	wide = profile("Wide", roles=["Sales User"])
	assert choose([strict, wide], ANN, ["Sales User"], "Wide") is strict


@pytest.mark.parametrize(
	("profiles", "expected"),
	[
		([profile("A", roles=["System Manager"])], None),
		([profile("A")], None),
		([profile("A", users=["Administrator"])], "A"),
	],
)
def test_t76_administrator_must_be_named(profiles, expected):
	chosen = choose(profiles, "Administrator", ["System Manager", "Administrator"], "A")
	assert (chosen.name if chosen else None) == expected


def test_profiles_never_add_up():
	one = profile("A", roles=["Sales User"])
	two = profile("B", roles=["Stock User"])
	assert choose([one, two], ANN, ["Sales User", "Stock User"]) is one
