"""How much of a simulated call the viewer may be told, decided before anything is done and by nothing but what he may
read himself: what he is not cleared for is not even run.

For every tool there is a rule. It first checks, as the tool would, what depends on the policy alone: that may be told to
any administrator. Then it names what stands in the way of telling the rest. A viewer can write row filters, conditions
and masks himself, and ask again and again: whether a document matches them would tell him its values one by one. So he
learns the outcome only where he can read everything that decides it; for a list that is every document of the DocType.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe import _

from erpnext_mcp.access import Access, Change, Field
from erpnext_mcp.desk.simulator.viewer import Viewer, selected_by
from erpnext_mcp.documents import links
from erpnext_mcp.documents.decided_by import code_decides
from erpnext_mcp.documents.workflow_states import active_workflow
from erpnext_mcp.errors import CallError
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.registry import LIST_TOOLS, TOOLS
from erpnext_mcp.mcp_server.reports import open_report
from erpnext_mcp.mcp_server.tool import Tool
from erpnext_mcp.policy.aggregates import parse_aggregates, parse_group_by
from erpnext_mcp.policy.change import parse_change
from erpnext_mcp.policy.operations import AMEND, CREATE, FRAPPE_PERMISSION, READ, SUBMITTABLE_ONLY, UPDATE
from erpnext_mcp.policy.query import check_field, parse_fields, parse_filters, parse_order_by

ALL, PARTS, COUNT, NOTHING = "all", "parts", "count", "nothing"
"""What is shown: the answer; of it what the viewer may read; how many documents; nothing, and the tool is not run."""


@dataclass(frozen=True)
class Clearance:
	"""`why`: what stands in the way of more, as sentences for the viewer."""

	shows: str
	why: tuple[str, ...] = ()

	@property
	def runs(self) -> bool:
		return self.shows != NOTHING


@dataclass(frozen=True)
class Case:
	"""A call that was decided: whose, on what, and who wants to see it.

	`as_user` runs a function in the session of the simulated user. `context` is what the tool would get.
	"""

	viewer: Viewer
	tool: Tool
	arguments: Mapping[str, Any]
	context: Context
	as_user: Callable[[Callable[[], Any]], Any] = field(compare=False)

	@property
	def access(self) -> Access:
		return self.context.access

	def accesses(self, doctypes: Iterable[str], operation: str = READ) -> list[Access]:
		"""The simulated user's accesses to some DocTypes, as far as he has any."""
		found = self.as_user(lambda: [self.context.access_to(doctype, operation) for doctype in doctypes])
		return [access for access in found if access is not None]


Hindrances = Iterator[str]


def cleared(case: Case) -> Clearance:
	"""What may be told of a call.

	:raises CallError: the call is refused whatever the documents hold, which may be told
	"""
	rule = RULES.get(case.tool.perform)
	if rule is None:
		return Clearance(NOTHING, (_("What this tool answers is not told in simulations."),))
	return rule(case)


# What stands in the way


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


# What only reads


def everything(case: Case) -> Clearance:
	return Clearance(ALL)


def parts(case: Case) -> Clearance:
	return Clearance(PARTS)


def if_nothing(hindrances: Hindrances, shows: str) -> Clearance:
	found = tuple(dict.fromkeys(hindrances))
	return Clearance(NOTHING, found) if found else Clearance(shows)


def get(case: Case) -> Clearance:
	for fieldname in case.arguments.get("fields") or ():
		check_field(fieldname, case.access.fields.readable, "read", "fields")
	return if_nothing(document_of(case.viewer, case.access, case.arguments["name"]), PARTS)


def some(case: Case) -> Clearance:
	"""Lists and counts."""
	access, viewer, arguments = case.access, case.viewer, case.arguments

	def check(sets) -> None:
		for argument in ("filters", "or_filters"):
			parse_filters(arguments.get(argument), sets, access.doctype, argument)
		parse_order_by(arguments.get("order_by"), sets.filterable)

	parse_fields(arguments.get("fields"), access.fields)
	check(access.fields)
	own = viewer.fields(access.doctype)
	why = [
		*documents_of(viewer, access),
		*checked_as_viewer(
			lambda: check(own), _("You may not filter or sort by all of these fields yourself.")
		),
	]
	if not why:
		return Clearance(PARTS)
	# A number of documents that the viewer has no way to choose tells no values.
	is_chosen = bool(arguments.get("filters") or arguments.get("or_filters") or access.row_filter)
	return Clearance(NOTHING if is_chosen else COUNT, tuple(dict.fromkeys(why)))


