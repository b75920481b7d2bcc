"""The rules of the tools that only read."""

from frappe import _

from erpnext_mcp.desk.simulator.clearance.case import (
	ALL,
	COUNT,
	NOTHING,
	PARTS,
	Case,
	Clearance,
	Hindrances,
	if_nothing,
)
from erpnext_mcp.desk.simulator.clearance.hindrances import (
	all_fields,
	checked_as_viewer,
	document_of,
	documents_of,
	whole_document,
)
from erpnext_mcp.documents import links
from erpnext_mcp.documents.workflow_states import active_workflow
from erpnext_mcp.mcp_server.reports import open_report
from erpnext_mcp.policy.aggregates import parse_aggregates, parse_group_by
from erpnext_mcp.policy.operations import CREATE
from erpnext_mcp.policy.query import check_field, parse_fields, parse_filters, parse_order_by


def everything(case: Case) -> Clearance:
	return Clearance(ALL)


def parts(case: Case) -> Clearance:
	return Clearance(PARTS)


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
