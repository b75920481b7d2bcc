"""What stands in the way of telling of documents."""

from collections.abc import Callable
from typing import Any

from frappe import _

from erpnext_mcp.access import Access
from erpnext_mcp.desk.simulator.clearance.case import Case, Hindrances
from erpnext_mcp.desk.simulator.viewer import Viewer, selected_by
from erpnext_mcp.documents.decided_by import code_decides
from erpnext_mcp.errors import CallError


def documents_of(viewer: Viewer, access: Access) -> Hindrances:
	"""Of telling anything about several documents of a DocType."""
	if not viewer.reads_all(access.doctype):
		yield _("You may not read every {0} yourself, and what is found would tell of the others.").format(
			_(access.doctype)
		)
	yield from selection(viewer, access)


def document_of(viewer: Viewer, access: Access, name: str) -> Hindrances:
	"""Of telling anything about one document, even whether there is one."""
	if not viewer.knows_of(access.doctype, name):
		yield _("You may not read this document yourself, if there is one of this name.")
	yield from selection(viewer, access)


def selection(viewer: Viewer, access: Access) -> Hindrances:
	"""Of telling which documents exist for the simulated user."""
	hidden = [f for f in selected_by(access) if not viewer.sees(access.doctype, f)]
	if hidden:
		yield _(
			"Whether a {0} exists for this user depends on fields that you may not read yourself: {1}."
		).format(_(access.doctype), ", ".join(hidden))
	if (
		code_decides(access.doctype)
		and not viewer.is_administrator
		and not viewer.sees_everything(access.doctype)
	):
		yield _(
			"Code decides which {0} exist for this user, and you may not read all of its fields yourself."
		).format(_(access.doctype))


def checked_as_viewer(check: Callable[[], Any], what: str) -> Hindrances:
	"""Of telling what depends on fields that the arguments name.

	:param check: the tool's own check, against the viewer's fields
	"""
	try:
		check()
	except CallError:
		yield what


def whole_document(case: Case) -> Hindrances:
	yield from document_of(case.viewer, case.access, case.arguments["name"])
	yield from all_fields(case.viewer, case.access.doctype)


def all_fields(viewer: Viewer, doctype: str) -> Hindrances:
	if not viewer.sees_everything(doctype):
		yield _("You may not read all fields of {0} yourself.").format(_(doctype))