def search(case: Case) -> Clearance:
	access, viewer = case.access, case.viewer
	parse_fields(case.arguments.get("fields"), access.fields)

	def hindrances() -> Hindrances:
		yield from documents_of(viewer, access)
		hidden = [f for f in access.fields.search_fields if not viewer.sees(access.doctype, f)]
		if hidden:
			yield _("The search looks into fields that you may not read yourself: {0}.").format(
				", ".join(hidden)
			)

	return if_nothing(hindrances(), PARTS)


def aggregate(case: Case) -> Clearance:
	access, viewer, arguments = case.access, case.viewer, case.arguments

	def check(sets) -> None:
		group_by = parse_group_by(arguments.get("group_by"), sets)
		parse_aggregates(arguments["aggregates"], group_by, sets)
		parse_filters(arguments.get("filters"), sets, access.doctype)

	check(access.fields)
	own = viewer.fields(access.doctype)

	def hindrances() -> Hindrances:
		yield from documents_of(viewer, access)
		yield from checked_as_viewer(
			lambda: check(own), _("You may not filter, group or aggregate by all of these fields yourself.")
		)

	return if_nothing(hindrances(), ALL)


def explain(case: Case) -> Clearance:
	doctype, operation = case.arguments["doctype"], case.arguments["operation"]
	if "name" not in case.arguments or operation == CREATE:
		return Clearance(PARTS)
	found = case.accesses([doctype], operation)
	if not found:
		return Clearance(PARTS)
	return if_nothing(document_of(case.viewer, found[0], case.arguments["name"]), PARTS)


def linked(case: Case) -> Clearance:
	viewer = case.viewer

	def hindrances() -> Hindrances:
		yield from document_of(viewer, case.access, case.arguments["name"])
		for access in case.accesses(case.context.grant.doctypes()):
			if any(links.link_fields(access, case.access.doctype)):
				yield from documents_of(viewer, access)
				yield from all_fields(viewer, access.doctype)

	return if_nothing(hindrances(), ALL)


def approvals(case: Case) -> Clearance:
	wanted = [case.arguments["doctype"]] if "doctype" in case.arguments else case.context.grant.doctypes()

	def hindrances() -> Hindrances:
		for access in case.accesses(wanted):
			if active_workflow(access.doctype):
				yield from documents_of(case.viewer, access)
				yield from all_fields(case.viewer, access.doctype)

	return if_nothing(hindrances(), ALL)


def attachments(case: Case) -> Clearance:
	return if_nothing(whole_document(case), ALL)


def printed(case: Case) -> Clearance:
	"""Not what it shows, nor how large it is: print formats compute what they like."""
	return if_nothing(whole_document(case), PARTS)


def whole_document(case: Case) -> Hindrances:
	yield from document_of(case.viewer, case.access, case.arguments["name"])
	yield from all_fields(case.viewer, case.access.doctype)


def report(case: Case) -> Clearance:
	"""Of code nobody can say what it reads, so only who may read anything is told what a report shows."""
	opened = case.as_user(lambda: open_report(case.context, case.arguments["report"]))
	if case.viewer.is_administrator:
		return Clearance(ALL)

	def hindrances() -> Hindrances:
		if not opened.is_list:
			yield _("A report can show anything, so what it shows is told to Administrator only.")
			return
		for access in case.accesses([opened.doctype]):
			yield from documents_of(case.viewer, access)
			yield from all_fields(case.viewer, access.doctype)

	return if_nothing(hindrances(), ALL)


def all_fields(viewer: Viewer, doctype: str) -> Hindrances:
	if not viewer.sees_everything(doctype):
		yield _("You may not read all fields of {0} yourself.").format(_(doctype))


# What writes, and what makes documents: a dry run tells what ERPNext computes out of anything, and says no because of
# documents that nobody has named. So it is shown to who may do the same himself in Frappe, and would see the same.


