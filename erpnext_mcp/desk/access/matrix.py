"""The matrix of users and profiles: which one applies to whom, which also match but lose, and whether the user gets in.
Pure."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from erpnext_mcp.policy.candidates import CLIENT, DEFAULT, EXPIRED, NOT_YET, Candidate, candidates, missing
from erpnext_mcp.policy.profile import Profile
from erpnext_mcp.policy.store import Policy

APPLIES = "applies"
WITH_CLIENT = "with_client"
"""It applies to calls with an OAuth client, but not to those with an API key."""
LOSES = "loses"

PAUSED = "paused"
SUSPENDED = "suspended"
NONE = "none"
DISABLED = "disabled"
OUT_OF_DATES = "out_of_dates"
NO_CREDENTIAL = "no_credential"
CLIENT_PAUSED = "client_paused"
READ_ONLY = "read_only"
WORKS = "works"
NETWORKS = "networks"
STATES = (
	WORKS,
	READ_ONLY,
	NETWORKS,
	NO_CREDENTIAL,
	CLIENT_PAUSED,
	DISABLED,
	OUT_OF_DATES,
	SUSPENDED,
	PAUSED,
	NONE,
)

ANY_CLIENT = None
"""Stands for a call with an API key."""


@dataclass(frozen=True)
class Person:
	"""An enabled user: his roles, his API key ("" for none), and the OAuth clients that have a token of his."""

	user: str
	full_name: str = ""
	image: str = ""
	roles: frozenset[str] = frozenset()
	api_key: str = ""
	clients: frozenset[str] = frozenset()


@dataclass
class Mark:
	"""What is between a user and a profile: APPLIES, WITH_CLIENT or LOSES. `clients` are those it applies with; `lost` says
	why it loses (`policy.candidates`)."""

	kind: str
	clients: list[str] = field(default_factory=list)
	lost: str = ""


@dataclass
class Row:
	"""A user in the matrix. `profile` is the one that applies to what he connects with; `states` what there is to know,
	the most important first."""

	person: Person
	profile: Profile | None
	client: str | None
	"""The OAuth client with which `profile` applies; None for an API key and for all clients."""
	marks: dict[str, Mark]
	states: list[str]


def columns(policy: Policy) -> list[Profile]:
	"""The profiles that take part, as they stand in the list of profiles."""
	default = policy.settings.default_profile
	return sorted(
		(p for p in policy.profiles if p.names_somebody or p.name == default), key=lambda p: p.name.lower()
	)


def row(policy: Policy, person: Person, now: datetime.datetime) -> Row:
	"""A user in the matrix, as of a moment."""
	usable = usable_clients(policy, person)
	contexts: dict[str | None, list[Candidate]] = {
		client: candidates(
			policy.profiles,
			person.user,
			person.roles,
			policy.settings.default_profile,
			client,
			now=now,
		)
		for client in (ANY_CLIENT, *sorted({*usable, *_named_with_him(policy, person)}))
	}
	client = _main(contexts, person, usable)
	winner = contexts[client][0] if contexts[client] else None
	return Row(
		person,
		winner.profile if winner else None,
		client,
		_marks(contexts),
		_states(policy, person, winner, usable, now),
	)


def usable_clients(policy: Policy, person: Person) -> frozenset[str]:
	"""The OAuth clients that have a token of his and are let in."""
	if policy.settings.any_oauth_client:
		return person.clients
	return person.clients & policy.listed_clients


def _named_with_him(policy: Policy, person: Person) -> Iterator[str]:
	"""Clients with which a profile would apply to him that names him, or a role of his. Those of profiles that name nothing
	but clients are everybody's: they count for who has a token of them."""
	for p in policy.profiles:
		if (p.users or p.roles) and missing(p, person.user, person.roles) == (CLIENT,):
			yield from p.clients


def _main(contexts: dict[str | None, list[Candidate]], person: Person, usable: frozenset[str]) -> str | None:
	"""What he connects with: his key, else a client of his; and where he has neither, what would give him a profile."""
	if person.api_key and contexts[ANY_CLIENT]:
		return ANY_CLIENT
	for client in sorted(usable):
		if contexts[client]:
			return client if contexts[client][0].profile not in _winners(contexts[ANY_CLIENT]) else ANY_CLIENT
	if contexts[ANY_CLIENT]:
		return ANY_CLIENT
	return next((client for client, found in contexts.items() if found), ANY_CLIENT)


def _winners(found: Iterable[Candidate]) -> list[Profile]:
	return [c.profile for c in found if c.applies]


def _marks(contexts: dict[str | None, list[Candidate]]) -> dict[str, Mark]:
	marks: dict[str, Mark] = {}
	for client, found in contexts.items():
		for candidate in found:
			name = candidate.profile.name
			if candidate.applies:
				mark = marks.get(name)
				if client is ANY_CLIENT:
					marks[name] = Mark(APPLIES)
				elif mark is None or mark.kind == LOSES:
					marks[name] = Mark(WITH_CLIENT, [client])
				elif mark.kind == WITH_CLIENT:
					mark.clients.append(client)
			elif candidate.by != DEFAULT:
				# The default loses against everything: to mark it in every row would tell nothing.
				marks.setdefault(name, Mark(LOSES, lost=candidate.lost))
	return marks


def _states(
	policy: Policy,
	person: Person,
	winner: Candidate | None,
	usable: frozenset[str],
	now: datetime.datetime,
) -> list[str]:
	states = []
	if person.user in policy.paused:
		states.append(PAUSED)
	if person.user in policy.suspended:
		states.append(SUSPENDED)
	if winner is None:
		return [*states, NONE]
	if winner.hindrance:
		states.append(OUT_OF_DATES if winner.hindrance in (NOT_YET, EXPIRED) else DISABLED)
	credentials = _credentials(person, usable)
	if not credentials:
		states.append(NO_CREDENTIAL)
	elif policy.paused_clients.issuperset(credentials):
		states.append(CLIENT_PAUSED)
	if not states:
		read_only = policy.settings.read_only or winner.profile.is_read_only(now)
		states.append(READ_ONLY if read_only else WORKS)
	if winner.profile.networks:
		states.append(NETWORKS)
	return states


def _credentials(person: Person, usable: frozenset[str]) -> list[str]:
	"""As calls name them."""
	keys = [f"API key {person.api_key}"] if person.api_key else []
	return keys + [f"OAuth client {client}" for client in sorted(usable)]
