"""Users for whom two profiles are equally strong, so that only their names decide (DESIGN §4). Pure."""

from collections.abc import Iterable, Mapping

from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.profile import Profile
from erpnext_mcp.policy.validation.finding import WARNING, Finding

LISTED = 10


def rivals(profile: Profile, profiles: Iterable[Profile]) -> list[Profile]:
	"""Profiles that are as strong as this one, if they ever meet."""
	return [
		p
		for p in profiles
		if p.name != profile.name and p.names_somebody and _strength(p) == _strength(profile)
	]


def tied(
	profile: Profile, profiles: Iterable[Profile], users: Mapping[str, frozenset[str]]
) -> dict[str, list[str]]:
	"""The profiles with which this one ties, by user, for calls with an API key or with any of the clients named.

	:param users: roles by user
	"""
	profiles = list(profiles)
	clients = sorted({client for p in profiles for client in p.clients})
	found: dict[str, set[str]] = {}
	for user, roles in users.items():
		for client in (None, *clients):
			matching = [
				p
				for p in profiles
				if p.matches(user, roles, client) and (user != "Administrator" or user in p.users)
			]
			if not matching:
				continue
			strongest = min(map(_strength, matching))
			best = {p.name for p in matching if _strength(p) == strongest}
			if profile.name in best and len(best) > 1:
				found.setdefault(user, set()).update(best - {profile.name})
	return {user: sorted(names) for user, names in sorted(found.items())}


def findings(ties: Mapping[str, list[str]]) -> list[Finding]:
	"""At most `LISTED` users are named."""
	found = [
		Finding(
			Message(
				_(
					"For {0} this profile ties with {1}: the name that comes first applies. Give one a higher priority."
				),
				user,
				", ".join(names),
			),
			severity=WARNING,
		)
		for user, names in list(ties.items())[:LISTED]
	]
	if len(ties) > LISTED:
		found.append(Finding(Message(_("And for {0} more users."), len(ties) - LISTED), severity=WARNING))
	return found


def _strength(profile: Profile) -> tuple[int, int]:
	return (profile.level, -profile.priority)