def mapped(case: Case) -> Clearance:
	doctype, name = case.arguments["source_doctype"], case.arguments["source_name"]
	target = case.arguments["target_doctype"]
	source = case.as_user(lambda: case.context.grant.access(doctype, READ))
	return if_nothing(_mapping(case, source, name, target), PARTS)


def _mapping(case: Case, source: Access, name: str, target: str) -> Hindrances:
	yield from document_of(case.viewer, source, name)
	yield from all_fields(case.viewer, source.doctype)
	if not frappe.db.exists("DocType", target) or not case.viewer.may(target, "create"):
		yield _may_not(CREATE, target)


def create(case: Case) -> Clearance:
	access, data = case.access, case.arguments["data"]
	change = parse_change(data, access.fields, creating=True, takes_name=access.takes_name)

	def hindrances() -> Hindrances:
		yield from doing(case)
		yield from changing(case, change, data)
		if source := case.arguments.get("source"):
			from_access = case.as_user(lambda: case.context.grant.access(source["doctype"], READ))
			yield from _mapping(case, from_access, source["name"], access.doctype)

	return if_nothing(hindrances(), PARTS)


def update(case: Case) -> Clearance:
	access, arguments = case.access, case.arguments
	change = parse_change(arguments["data"], access.fields, remove=arguments.get("remove"))

	def hindrances() -> Hindrances:
		yield from doing(case, arguments["name"])
		yield from changing(case, change, arguments["data"], arguments.get("remove"))

	return if_nothing(hindrances(), PARTS)


def bulk_create(case: Case) -> Clearance:
	access = case.access
	found = [
		(parse_change(data, access.fields, creating=True, takes_name=access.takes_name), data)
		for data in case.arguments["documents"]
	]

	def hindrances() -> Hindrances:
		yield from doing(case)
		for change, data in found:
			yield from changing(case, change, data)

	return if_nothing(hindrances(), PARTS)


def bulk_update(case: Case) -> Clearance:
	found = [
		(parse_change(d["data"], case.access.fields, remove=d.get("remove")), d)
		for d in case.arguments["documents"]
	]

	def hindrances() -> Hindrances:
		for change, document in found:
			yield from doing(case, document["name"])
			yield from changing(case, change, document["data"], document.get("remove"))

	return if_nothing(hindrances(), PARTS)


def step(case: Case) -> Clearance:
	return if_nothing(doing(case, case.arguments["name"]), PARTS)


def remark(case: Case) -> Clearance:
	"""A comment, an assignment: whoever reads the document may."""
	return if_nothing(document_of(case.viewer, case.access, case.arguments["name"]), PARTS)


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
			yield _may_not(operation, access.doctype)
	if AMEND in operations and not viewer.may(access.doctype, "create"):
		yield _may_not(CREATE, access.doctype)
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


def _may_not(operation: str, doctype: str) -> str:
	return _(
		"You may not do this yourself in ERPNext ({0}, {1}), so what would come of it is not told."
	).format(_(doctype), operation)


_BY_TOOL: dict[str, Callable[[Case], Clearance]] = {
	"test_connection": everything,
	"get_system_info": parts,
	"list_doctypes": everything,
	"get_doctype_permissions": parts,
	"get_doctype_schema": everything,
	"explain_access": explain,
	"list_generic_documents": some,
	"get_generic_document": get,
	"search_generic_documents": search,
	"count_generic_documents": some,
	"aggregate_generic_documents": aggregate,
	"create_generic_document": create,
	"make_mapped_document": mapped,
	"update_generic_document": update,
	"delete_generic_document": step,
	"submit_generic_document": step,
	"cancel_generic_document": step,
	"amend_generic_document": step,
	"apply_workflow_action": step,
	"bulk_create_documents": bulk_create,
	"bulk_update_documents": bulk_update,
	"get_linked_documents": linked,
	"get_pending_approvals": approvals,
	"get_report_info": parts,
	"run_report": report,
	"print_document": printed,
	"list_attachments": attachments,
	"read_attachment": attachments,
	"add_comment": remark,
	"assign": remark,
}
RULES: dict[Callable, Callable[[Case], Clearance]] = {
	LIST_TOOLS.perform: everything,
	**{TOOLS[name].perform: rule for name, rule in _BY_TOOL.items()},
}
"""By what a tool does, so that a DocType's own tools have the rule of the generic one."""
