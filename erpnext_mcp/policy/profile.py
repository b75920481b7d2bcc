"""A permission profile as a value, and the choice of the one that applies to a call. Pure: no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class DocTypeRule:
	"""What a profile opens of one DocType."""

	doctype: str
	operations: frozenset[str]
	acknowledge_password_fields: bool = False


@dataclass(frozen=True)
class Profile:
	"""One MCP Permission Profile.

	`revision` is the time it was last saved, as text; `users` and `roles` say whom it names.
	"""

	name: str
	enabled: bool = True
	read_only: bool = False
	priority: int = 0
	revision: str = ""
	users: frozenset[str] = frozenset()
	roles: frozenset[str] = frozenset()
	rules: Mapping[str, DocTypeRule] = field(default_factory=dict)

	@property
	def names_somebody(self) -> bool:
		return bool(self.users or self.roles)

	def matches(self, user: str, roles: frozenset[str]) -> bool:
		"""Entries of one kind are alternatives; of several kinds each needs a match."""
		return (
			self.names_somebody
			and (not self.users or user in self.users)
			and (not self.roles or bool(self.roles & roles))
		)

	@property
	def level(self) -> int:
		"""How specific it is: naming users beats naming roles. Smaller is stronger."""
		return 0 if self.users else 1


def choose(
	profiles: Iterable[Profile], user: str, roles: Iterable[str], default: str | None = None
) -> Profile | None:
	"""The one profile that applies to a user (DESIGN §4), or None.

	Whether it is enabled is not asked here: a disabled winner denies, it never falls through to a wider one (T75).

	:param roles: the user's roles, automatic ones included
	:param default: name of the default profile of the settings; never applies to Administrator
	"""
	profiles = list(profiles)
	roles = frozenset(roles)
	candidates = [p for p in profiles if p.matches(user, roles)]
	if user == "Administrator":
		# Has every role: only being named as a user counts (T76).
		candidates = [p for p in candidates if user in p.users]
	if candidates:
		return min(candidates, key=lambda p: (p.level, -p.priority, p.name))
	if user == "Administrator":
		return None
	return next((p for p in profiles if p.name == default), None) if default else None
