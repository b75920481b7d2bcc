"""What becomes wider when a profile is saved: for the administrator, before he does it. Pure.

The promise is never to be silent about it: where nothing is reported, the profile as it will be saved opens nothing that
it did not open as it is stored. What can't be compared, such as a row filter that was rewritten, is told as what may be
wider. What other profiles open to whom this one loses is told as well; what Frappe opens is not asked here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.profile import Profile
from erpnext_mcp.policy.widening.openness import reports, rules
from erpnext_mcp.policy.widening.reach import limits, named, networks, switches, unasked
from erpnext_mcp.policy.widening.wider import NAMED_BY, Around, Wider, listed

__all__ = ["NAMED_BY", "Around", "Wider", "moved", "widening"]

K = TypeVar("K")


def widening(old: Profile | None, new: Profile, around: Around) -> list[Wider]:
	"""Everything that is open after saving and was not before.

	:param old: as it is stored; None for a new one, of which all is told that it opens
	"""
	if old is None:
		return list(_everything(new, around))
	return [
		*switches(old, new, around.now),
		*named(old, new),
		*networks(old.networks, new.networks),
		*limits(old, new, around),
		*unasked(old, new),
		*rules(old, new, around),
		*reports(old, new),
	]


def moved(
	name: str,
	before: Mapping[K, str | None],
	after: Mapping[K, str | None],
	users: Mapping[K, Sequence[str]],
) -> list[Wider]:
	"""What saving moves between profiles, of users as they are now.

	:param name: of the profile
	:param before: by kind of users and client, the profile that applies now; None for none
	:param after: the same once it is saved
	:param users: the users of each kind
	"""
	gained: set[str] = set()
	lost: dict[str, set[str]] = {}
	for kind, now in after.items():
		if now == before[kind]:
			continue
		if now == name:
			gained.update(users[kind])
		elif before[kind] == name and now is not None:
			lost.setdefault(now, set()).update(users[kind])
	found = []
	if gained:
		found.append(Wider(Message(_("It will newly apply to {0}."), listed(sorted(gained)))))
	for other, names in sorted(lost.items()):
		message = Message(
			_("It will no longer apply to {0}: profile {1} will, which may open more."),
			listed(sorted(names)),
			other,
		)
		found.append(Wider(message))
	return found


def _everything(new: Profile, around: Around) -> Iterator[Wider]:
	"""What a new profile opens."""
	closed = replace(
		new,
		rules={},
		reports={},
		users=frozenset(),
		roles=frozenset(),
		clients=frozenset(),
		limits=dict(around.limits),
	)
	yield from named(closed, new)
	yield from limits(closed, new, around)
	yield from rules(closed, new, around)
	yield from reports(closed, new)
