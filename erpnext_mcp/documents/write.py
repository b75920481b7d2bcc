"""Creating and changing documents, by Frappe's own insert and save with its permissions, hooks and naming (DESIGN §3).

Runs inside `transactions.writing`; whatever is raised here, the caller rolls back.
"""

from collections.abc import Mapping
from typing import Any

import frappe

from erpnext_mcp.access import Access, Change
from erpnext_mcp.documents import workflow_states
from erpnext_mcp.documents.applied import Rows, apply, new_document
from erpnext_mcp.documents.changes import about_to_change, has_changed, was_made
from erpnext_mcp.documents.link_values import check_links
from erpnext_mcp.documents.mapping import by_row_name
from erpnext_mcp.documents.outcome import UNTOLD, differences, overridden
from erpnext_mcp.documents.problems import in_our_words
from erpnext_mcp.documents.query import matches_row_filter
from erpnext_mcp.documents.read import load, shown_document
from erpnext_mcp.documents.values import plain_name
from erpnext_mcp.documents.versions import changed_fields, same_state, state_token
from erpnext_mcp.errors import (
	ConditionFailed,
	Conflict,
	FieldNotPermitted,
	NotFound,
	NotPermitted,
	Unsupported,
)

READ = "read"
BEFORE, AFTER = "Before", "After"


def create(access: Access, change: Change, template: Any = None) -> dict[str, Any]:
	"""Inserts a document.

	:param access: to create
	:param template: a mapper's document to start from
	:returns: `{doctype, name, document?, version, overridden?}`; the optional members where the caller may read the DocType
	:raises CallError: it was refused
	"""
	if frappe.get_meta(access.doctype).issingle:
		raise Unsupported(f"{access.doctype} is a single document: it is there already and can't be created.")
	_check_state_field(access, change)
	# What the mapper chose may be sent back, though the caller could not choose it himself: units of measure, on v15.
	before = by_row_name(template) if template is not None else {}
	doc, rows = new_document(access, change, template)
	check_links(access, change, doc, rows, before)
	with in_our_words(access, doc, fieldnames=change.fieldnames):
		doc.insert()
	saved = settled(access, doc, "create")
	was_made(access, saved, change, rows)
	return _answer(access, saved, change, rows)


def update(access: Access, name: str, change: Change, expected_version: str | None = None) -> dict[str, Any]:
	"""Saves a changed document.

	:param access: to update
	:returns: as `create`, and `changed: {field: [old, new]}`
	:raises NotFound: it does not exist for the caller
	:raises Conflict: it is not in the state that `expected_version` was given for
	:raises CallError: it was refused
	"""
	_check_state_field(access, change)
	doc = load_to_change(access, name, "write", expected_version)
	if not workflow_states.may_edit(doc):
		raise NotPermitted(
			"In its present workflow state this document can't be edited by you.",
			"apply_workflow_action may lead to a state where it can.",
		)
	before_shown = shown_now(access, doc)
	before = doc.as_dict()
	access.check_conditions("update", before, BEFORE)
	rows = apply(doc, change)
	check_links(access, change, doc, rows, before)
	with in_our_words(access, doc, fieldnames=change.fieldnames):
		doc.save()
	saved = settled(access, doc, "update")
	return _answer(access, saved, change, rows, before_shown)


def state_of(access: Access, name: str) -> str:
	"""Tells one state of a document from another; it is locked until the end of the transaction.

	:raises NotFound: there is none for the user
	"""
	return state_token(load(access, name, for_update=True))


def load_to_change(access: Access, name: str, ptype: str, expected_version: str | None):
	"""The document, locked until the end of the transaction, if the caller may do this to it.

	:param ptype: Frappe's permission that is needed
	:raises NotFound: it does not exist for the caller
	:raises NotPermitted: he can read it, but has not that permission on it
	:raises Conflict: somebody has changed it since `expected_version`, with what changed
	"""
	doc = (
		load(access, name, for_update=True)
		if READ in access.operations
		else load(access, name, ptype, for_update=True)
	)
	if not doc.has_permission(ptype):
		raise NotPermitted(
			"You can read this document, but your permissions in ERPNext don't allow this.",
			reason=f"no permission {ptype} on it",
		)
	if expected_version and not same_state(doc, expected_version):
		raise _conflict(access, doc, expected_version)
	about_to_change(doc)
	return doc


def shown_now(access: Access, doc) -> dict[str, Any]:
	"""The document as the caller may read it at this moment, leaving the document itself as it is."""
	if READ not in access.operations:
		return {}
	return shown_document(access, frappe.get_doc(doc.doctype, doc.name))["document"]


def settled(access: Access, doc, operation: str):
	"""The document as it now is in the database, held against the profile once more (T28, T68).

	:param operation: whose conditions must hold
	:returns: the document, loaded anew
	:raises ConditionFailed: a condition does not hold, or the caller could not see the document any more
	"""
	if frappe.session.user != access.user:
		# A hook went on as somebody else: what follows is about what the caller may see.
		frappe.set_user(access.user)
	saved = frappe.get_doc(doc.doctype, doc.name)
	access.check_conditions(operation, saved.as_dict(), AFTER)
	try:
		inside = matches_row_filter(access, saved.name) and (
			READ not in access.operations or saved.has_permission("read")
		)
	except NotFound:
		inside = False
	if not inside:
		raise ConditionFailed(
			"The document would lie outside of what you may see.",
			"Nothing was changed.",
			reason="the document leaves the caller's rows",
		)
	has_changed(access, saved)
	return saved


def written(access: Access, saved, before_shown: Mapping[str, Any] | None = None) -> dict[str, Any]:
	"""The answer about a document that was written: never more than a read would tell (T02)."""
	if READ not in access.operations:
		return {"doctype": access.doctype, "name": plain_name(saved.name), "version": state_token(saved)}
	answer = shown_document(access, saved)
	if before_shown:
		answer["changed"] = differences(access.fields.fields, before_shown, answer["document"])
	return answer


def _answer(
	access: Access, saved, change: Change, rows: Rows, before_shown: Mapping[str, Any] | None = None
) -> dict[str, Any]:
	answer = written(access, saved, before_shown)
	if "document" in answer:
		answer["overridden"] = overridden(access, change, rows, answer["document"])
	return answer


def _conflict(access: Access, doc, expected_version: str) -> Conflict:
	version = state_token(doc)
	details: dict[str, Any] = {}
	if READ in access.operations:
		shown = shown_document(access, doc)
		version = shown["version"]
		document = shown["document"]
		told = changed_fields(doc, document, expected_version)
		if told is not None:
			fields = access.fields.fields
			details["changed_fields"] = [f for f in told if f not in UNTOLD]
			details["values_now"] = {f: document[f] for f in told if fields[f].rows is None}
	return Conflict(
		"The document was changed after you read it.",
		"Read it again, or repeat with the version of this answer if the change still holds.",
		version=version,
		**details,
	)


def _check_state_field(access: Access, change: Change) -> None:
	"""The state of a workflow changes by actions alone: who may take them is the workflow's to say."""
	field = workflow_states.state_field(access.doctype)
	if field and field in change.values:
		raise FieldNotPermitted(
			f"data: {field} is the state of a workflow.", "Use apply_workflow_action.", argument="data"
		)
