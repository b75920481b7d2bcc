"""Who can be simulated, and with which clients: for pickers of administrators, who need no permission on users for it."""

from typing import Any

import frappe

from erpnext_mcp.policy import store

MOST = 20


def exact_name(user: str) -> str | None:
	"""A user's name as it is kept; None where there is no such user.

	The database finds `administrator ` as well, and rights are asked for by the exact name.
	"""
	return frappe.db.get_value("User", {"name": user}, "name")


def is_enabled(user: str) -> bool:
	return bool(frappe.get_cached_value("User", user, "enabled"))


def enabled_users(text: str, profile: str = "") -> list[dict[str, Any]]:
	"""`{value, description}` of users whose name or full name contains a text.

	:param profile: only users that it names, or who have one of its roles
	"""
	like = ("like", f"%{text}%")
	filters: list[Any] = [["enabled", "=", 1], ["name", "!=", "Guest"]]
	named = _named_by(profile)
	if named is not None:
		filters.append(["name", "in", named])
	rows = frappe.get_all(
		"User",
		filters=filters,
		or_filters={"name": like, "full_name": like} if text else None,
		fields=["name", "full_name"],
		order_by="name asc",
		limit=MOST,
	)
	return [{"value": row.name, "description": row.full_name or ""} for row in rows]


def _named_by(profile: str) -> list[str] | None:
	"""None where it names no users and no roles, or there is none of this name."""
	found = next((p for p in store.read().profiles if p.name == profile), None) if profile else None
	if found is None or not (found.users or found.roles):
		return None
	names = set(found.users)
	if found.roles:
		names.update(
			frappe.get_all(
				"Has Role", filters={"role": ("in", list(found.roles)), "parenttype": "User"}, pluck="parent"
			)
		)
	return sorted(names)


def oauth_clients(text: str) -> list[dict[str, Any]]:
	"""The same of OAuth clients."""
	rows = frappe.get_all(
		"OAuth Client",
		or_filters={"name": ("like", f"%{text}%"), "app_name": ("like", f"%{text}%")} if text else None,
		fields=["name", "app_name"],
		order_by="app_name asc",
		limit=MOST,
	)
	return [{"value": row.name, "description": row.app_name or ""} for row in rows]
