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
	"""A step that the session user may take; `next_docstatus` is 0, 1 or 2."""

	action: str
	next_state: str
	next_docstatus: int


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
	docstatus = {row.state: cint(row.doc_status) for row in workflow.states}
	# Of several steps by one action Frappe takes the last (`apply_workflow`).
	by_action = {step["action"]: step for step in get_transitions(doc, workflow)}
	return [
		Transition(action, step["next_state"], docstatus.get(step["next_state"], 0))
		for action, step in by_action.items()
		if has_approval_access(frappe.session.user, doc, step)
	]


def needed_operation(docstatus_from: int, docstatus_to: int) -> str:
	"""The operation of a profile that a step is: one that changes docstatus submits or cancels (DESIGN §6)."""
	if docstatus_from == docstatus_to:
		return UPDATE
	return CANCEL if docstatus_to == 2 else SUBMIT
