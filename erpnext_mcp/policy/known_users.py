"""What Frappe keeps in Redis about a user, held against the database: roles, User Permissions, whether he is enabled.

Frappe drops it when it is changed, which is before the change is committed. Who asks in between fills the cache with what was, and
nothing drops it again: a role that was taken away would go on to hold, for hours (seen under load, docs/torture.md). So
each process reads it once for every revision of the policy, which changes of users renew, too; what Frappe has kept must be the
same at every call. It is read past Frappe's cache: others who are slower may be filling that at this very moment.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import frappe
from frappe.permissions import AUTOMATIC_ROLES, get_user_permissions


@dataclass(frozen=True)
class _Known:
	"""As the database says: `roles` without those that everybody has."""

	enabled: bool
	roles: frozenset[str]
	user_permissions: Any


_known: dict[str, tuple[str, dict[str, _Known]]] = {}
"""By site: the revision, and by user what was read under it."""


def settle(user: str, revision: str | None, anew: Callable[[], object] = lambda: None) -> bool:
	"""Makes what Frappe keeps about a user what the database says, for this call and others.

	May roll back: call it before anything of the call is written.

	:param revision: of the policy; None while it can't be known
	:param anew: called where the database is asked, which is so for every new revision
	:returns: whether the user is enabled
	"""
	site = frappe.local.site
	of_revision, known = _known.get(site, ("", {}))
	if revision and of_revision == revision and (of_user := known.get(user)) == _kept_by_frappe(user):
		return of_user.enabled
	anew()
	# The revision was read before: what a new snapshot shows is at least as new as it.
	frappe.db.rollback()
	found = _read(user)
	if revision:
		if of_revision != revision:
			_known[site] = (revision, known := {})
		known[user] = found
	return found.enabled


def is_enabled(user: str) -> bool:
	"""Whether a user is enabled, by Frappe's cache; where that says no, by the database: `settle` sees only those whom this lets
	pass, so nothing else would set right what was filled in while an administrator was enabling the user."""
	return _enabled_as_kept(user) or _enabled(user)


def _kept_by_frappe(user: str) -> _Known:
	return _Known(
		_enabled_as_kept(user),
		frozenset(frappe.get_roles(user)).difference(AUTOMATIC_ROLES),
		get_user_permissions(user),
	)


def _read(user: str) -> _Known:
	"""From the database; corrects what Frappe keeps."""
	table = frappe.qb.DocType("Has Role")
	rows = (
		frappe.qb.from_(table)
		.select(table.role)
		.where((table.parenttype == "User") & (table.parent == user))
		.run()
	)
	roles = frozenset(role for (role,) in rows).difference(AUTOMATIC_ROLES)
	enabled = _enabled(user)
	automatic = [role for role in frappe.get_roles(user) if role in AUTOMATIC_ROLES]
	frappe.cache.hset("roles", user, [*sorted(roles), *automatic])
	frappe.local.role_permissions = {}
	# As if Redis had said that there are none: then Frappe reads them from the database and keeps them.
	frappe.local.cache.setdefault(frappe.cache.make_key("user_permissions"), {})[user] = None
	return _Known(enabled, roles, get_user_permissions(user))


def _enabled_as_kept(user: str) -> bool:
	return bool(frappe.get_cached_value("User", user, "enabled"))


def _enabled(user: str) -> bool:
	"""From the database; drops what Frappe keeps where that says otherwise."""
	enabled = bool(frappe.db.get_value("User", user, "enabled"))
	if enabled != _enabled_as_kept(user):
		frappe.clear_document_cache("User", user)
	return enabled
