"""Who can be simulated, and with which clients: for pickers of administrators, who need no permission on users for it."""

from typing import Any

import frappe

MOST = 20


def exact_name(user: str) -> str | None:
	"""A user's name as it is kept; None where there is no such user.

	The database finds `administrator ` as well, and rights are asked for by the exact name.
	"""
	return frappe.db.get_value("User", {"name": user}, "name")


def enabled_users(text: str) -> list[dict[str, Any]]:
	"""`{value, description}` of users whose name or full name contains a text."""
	like = ("like", f"%{text}%")
	rows = frappe.get_all(
		"User",
		filters={"enabled": 1, "name": ("not in", ("Guest",))},
		or_filters={"name": like, "full_name": like} if text else None,
		fields=["name", "full_name"],
		order_by="name asc",
		limit=MOST,
	)
	return [{"value": row.name, "label": row.name, "description": row.full_name or ""} for row in rows]


def oauth_clients(text: str) -> list[dict[str, Any]]:
	"""The same of OAuth clients."""
	rows = frappe.get_all(
		"OAuth Client",
		or_filters={"name": ("like", f"%{text}%"), "app_name": ("like", f"%{text}%")} if text else None,
		fields=["name", "app_name"],
		order_by="app_name asc",
		limit=MOST,
	)
	return [{"value": row.name, "label": row.name, "description": row.app_name or ""} for row in rows]
