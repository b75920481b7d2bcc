"""The clients that have been used, for the page."""

from typing import Any

import frappe
from frappe.query_builder import Order
from frappe.utils import get_datetime, nowdate

from erpnext_mcp.audit import usage
from erpnext_mcp.desk.access import people
from erpnext_mcp.limits import clients

PAGE = 20
MOST_USERS = 5
"""That are named of an OAuth client."""

SHOWN = (
	"name",
	"credential",
	"kind",
	"user",
	"oauth_client",
	"app_name",
	"client_name",
	"first_used",
	"last_used",
	"last_user",
	"paused",
	"paused_by",
	"paused_at",
)


def used(search: str = "", start: int = 0) -> dict[str, Any]:
	"""A page of the clients, the one that was used last first.

	:param search: part of what names it: credential, user, application, what it calls itself
	:returns: `{clients[], total, start, page}`; each with the columns of `SHOWN`, `users` (some of those who have a token),
		`more_users`, and `calls` and `refused` of today
	"""
	table = frappe.qb.DocType(clients.DOCTYPE)
	rows = (
		frappe.qb.from_(table)
		.select(*(table[column] for column in SHOWN))
		.orderby(table.last_used, order=Order.desc)
		.orderby(table.name)
		.run(as_dict=True)
	)
	rows = [row for row in rows if _is_wanted(row, search.strip().lower())]
	page = rows[start : start + PAGE]
	today = usage.since(get_datetime(nowdate()), usage.CREDENTIAL)
	users = _users_by_client()
	for row in page:
		names = [row.user] if row.user else sorted(users.get(row.oauth_client, ()))
		sums = today.get(row.credential, usage.Used())
		row.update(
			users=names[:MOST_USERS],
			more_users=max(0, len(names) - MOST_USERS),
			calls=sums.calls,
			refused=sums.refused,
		)
	return {"clients": page, "total": len(rows), "start": start, "page": PAGE}


def _is_wanted(row: Any, search: str) -> bool:
	columns = ("credential", "user", "app_name", "client_name", "last_user")
	return not search or any(search in (row[column] or "").lower() for column in columns)


def _users_by_client() -> dict[str, set[str]]:
	found: dict[str, set[str]] = {}
	for user, of_user in people.clients_by_user().items():
		for client in of_user:
			found.setdefault(client, set()).add(user)
	return found
