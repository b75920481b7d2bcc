"""Which profiles match a caller, which one of them applies, why the others don't, and what stands in the way of the one
that does: for people who look at the policy. Calls go through `policy.grant.grant_for`, which decides the same. Pure.

Reasons are codes; who shows them has the words.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from erpnext_mcp.policy.profile import Profile, matching_profiles

USER_AND_CLIENT = "user_and_client"
USER = "user"
ROLE_AND_CLIENT = "role_and_client"
ROLE = "role"
CLIENT = "client"
DEFAULT = "default"
LEVELS = (USER_AND_CLIENT, USER, ROLE_AND_CLIENT, ROLE, CLIENT)
"""What a profile matches by, the strongest first (`Profile.level`); DEFAULT is weaker than all."""

LESS_SPECIFIC = "less_specific"
LOWER_PRIORITY = "lower_priority"
LATER_NAME = "later_name"
"""A tie, which the name decides."""

DISABLED = "disabled"
NOT_YET = "not_yet"
EXPIRED = "expired"
OTHER_NETWORK = "other_network"


@dataclass(frozen=True)
class Candidate:
	"""A profile that matches a caller.

	`by` is one of LEVELS or DEFAULT. `lost` is empty for the one that applies, else LESS_SPECIFIC, LOWER_PRIORITY or
	LATER_NAME. `hindrance` says why nobody gets in by it now: the one that applies then denies, none of the others takes
	its place (T75).
	"""

	profile: Profile
	by: str
	lost: str = ""
	hindrance: str = ""

	@property
	def applies(self) -> bool:
		return not self.lost


def candidates(
	profiles: Iterable[Profile],
	user: str,
	roles: Iterable[str],
	default: str | None = None,
	client: str | None = None,
	*,
	now: datetime.datetime,
	ip_address: str | None = None,
) -> list[Candidate]:
	"""The profiles that match a caller, the one that applies first, then as they would follow it.

	:param roles: the user's roles, automatic ones included or not: no profile names those
	:param default: name of the default profile of the settings; listed last, applies when nothing else matches
	:param client: OAuth client that the token was issued to; None for API keys
	:param now: the site's time, naive
	:param ip_address: where the call comes from; None to leave networks out
	"""
	profiles, roles = list(profiles), frozenset(roles)
	found = matching_profiles(profiles, user, roles, client)
	ranked = [(p, LEVELS[p.level]) for p in found]
	if default and user != "Administrator":
		ranked += [(p, DEFAULT) for p in profiles if p.name == default and p not in found]
	return [
		Candidate(
			profile,
			by,
			lost=lost_because(profile, by, *ranked[0]) if position else "",
			hindrance=hindrance(profile, now, ip_address),
		)
		for position, (profile, by) in enumerate(ranked)
	]


def lost_because(profile: Profile, by: str, winner: Profile, winner_by: str) -> str:
	"""Why a profile stands behind the one that applies."""
	if by != winner_by:
		return LESS_SPECIFIC
	return LOWER_PRIORITY if profile.priority < winner.priority else LATER_NAME


def hindrance(profile: Profile, now: datetime.datetime, ip_address: str | None = None) -> str:
	"""Why nobody gets in by a profile: DISABLED, NOT_YET, EXPIRED or OTHER_NETWORK; empty when nothing stands in the way.

	:param ip_address: where the call comes from; None to leave networks out
	"""
	if not profile.enabled:
		return DISABLED
	if profile.valid_from and now < profile.valid_from:
		return NOT_YET
	if profile.valid_upto and now > profile.valid_upto:
		return EXPIRED
	if ip_address is not None and not profile.lets_in(ip_address):
		return OTHER_NETWORK
	return ""


def missing(profile: Profile, user: str, roles: Iterable[str], client: str | None = None) -> tuple[str, ...]:
	"""What keeps a profile from matching a caller: of USER, ROLE and CLIENT those that it names and he is not or has not.

	Empty when it matches, or when it names nobody (`Profile.names_somebody`).
	"""
	# Administrator has every role; only being named counts (T76).
	names_others = bool(profile.users) or (user == "Administrator" and profile.names_somebody)
	return tuple(
		kind
		for kind, is_missing in (
			(USER, names_others and user not in profile.users),
			(ROLE, bool(profile.roles) and profile.roles.isdisjoint(roles)),
			(CLIENT, bool(profile.clients) and client not in profile.clients),
		)
		if is_missing
	)
