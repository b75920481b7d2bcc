"""Reads from the site who its users are, which roles they have, and what is shared with them: for the administrator who
edits a profile. Nothing of it is told to anybody else."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import frappe
from frappe.permissions import ALL_USER_ROLE, AUTOMATIC_ROLES, GUEST_ROLE, SYSTEM_USER_ROLE

from erpnext_mcp.policy.profile import Profile
from erpnext_mcp.policy.validation.audience import Kind, kinds_of

MOST_USERS = 20_000
"""Enabled users that are looked at; on a site with more, the first by name."""

AT_ONCE = 1_000
"""Names in one query."""


@dataclass(frozen=True)
class People:
	"""The enabled users by kinds. `is_complete`: whether these are all."""

	kinds: tuple[Kind, ...]
	count: int
	is_complete: bool


def kinds(profiles: Iterable[Profile]) -> People:
	"""The enabled users, as far as these profiles tell them apart. Guest is none."""
	profiles = list(profiles)
	names = frappe.get_all(
		"User",
		filters={"enabled": 1, "name": ("!=", "Guest")},
		order_by="name asc",
		limit_page_length=MOST_USERS + 1,
		pluck="name",
	)
	is_complete = len(names) <= MOST_USERS
	users: dict[str, set[str]] = {name: set() for name in names[:MOST_USERS]}
	roles = sorted({role for p in profiles for role in p.roles})
	if roles:
		for row in frappe.get_all(
			"Has Role", filters={"parenttype": "User", "role": ("in", roles)}, fields=["parent", "role"]
		):
			if row.parent in users:
				users[row.parent].add(row.role)
	count = len(names) if is_complete else frappe.db.count("User", {"enabled": 1, "name": ("!=", "Guest")})
	found = kinds_of({user: frozenset(given) for user, given in users.items()}, profiles)
	return People(tuple(found), count, is_complete)


def roles_of(users: Sequence[str]) -> frozenset[str]:
	"""All roles that any of the users has, automatic ones included."""
	if not users:
		return frozenset()
	found: set[str] = set()
	is_desk_user = False
	for names in _in_parts(users):
		found.update(
			frappe.get_all(
				"Has Role",
				filters={"parenttype": "User", "parent": ("in", names)},
				distinct=True,
				order_by="role asc",
				pluck="role",
			)
		)
		is_desk_user = is_desk_user or _some("User", {"name": ("in", names), "user_type": "System User"})
	# As `frappe.permissions.get_roles` has it: automatic ones are never read from the table.
	automatic = {ALL_USER_ROLE, GUEST_ROLE, *([SYSTEM_USER_ROLE] if is_desk_user else [])}
	return frozenset(found.difference(AUTOMATIC_ROLES) | automatic)


def shared_with(users: Sequence[str], doctypes: Iterable[str]) -> dict[str, frozenset[str]]:
	"""What documents that are shared with any of the users give them, as permission types by DocType."""
	wanted = sorted(set(doctypes))
	if not wanted or not users:
		return {}
	with_shares = frappe.get_all(
		"DocShare",
		filters={"share_doctype": ("in", wanted)},
		distinct=True,
		order_by="share_doctype asc",
		pluck="share_doctype",
	)
	return {doctype: _shared_with(users, doctype) for doctype in with_shares}


def _shared_with(users: Sequence[str], doctype: str) -> frozenset[str]:
	found = set()
	for right in ("read", "write", "submit"):
		shares = {"share_doctype": doctype, right: 1}
		if _some("DocShare", shares | {"everyone": 1}) or any(
			_some("DocShare", shares | {"user": ("in", names)}) for names in _in_parts(users)
		):
			found.add(right)
	return frozenset(found | {"print"} if "read" in found else found)


def not_enabled(users: Iterable[str]) -> frozenset[str]:
	"""Those who are disabled, or not there any more."""
	wanted = sorted(set(users))
	enabled = {
		name
		for names in _in_parts(wanted)
		for name in frappe.get_all("User", filters={"enabled": 1, "name": ("in", names)}, pluck="name")
	}
	return frozenset(wanted) - enabled


def _some(doctype: str, filters: dict) -> bool:
	return bool(frappe.get_all(doctype, filters=filters, limit_page_length=1, pluck="name"))


def _in_parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
	for start in range(0, len(names), AT_ONCE):
		yield names[start : start + AT_ONCE]
