"""What stands in the way of telling what becomes of an operation: the viewer may not do it himself."""

from collections.abc import Iterator, Mapping
from typing import Any

import frappe
from frappe import _

from erpnext_mcp.access import Change, Field
from erpnext_mcp.desk.simulator.clearance.case import Case, Hindrances
from erpnext_mcp.desk.simulator.clearance.hindrances import (
	all_fields,
	checked_as_viewer,
	document_of,
	documents_of,
)
from erpnext_mcp.documents.workflow_states import active_workflow
from erpnext_mcp.policy.change import parse_change
from erpnext_mcp.policy.operations import AMEND, CREATE, FRAPPE_PERMISSION, READ, SUBMITTABLE_ONLY, UPDATE


def doing(case: Case, name: str | None = None) -> Hindrances:
	"""Of telling what becomes of an operation: the viewer may not do it himself, or would not see what it depends on.

	:param name: of the document; None where it is yet to be made
	"""
	viewer, access = case.viewer, case.access
	if name is None:
		yield from documents_of(viewer, access)
	else:
		yield from document_of(viewer, access, name)
		if not viewer.reads_all(access.doctype):
			yield _("You may not read every {0} yourself, and it could become one of the others.").format(
				_(access.doctype)
			)
	exists = name is None or viewer.reads_document(access.doctype, name)
	operations = set(case.tool.operations)
	if not frappe.get_meta(access.doctype).is_submittable:
		operations -= SUBMITTABLE_ONLY
	for operation in sorted(operations):
		(ptype,) = FRAPPE_PERMISSION[operation]
		if not viewer.may(access.doctype, ptype, name if exists else None):
			yield may_not(operation, access.doctype)
	if AMEND in operations and not viewer.may(access.doctype, "create"):
		yield may_not(CREATE, access.doctype)
	if active_workflow(access.doctype):
		# Which steps there are is said by the state, and by conditions on any field.
		yield from all_fields(viewer, access.doctype)
	rule = case.context.grant.profile.rules[access.doctype]
	hidden = [c.field for c in rule.conditions if not viewer.sees(access.doctype, c.field)]
	if hidden:
		yield _("There are conditions on fields that you may not read yourself: {0}.").format(
			", ".join(dict.fromkeys(hidden))
		)


def changing(
	case: Case, change: Change, data: Mapping[str, Any], remove: Mapping[str, Any] | None = None
) -> Hindrances:
	"""Of telling what becomes of values: the viewer may not write them himself, or not read what they link to."""
	viewer, access = case.viewer, case.access
	creating = UPDATE not in case.tool.operations
	own = viewer.fields(access.doctype)
	yield from checked_as_viewer(
		lambda: parse_change(data, own, remove=remove, creating=creating, takes_name=access.takes_name),
		_("You may not write all of these fields yourself."),
	)
	for table, values in ((None, change.values), *_rows(change)):
		fields = access.fields.fields if table is None else access.fields.fields[table].rows or {}
		for fieldname, link in fields.items():
			if values.get(fieldname):
				yield from _link(case, link, values[fieldname], values)
			elif link.fieldtype == "Dynamic Link" and link.options in values:
				# The link that is there already would be looked for in another DocType.
				yield _("{0} has to be sent together with {1}.").format(fieldname, link.options)


def _rows(change: Change) -> Iterator[tuple[str, Mapping[str, Any]]]:
	for table, rows in change.rows.items():
		for row in rows:
			yield table, row.values


def _link(case: Case, field: Field, value: Any, values: Mapping[str, Any]) -> Hindrances:
	"""Of telling whether the simulated user may use a value: it may link to what the viewer can't read."""
	if field.fieldtype == "Link":
		doctype = field.options
	elif field.fieldtype == "Dynamic Link":
		doctype = values.get(field.options) or ""
	else:
		return
	if not doctype or not frappe.db.exists("DocType", doctype):
		yield _("It can't be told what {0} links to.").format(field.fieldname)
		return
	target = case.as_user(lambda: case.context.grant.link_target(doctype))
	if not case.viewer.may(doctype, READ):
		yield _("You may not read {0}, which {1} links to.").format(_(doctype), field.fieldname)
	else:
		yield from document_of(case.viewer, target, str(value))


def may_not(operation: str, doctype: str) -> str:
	return _(
		"You may not do this yourself in ERPNext ({0}, {1}), so what would come of it is not told."
	).format(_(doctype), operation)
