"""Documents that wait for a step of their workflow which the caller may take."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import frappe
from frappe.utils import cint

from erpnext_mcp.access import Access, Filter, Query
from erpnext_mcp.documents.lists import list_documents
from erpnext_mcp.documents.read import load
from erpnext_mcp.documents.workflow_states import (
	Transition,
	active_workflow,
	needed_operation,
	state_field,
	transitions,
	waiting_states,
)
from erpnext_mcp.errors import NotFound

PAGE = 50
MOST = 500
"""Documents of one DocType that are looked at: whether one waits depends on its conditions."""
CONDITION_FAILS = (
	ArithmeticError,
	AttributeError,
	LookupError,
	NameError,
	SyntaxError,
	TypeError,
	ValueError,
	frappe.PermissionError,
	frappe.ValidationError,
)
"""What a condition that an administrator wrote may raise about one document."""


def has_workflow(doctypes: Iterable[str]) -> bool:
	"""Whether any of the DocTypes has an active workflow."""
	return any(active_workflow(doctype) for doctype in doctypes)


def get_pending_approvals(accesses: Iterable[Access], limit: int) -> dict[str, Any]:
	"""The documents in whose workflow the session user can take the next step.

	Asked of the documents themselves: not for every one there is a Workflow Action, and some stay open that nobody waits
	for.

	:param accesses: to read, of the DocTypes to look in
	:returns: `{approvals: [{doctype, name, title?, state, actions}], has_more}`
	"""
	found: list[dict[str, Any]] = []
	has_more = False
	for access in accesses:
		for number, row in enumerate(_in_waiting_states(access)):
			if number == MOST:
				has_more = True
				break
			actions = _actions(access, row["name"])
			if not actions:
				continue
			if len(found) == limit:
				return {"approvals": found, "has_more": True}
			found.append({"doctype": access.doctype, **row, "actions": actions})
	return {"approvals": found, "has_more": has_more}


def _in_waiting_states(access: Access) -> Iterator[dict[str, Any]]:
	"""Name, title and state of documents in states from which the user's roles can take a step."""
	meta = frappe.get_meta(access.doctype)
	field = state_field(access.doctype)
	# Who may not know the state may not know either what follows from it.
	if field is None or meta.is_virtual or meta.issingle or field not in access.fields.filterable:
		return
	states = waiting_states(access.doctype)
	if not states:
		return
	title = access.fields.title_field
	shows_title = title in access.fields.columns and title not in ("name", field)
	query = Query(
		fields=("name", title, field) if shows_title else ("name", field),
		filters=(Filter(field, "in", states),),
		limit=PAGE,
	)
	while True:
		page = list_documents(access, query)
		for row in page["documents"]:
			shown = {"title": row[title]} if shows_title else {}
			yield {"name": row["name"], **shown, "state": row[field]}
		if not page["has_more"]:
			return
		query = replace(query, offset=page["next_offset"])


def _actions(access: Access, name: str) -> list[str]:
	"""What the user could do with a document; nothing where all of it leads to optional states."""
	messages = len(frappe.local.message_log)
	try:
		doc = load(access, name)
		steps = [step for step in transitions(doc) if _may(access, doc, step)]
	except (NotFound, *CONDITION_FAILS):
		return []
	finally:
		del frappe.local.message_log[messages:]
	return [step.action for step in steps] if any(not step.optional for step in steps) else []


def _may(access: Access, doc, step: Transition) -> bool:
	"""Whether profile and Frappe let the user do what the step does; the workflow itself asks for neither."""
	docstatus = cint(doc.docstatus)
	if needed_operation(docstatus, step.next_docstatus) not in access.operations:
		return False
	ptypes = ["write"]
	if step.next_docstatus == 1:
		# For a change of what is submitted too (`Document.check_docstatus_transition`).
		ptypes.append("submit")
	elif step.next_docstatus == 2:
		ptypes.append("cancel")
	return all(doc.has_permission(ptype) for ptype in ptypes)
