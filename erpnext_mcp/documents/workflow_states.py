"""What workflows say of documents: which one is active, where a document stands, where its reader may take it.

Reads through Frappe's own functions, which check that the document can be read; decides nothing.
"""

from dataclasses import dataclass

import frappe
from frappe.model.workflow import (
	get_transitions,
	get_workflow,
	get_workflow_name,
	get_workflow_state_field,
	has_approval_access,
)
from frappe.utils import cint

UPDATE, SUBMIT, CANCEL = "update", "submit", "cancel"


@dataclass(frozen=True)
class Transition:
	"""A step that the session user may take; `next_docstatus` is 0, 1 or 2. Nobody is waited for to go to an optional state."""

	action: str
	next_state: str
	next_docstatus: int
	optional: bool = False


def active_workflow(doctype: str) -> str | None:
	"""The name of the DocType's active workflow; None: it has none."""
	return get_workflow_name(doctype) or None


def state_field(doctype: str) -> str | None:
	"""The field in which the active workflow keeps a document's state; None: there is no active workflow."""
	workflow = active_workflow(doctype)
	return get_workflow_state_field(workflow) if workflow else None


def transitions(doc) -> list[Transition]:
	"""The steps that the session user's roles, the conditions and the rule on self-approval open, one per action.

	:param doc: `frappe.model.document.Document`, saved
	:returns: none where there is no active workflow, or the document has no state yet
	:raises frappe.PermissionError: the user can't read the document
	"""
	field = state_field(doc.doctype)
	if field is None or not doc.get(field):
		return []
	workflow = get_workflow(doc.doctype)
	states = {row.state: row for row in workflow.states}
	# Of several steps by one action Frappe takes the last (`apply_workflow`).
	by_action = {step["action"]: step for step in get_transitions(doc, workflow)}
	allowed = [step for step in by_action.values() if has_approval_access(frappe.session.user, doc, step)]
	return [
		Transition(
			step["action"],
			step["next_state"],
			cint(states[step["next_state"]].doc_status),
			bool(states[step["next_state"]].is_optional_state),
		)
		for step in allowed
		if step["next_state"] in states
	]


def waiting_states(doctype: str) -> list[str]:
	"""The states from which one of the session user's roles can take a step that is waited for."""
	if active_workflow(doctype) is None:
		return []
	workflow = get_workflow(doctype)
	optional = {row.state for row in workflow.states if row.is_optional_state}
	roles = frappe.get_roles()
	steps = [s for s in workflow.transitions if s.allowed in roles and s.next_state not in optional]
	return list(dict.fromkeys(s.state for s in steps))


def may_edit(doc) -> bool:
	"""Whether the desk would let the session user edit a document in its present state (`allow_edit` of the state)."""
	field = state_field(doc.doctype)
	if field is None or not doc.get(field):
		return True
	states = [row for row in get_workflow(doc.doctype).states if row.state == doc.get(field)]
	return not states or any(row.allow_edit in frappe.get_roles() for row in states)


def needed_operation(docstatus_from: int, docstatus_to: int) -> str:
	"""The operation of a profile that a step is: one that changes docstatus submits or cancels (DESIGN §6)."""
	if docstatus_from == docstatus_to:
		return UPDATE
	return CANCEL if docstatus_to == 2 else SUBMIT
