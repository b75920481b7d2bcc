"""What becomes of a document after it is saved: submitted, cancelled, amended, deleted, led through a workflow.

Runs inside `transactions.writing`; whatever is raised here, the caller rolls back.
"""

from collections.abc import Mapping
from typing import Any

import frappe
from frappe.model.workflow import apply_workflow
from frappe.utils.scheduler import is_scheduler_inactive

from erpnext_mcp.access import Access
from erpnext_mcp.documents import workflow_states
from erpnext_mcp.documents.problems import Linking, in_our_words
from erpnext_mcp.documents.values import plain_name
from erpnext_mcp.documents.versions import state_token
from erpnext_mcp.documents.write import BEFORE, load_to_change, settled, shown_now, written
from erpnext_mcp.errors import InvalidArguments, Unsupported, ValidationFailed

DRAFT, SUBMITTED, CANCELLED = 0, 1, 2
STATUS = {DRAFT: "a draft", SUBMITTED: "submitted", CANCELLED: "cancelled"}
ASK_AGAIN = "It is done in the background. Read the document later: its docstatus tells when it is done."


def submit(
	access: Access, name: str, expected_version: str | None = None, *, dry_run: bool = False
) -> dict[str, Any]:
	"""Submits a draft.

	:returns: `{doctype, name, docstatus, done, document?, version, changed?}`; `{..., done: false, status: "queued"}` where
	        ERPNext does it in the background
	:raises CallError: it was refused
	"""
	return _step(access, name, expected_version, "submit", DRAFT, dry_run)


def cancel(
	access: Access,
	name: str,
	expected_version: str | None = None,
	*,
	dry_run: bool = False,
	linking: Linking | None = None,
) -> dict[str, Any]:
	"""Cancels a submitted document.

	:param linking: names the documents that stand against it
	:returns: as `submit`
	:raises LinkExists: submitted documents link to it
	:raises CallError: it was refused
	"""
	return _step(access, name, expected_version, "cancel", SUBMITTED, dry_run, linking)


def amend(access: Access, name: str, expected_version: str | None = None) -> dict[str, Any]:
	"""Makes a new draft of a cancelled document, as the desk's Amend does: fields that are not copied stay empty.

	The conditions of *create* hold for it: it is a new document.

	:returns: as `write.create`, with `docstatus` and `amended_from`
	:raises CallError: it was refused
	"""
	doc = load_to_change(access, name, "amend", expected_version)
	_check_status(doc, CANCELLED, "amended")
	# As the desk asks (`frappe.client.is_document_amended`), whether the caller can see the other one or not.
	if frappe.db.exists(access.doctype, {"amended_from": doc.name}):
		raise ValidationFailed("The document has been amended already.", "Go on with that one.")
	draft = frappe.copy_doc(doc, ignore_no_copy=False)
	draft.amended_from = doc.name
	draft.docstatus = DRAFT
	with in_our_words(access, draft):
		draft.insert()
	saved = settled(access, draft, "create")
	docstatus = int(saved.docstatus)
	return {
		**written(access, saved),
		"docstatus": docstatus,
		"amended_from": plain_name(doc.name),
		"done": True,
	}


def delete(
	access: Access, name: str, expected_version: str | None = None, *, linking: Linking | None = None
) -> dict[str, Any]:
	"""Deletes a document as the desk does: never by force (T25).

	:param linking: names the documents that stand against it
	:returns: `{doctype, name, done}`
	:raises LinkExists: others link to it
	:raises CallError: it was refused
	"""
	if frappe.get_meta(access.doctype).issingle:
		raise Unsupported(f"{access.doctype} is a single document and can't be deleted.")
	doc = load_to_change(access, name, "delete", expected_version)
	if doc.docstatus == SUBMITTED:
		raise ValidationFailed("The document is submitted.", "Cancel it first.")
	access.check_conditions("delete", doc.as_dict(), BEFORE)
	with in_our_words(access, doc, linking=linking):
		frappe.delete_doc(access.doctype, doc.name)
	return {"doctype": access.doctype, "name": plain_name(doc.name), "done": True}


def workflow_operation(access: Access, name: str, action: str) -> str:
	"""The operation of the profile that a workflow's action on a document is.

	:param access: any that lets the caller see the document
	:raises NotFound: it does not exist for the caller
	:raises InvalidArguments: it can't be taken now; names the actions that can
	"""
	doc = load_to_change(access, name, "read", None)
	transition = _transition(doc, action)
	return workflow_states.needed_operation(int(doc.docstatus), transition.next_docstatus)


def apply_action(
	access: Access, name: str, action: str, expected_version: str | None = None, *, dry_run: bool = False
) -> dict[str, Any]:
	"""Takes an action of the document's workflow, by Frappe's own function.

	:param access: to the operation that `workflow_operation` gives
	:returns: `{doctype, name, docstatus, state, next_actions[], done, document?, version, changed?}`
	:raises CallError: it was refused
	"""
	doc = load_to_change(access, name, "write", expected_version)
	transition = _transition(doc, action)
	operation = workflow_states.needed_operation(int(doc.docstatus), transition.next_docstatus)
	before_shown = shown_now(access, doc)
	access.check_conditions(operation, doc.as_dict(), BEFORE)
	if operation == "submit":
		_check_queue(access, doc, operation, dry_run)
	with in_our_words(access, doc):
		apply_workflow(doc, action)
	return _after_step(access, doc, operation, before_shown, transition.next_docstatus, dry_run)


