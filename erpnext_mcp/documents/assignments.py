"""Assigning documents to users, as the desk does it but for what it does beside: nothing is shared (T64)."""

import datetime
from typing import Any

import frappe
from frappe.desk.form import assign_to

from erpnext_mcp.access import Access
from erpnext_mcp.documents.comments import escaped
from erpnext_mcp.documents.read import load
from erpnext_mcp.documents.values import plain_name
from erpnext_mcp.errors import Conflict, InvalidArguments, NotFound, Unsupported

PRIORITIES = ("Low", "Medium", "High")
OWN_FIELD = "assigned_to"
"""A field of this name is written by `frappe.desk.form.assign_to` whatever the user may write."""


def assign(
	access: Access,
	name: str,
	user: str,
	description: str = "",
	due_date: str | None = None,
	priority: str = "Medium",
) -> dict[str, Any]:
	"""Assigns a document to a user who can read it: he gets a ToDo, and what notification he has chosen to get.

	:param description: plain text
	:param due_date: YYYY-MM-DD; None: today
	:returns: `{doctype, name, user}`
	:raises NotFound: no such document; or nobody of this name, disabled or not permitted to read it: one answer for all
	:raises Conflict: he has it already
	:raises Unsupported: the DocType keeps its assignee in a field of its own
	"""
	date = {"date": _date(due_date)} if due_date else {}
	doc = load(access, name, for_update=True)
	if doc.meta.get_field(OWN_FIELD):
		raise Unsupported(
			f"{access.doctype} can't be assigned this way.",
			reason=f"assigning would write its field {OWN_FIELD} around the rules of the profile",
		)
	assignee = _reader(doc, user)
	if assignee is None:
		raise NotFound(
			"There is no user of this name to whom the document can be assigned.",
			"Give the login (usually the e-mail address) of an enabled user who can read the document.",
			reason=f"{user} does not exist, is disabled or can't read the document",
			argument="user",
		)
	if assignee in frappe.parse_json(doc.get("_assign") or "[]"):
		raise Conflict("The document is already assigned to this user.")
	assign_to.add(
		{
			"doctype": doc.doctype,
			"name": doc.name,
			"assign_to": [assignee],
			"description": escaped(description),
			"priority": priority,
			**date,
		}
	)
	return {"doctype": access.doctype, "name": plain_name(doc.name), "user": assignee}


def _reader(doc, user: str) -> str | None:
	"""The name of an enabled user who can read the document. All is asked whoever it is, so that all take the same time."""
	try:
		found = frappe.get_doc("User", user)
		user = found.name
	except frappe.DoesNotExistError:
		frappe.clear_last_message()
		found = None
	may_read = frappe.has_permission(doc=doc, ptype="read", user=user)
	if not found or not found.enabled or not may_read or user in frappe.STANDARD_USERS:
		return None
	return user


def _date(text: str) -> str:
	try:
		return datetime.date.fromisoformat(text).isoformat()
	except ValueError:
		raise InvalidArguments("due_date: not a date.", "Write YYYY-MM-DD.", argument="due_date") from None
