"""The rules of the tools that write, and of those that make documents.

A dry run tells what ERPNext computes out of anything, and says no because of documents that nobody has named. So it is shown to who
may do the same himself in Frappe, and would see the same.
"""

import frappe

from erpnext_mcp.access import Access
from erpnext_mcp.desk.simulator.clearance.case import PARTS, Case, Clearance, Hindrances, if_nothing
from erpnext_mcp.desk.simulator.clearance.doing import changing, doing, may_not
from erpnext_mcp.desk.simulator.clearance.hindrances import all_fields, document_of
from erpnext_mcp.policy.change import parse_change
from erpnext_mcp.policy.operations import CREATE, READ


def mapped(case: Case) -> Clearance:
	doctype, name = case.arguments["source_doctype"], case.arguments["source_name"]
	target = case.arguments["target_doctype"]
	source = case.as_user(lambda: case.context.grant.access(doctype, READ))
	return if_nothing(_mapping(case, source, name, target), PARTS)


def _mapping(case: Case, source: Access, name: str, target: str) -> Hindrances:
	yield from document_of(case.viewer, source, name)
	yield from all_fields(case.viewer, source.doctype)
	if not frappe.db.exists("DocType", target) or not case.viewer.may(target, "create"):
		yield may_not(CREATE, target)


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
