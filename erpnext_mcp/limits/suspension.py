"""Ends the MCP access of a user who is refused again and again, or whom an administrator pauses. Truth is the DocType MCP
Suspension."""

from typing import Any

import frappe
from frappe.utils import now_datetime

from erpnext_mcp import compat
from erpnext_mcp.limits import limiter, notices
from erpnext_mcp.limits.notices import _
from erpnext_mcp.limits.window import ADD, Window

DOCTYPE = "MCP Suspension"
TOLD = ("MCP Administrator",)
"""The roles whose holders are told."""


def refused(user: str, most: int, minutes: int, reason: str) -> str | None:
	"""Counts a refusal, over all of the user's clients (T74); the one that is too many suspends him.

	:param most: refusals within the minutes
	:param reason: of this refusal, for the administrator
	:returns: the name of the MCP Suspension, to be committed; None when there is no need for one
	"""
	window = Window(f"erpnext_mcp:refusals:{user}", minutes * 60, most)
	(count,) = limiter.count(ADD, [window]).used
	if count < most or frappe.db.exists(DOCTYPE, {"user": user, "lifted": 0}):
		return None
	name = _insert("Administrator", user=user, refusals=count, within_minutes=minutes, reason=reason)
	# Once it is lifted, he begins anew.
	limiter.forget(window.key)
	return name


def notify(name: str, user: str) -> None:
	"""Tells the administrators on the desk. To be called when the suspension is committed."""
	notices.tell(
		TOLD,
		_("The MCP access of {0} is suspended: too many refusals"),
		user,
		document_type=DOCTYPE,
		document_name=name,
		from_user=user,
	)


def pause(user: str) -> str:
	"""Ends the access of a user until it is lifted, by hand of the session's user; the caller commits.

	:returns: the name of the MCP Suspension: an older one, if his access was ended already
	:raises frappe.PermissionError: the session's user could not lift it either
	:raises frappe.DoesNotExistError: there is no such user
	"""
	frappe.has_permission(DOCTYPE, "write", throw=True)
	if not frappe.db.exists("User", user):
		raise frappe.DoesNotExistError
	found = frappe.db.exists(DOCTYPE, {"user": user, "lifted": 0})
	if found:
		return str(found)
	by = frappe.session.user
	return _insert(by, user=user, paused_by=by, reason=f"Paused by {by}")


def active() -> list:
	"""The suspensions that nobody has lifted, the newest first."""
	return frappe.get_list(
		DOCTYPE,
		filters={"lifted": 0},
		fields=["name", "user", "suspended_at", "refusals", "within_minutes", "reason", "paused_by"],
		order_by="suspended_at desc, name desc",
		**compat.page(1000),
	)


def lift(user: str) -> int:
	"""Lifts the suspensions of a user, as the session's user; the caller commits.

	:returns: how many there were
	"""
	names = [row.name for row in active() if row.user == user]
	for name in names:
		doc = frappe.get_doc(DOCTYPE, name)
		doc.lifted = 1
		doc.save()
	return len(names)


def _insert(owner: str, **values: Any) -> str:
	moment = now_datetime()
	doc = frappe.get_doc(
		{
			"doctype": DOCTYPE,
			"name": frappe.generate_hash(length=10),
			"suspended_at": moment,
			"creation": moment,
			"modified": moment,
			"owner": owner,
			"modified_by": owner,
			**values,
		}
	)
	# A direct insert: its controller refuses everybody else.
	doc.db_insert()
	return doc.name
