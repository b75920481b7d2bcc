"""To whom a profile applies, and what Frappe opens to them together. Pure.

Users are looked at by kinds: those whom every profile treats alike. On a site with thousands of users there are few.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from erpnext_mcp.policy.profile import Profile, choose
from erpnext_mcp.policy.validation import ties
from erpnext_mcp.policy.validation.facts import DocTypeFacts

SAMPLE = 10
"""Users that are named of those to whom a profile applies."""

ANY_LEVEL = frozenset(range(10))

OF_OTHERS_TOO = frozenset({"select", "read", "create"})
"""What a user has of a DocType where he has it for his own documents only (`frappe.permissions.get_role_permissions`)."""


@dataclass(frozen=True)
class Kind:
	"""Users who are named by no profile, or by the same ones. `roles`: those of theirs that a profile names."""

	roles: frozenset[str]
	users: tuple[str, ...]


@dataclass(frozen=True)
class Audience:
	"""The users to whom a profile applies.

	:param users: their names, sorted
	:param of: how many enabled users there are
	:param is_complete: whether all enabled users were looked at
	:param instead: how many users whom it names get another profile, by that one's name
	:param roles: all roles that any of them has, automatic ones included
	:param shared: DocTypes of which a document is shared with one of them: what it gives, as permission types
	"""

	users: tuple[str, ...] = ()
	of: int = 0
	is_complete: bool = True
	instead: Mapping[str, int] = field(default_factory=dict)
	roles: frozenset[str] = frozenset()
	shared: Mapping[str, frozenset[str]] = field(default_factory=dict)

	@property
	def may_all(self) -> bool:
		"""Administrator is one of them: Frappe denies him nothing."""
		return "Administrator" in self.users

	def may(self, facts: DocTypeFacts, right: str) -> bool:
		"""Whether Frappe lets any of them do something with a DocType, by a role or by a document shared with him."""
		if self.may_all or right in self.shared.get(facts.meta.name, ()):
			return True
		return any(
			p.permlevel == 0
			and p.role in self.roles
			and right in p.rights
			and (not p.if_owner or right in OF_OTHERS_TOO)
			for p in facts.permissions
		)

	def levels(self, facts: DocTypeFacts, right: str) -> frozenset[int]:
		"""The permission levels that Frappe opens to any of them. `right` is read or write."""
		if self.may_all:
			return ANY_LEVEL
		levels = {p.permlevel for p in facts.permissions if p.role in self.roles and right in p.rights}
		if right in self.shared.get(facts.meta.name, ()):
			levels.add(0)
		return frozenset(levels)


def kinds_of(users: Mapping[str, frozenset[str]], profiles: Iterable[Profile]) -> list[Kind]:
	"""
	:param users: roles by user; those that a profile names are enough
	"""
	named = {user for p in profiles for user in p.users} | {"Administrator"}
	kinds: dict[tuple[frozenset[str], str], list[str]] = {}
	for user, roles in users.items():
		kinds.setdefault((roles, user if user in named else ""), []).append(user)
	return [Kind(roles, tuple(sorted(found))) for (roles, _user), found in kinds.items()]


def clients_of(profiles: Iterable[Profile]) -> list[str | None]:
	"""With what users may come: an API key, or any of the clients that are named."""
	return [None, *sorted({client for p in profiles for client in p.clients})]


def chosen(
	kinds: Sequence[Kind], profiles: Sequence[Profile], default: str | None, clients: Iterable[str | None]
) -> dict[tuple[int, str | None], Profile | None]:
	"""The profile that applies to each kind of users, by its place in `kinds` and the client."""
	clients = list(clients)
	return {
		(n, client): choose(profiles, kind.users[0], kind.roles, default, client)
		for n, kind in enumerate(kinds)
		for client in clients
	}


def tied(profile: Profile, profiles: Sequence[Profile], kinds: Sequence[Kind]) -> dict[str, list[str]]:
	"""The profiles with which this one ties, by user (`ties.tied`)."""
	found = ties.tied(profile, profiles, {kind.users[0]: kind.roles for kind in kinds})
	every = {kind.users[0]: kind.users for kind in kinds}
	return dict(sorted((user, names) for one, names in found.items() for user in every[one]))