def _step(
	access: Access,
	name: str,
	expected_version: str | None,
	operation: str,
	from_status: int,
	dry_run: bool,
	linking: Linking | None = None,
) -> dict[str, Any]:
	_check_submittable(access)
	doc = load_to_change(access, name, operation, expected_version)
	_check_status(doc, from_status, "submitted" if operation == "submit" else "cancelled")
	if workflow_states.active_workflow(access.doctype):
		_check_workflow(doc, from_status + 1)
	before_shown = shown_now(access, doc)
	access.check_conditions(operation, doc.as_dict(), BEFORE)
	in_background = _check_queue(access, doc, operation, dry_run)
	with in_our_words(access, doc, linking=linking):
		if in_background:
			_queue(doc, operation)
		else:
			# ERPNext's own `submit` of a long Journal Entry, among others, queues it.
			getattr(doc, operation)()
	return _after_step(access, doc, operation, before_shown, from_status + 1, dry_run)


def _after_step(
	access: Access,
	doc: Any,
	operation: str,
	before_shown: Mapping[str, Any],
	wanted: int,
	dry_run: bool,
) -> dict[str, Any]:
	"""The answer after Frappe has done, or queued, what was asked for."""
	now = frappe.get_doc(doc.doctype, doc.name)
	if int(now.docstatus) != wanted and now.is_locked:
		if dry_run:
			raise no_dry_run()
		_check_unconditional(access, operation)
		return {
			"doctype": access.doctype,
			"name": plain_name(doc.name),
			"docstatus": int(now.docstatus),
			"done": False,
			"status": "queued",
			"hint": ASK_AGAIN,
			"version": state_token(now),
		}
	if int(now.docstatus) != wanted:
		raise ValidationFailed("ERPNext left the document as it was.", "Look at it in ERPNext.")
	saved = settled(access, doc, operation)
	# `written` takes away what the caller may not read, which asking for the next actions needs.
	extra = _workflow_answer(saved)
	docstatus = int(saved.docstatus)
	return {**written(access, saved, before_shown), **extra, "docstatus": docstatus, "done": True}


def _workflow_answer(saved: Any) -> dict[str, Any]:
	field = workflow_states.state_field(saved.doctype)
	if field is None:
		return {}
	return {
		"state": saved.get(field),
		"next_actions": [t.action for t in workflow_states.transitions(saved)],
	}


def _check_submittable(access: Access) -> None:
	if not frappe.get_meta(access.doctype).is_submittable:
		raise Unsupported(f"{access.doctype} can't be submitted or cancelled: it has no such states.")


def _check_status(doc: Any, wanted: int, done: str) -> None:
	if int(doc.docstatus) != wanted:
		raise ValidationFailed(
			f"The document is {STATUS[int(doc.docstatus)]}: only one that is {STATUS[wanted]} can be {done}.",
			"Read it again.",
		)


def _check_workflow(doc: Any, next_docstatus: int) -> None:
	"""With a workflow the desk has no Submit and no Cancel: the way leads through its actions."""
	actions = [t.action for t in workflow_states.transitions(doc) if t.next_docstatus == next_docstatus]
	raise Unsupported(
		"A workflow decides when this document is submitted or cancelled.",
		f"Use apply_workflow_action with {' or '.join(actions)}."
		if actions
		else "No action that does it is open to you now.",
		actions=actions,
	)


def _check_queue(access: Access, doc: Any, operation: str, dry_run: bool) -> bool:
	"""Whether the DocType says that this is done in the background (`queue_in_background`, as in the desk)."""
	if not doc.meta.get("queue_in_background") or is_scheduler_inactive():
		return False
	if dry_run:
		raise no_dry_run()
	_check_unconditional(access, operation)
	return True


def _check_unconditional(access: Access, operation: str) -> None:
	"""A job in the background knows no profile: what it makes of the document can't be held against conditions."""
	if operation in access.conditioned:
		raise Unsupported(
			f"This document is too large to {operation} it at once, and in the background your profile's conditions "
			"can't be checked.",
			"Do it in ERPNext itself.",
		)


def _queue(doc: Any, operation: str) -> None:
	from frappe.core.doctype.submission_queue.submission_queue import queue_submission

	queue_submission(doc, operation.capitalize(), alert=False)


def _transition(doc: Any, action: str) -> workflow_states.Transition:
	if workflow_states.active_workflow(doc.doctype) is None:
		raise Unsupported(f"{doc.doctype} has no workflow.", "Use update, submit or cancel.")
	found = workflow_states.transitions(doc)
	for transition in found:
		if transition.action == action:
			return transition
	raise InvalidArguments(
		"This action can't be taken by you now.",
		"Take one of actions." if found else "There is none for you in the document's present state.",
		actions=[t.action for t in found],
	)


def no_dry_run() -> Unsupported:
	return Unsupported(
		"This is done in the background, where nothing can be tried.",
		"Without dry_run it is queued for real.",
	)
