"""Ends the MCP access of a user who is refused again and again. Truth is the DocType MCP Suspension."""

import frappe
from frappe.desk.doctype.notification_log.notification_log import enqueue_create_notification
from frappe.utils import now_datetime
from frappe.utils.user import get_users_with_role

from erpnext_mcp import compat
from erpnext_mcp.limits import limiter
from erpnext_mcp.limits.window import ADD, Window

DOCTYPE = "MCP Suspension"
TOLD = "MCP Administrator"
"""The role whose holders are told."""


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
	doc = frappe.get_doc(
		{
			"doctype": DOCTYPE,
			"name": frappe.generate_hash(length=10),
			"user": user,
			"suspended_at": now_datetime(),
			"refusals": count,
			"within_minutes": minutes,
			"reason": reason,
			"creation": now_datetime(),
			"modified": now_datetime(),
			"owner": "Administrator",
			"modified_by": "Administrator",
		}
	)
	# A direct insert: its controller refuses everybody else.
	doc.db_insert()
	# Once it is lifted, he begins anew.
	limiter.forget(window.key)
	return doc.name


def notify(name: str, user: str) -> None:
	"""Tells the administrators on the desk. To be called when the suspension is committed."""
	told = get_users_with_role(TOLD)
	if told:
		enqueue_create_notification(
			told,
			{
				"type": "Alert",
				"document_type": DOCTYPE,
				"document_name": name,
				"subject": f"The MCP access of {frappe.bold(user)} is suspended: too many refusals",
				"from_user": user,
			},
		)


def active() -> list:
	"""The suspensions that nobody has lifted, the newest first."""
	return frappe.get_list(
		DOCTYPE,
		filters={"lifted": 0},
		fields=["name", "user", "suspended_at", "refusals", "within_minutes", "reason"],
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
