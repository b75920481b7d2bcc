"""What Frappe keeps in Redis about a user, held against the database: roles, User Permissions, whether he is enabled.

Frappe drops it when it is changed, which is before the change is committed. Who asks in between fills the cache with what was, and
nothing drops it again: a role that was taken away would go on to hold, for hours (seen under load, docs/torture.md). So
each process reads it once for every revision of the policy, which changes of users renew, too; what Frappe has kept must be the
same at every call.
"""

from typing import Any

import frappe
from frappe.permissions import get_user_permissions

from erpnext_mcp.policy import store

_known: dict[str, tuple[str, dict[str, tuple]]] = {}
"""By site: the revision, and by user what the database said under it."""


def changed(doc: Any = None, method: str | None = None) -> None:
	"""Document event of what `settle` looks at."""
	store.changed()


def settle(user: str, revision: str | None) -> bool:
	"""Makes what Frappe keeps about a user what the database says, for this call and others.

	May roll back: call it before anything of the call is written.

	:param revision: of the policy; None while it can't be known
	:returns: whether Frappe was asked anew, and may say something else now than before
	"""
	site = frappe.local.site
	of_revision, known = _known.get(site, ("", {}))
	if revision and of_revision == revision and known.get(user) == _kept_by_frappe(user):
		return False
	# The revision was read before: what a new snapshot shows is at least as new as it.
	frappe.db.rollback()
	for name in ("roles", "user_permissions"):
		frappe.cache.hdel(name, user)
	frappe.clear_document_cache("User", user)
	frappe.local.role_permissions = {}
	if revision:
		if of_revision != revision:
			_known[site] = (revision, known := {})
		known[user] = _kept_by_frappe(user)
	return True


def _kept_by_frappe(user: str) -> tuple:
	"""Read from the database where it is not kept."""
	return (
		frappe.get_cached_value("User", user, "enabled"),
		sorted(frappe.get_roles(user)),
		get_user_permissions(user),
	)
