"""Who may see and do what: the groups of users, their switches, and the view of a group while its switch stands at a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REGIONS = ("North", "South")

NOT_PERMITTED = frozenset({"not_permitted"})
NOT_FOUND = frozenset({"not_found"})
READ_ONLY = frozenset({"read_only"})


@dataclass(frozen=True)
class View:
	"""`denied`: the codes by which everything is refused, `closed` those for a DocType that nobody has, `unwritable` those for writes;
	empty where it is not. `regions`: whose accounts are there. `extra`: whether that field is."""

	denied: frozenset[str] = frozenset()
	closed: frozenset[str] = NOT_FOUND
	unwritable: frozenset[str] = frozenset()
	regions: tuple[str, ...] = REGIONS
	extra: bool = True


EVERYTHING = View()

GROUPS: Mapping[str, Mapping[Any, View]] = {
	"field": {"shown": EVERYTHING, "hidden": View(extra=False)},
	"rows": {"North": View(regions=("North",)), "South": View(regions=("South",))},
	"profile": {"enabled": EVERYTHING, "disabled": View(denied=NOT_PERMITTED, closed=NOT_PERMITTED)},
	# Frappe itself denies: of a DocType without any permission nobody is told that it is there.
	"role": {"given": EVERYTHING, "taken": View(denied=NOT_FOUND)},
	"writing": {"allowed": EVERYTHING, "read only": View(unwritable=READ_ONLY)},
	"ledger": {"always": EVERYTHING},
}
"""By the name of the group, its views by the value of its switch; the first is where it stands at the beginning."""
