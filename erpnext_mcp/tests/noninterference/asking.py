"""Puts data sets in place and asks the tools about them: below the pipeline in the test's own transaction, or through it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import frappe

from erpnext_mcp import masks
from erpnext_mcp.access import FRAPPE_MASK
from erpnext_mcp.errors import CallError
from erpnext_mcp.mcp_server import arguments as tool_arguments
from erpnext_mcp.mcp_server import pipeline, registry
from erpnext_mcp.mcp_server.caller import Caller
from erpnext_mcp.mcp_server.context import Context, Note
from erpnext_mcp.mcp_server.failures import as_call_error
from erpnext_mcp.policy.grant import Grant
from erpnext_mcp.policy.profile import Profile
from erpnext_mcp.policy.store import Settings
from erpnext_mcp.tests.noninterference import parcels
from erpnext_mcp.tests.noninterference.model import Parcel, View, view_of
from erpnext_mcp.tests.noninterference.parcels import FRAPPE_MASKED, User
from erpnext_mcp.tests.noninterference.strategies import Case

SAVEPOINT = "noninterference"
Answer = dict[str, Any]


PROFILE = "MCP Test Parcels"


@contextmanager
def logged_in(user: User) -> Iterator[None]:
	frappe.set_user(user.email)
	try:
		yield
	finally:
		frappe.set_user("Administrator")


def asking(case: Case, settings: Settings) -> Callable[[Sequence[Parcel]], list[Answer]]:
	"""A function that gives the answers to a case's calls when these are the documents; nothing of it stays."""
	profile = Profile(PROFILE, users=frozenset({case.user.email}), rules={parcels.PARCEL: case.rule})
	grant = Grant(case.user.email, profile, settings)

	def answers(documents: Sequence[Parcel]) -> list[Answer]:
		frappe.db.savepoint(SAVEPOINT)
		try:
			parcels.put(documents)
			with logged_in(case.user):
				return [ask(grant, tool, given) for tool, given in case.calls]
		finally:
			frappe.db.rollback(save_point=SAVEPOINT)

	return answers


def ask(grant: Grant, tool_name: str, given: Mapping[str, Any]) -> Answer:
	"""What the pipeline would answer, without its transactions and its audit.

	What the pipeline would tell as an internal error is not caught: these calls must not break anything.
	"""
	tool = registry.find(tool_name, grant)
	try:
		checked = tool_arguments.validate(tool, given)
		access = grant.access(checked["doctype"], *tool.operations) if tool.operations else None
		context = Context(Caller(grant.user, "test"), grant.settings, Note(), grant, None, access)
		return tool.perform(context, checked)
	except (CallError, frappe.PermissionError, frappe.DoesNotExistError) as e:
		return {"error": as_call_error(e, tool_name).as_dict()}


def asking_pipeline(case: Case) -> Callable[[Sequence[Parcel]], list[Answer]]:
	"""The same through the whole pipeline: commits the profile and the documents."""
	saved_profile(case)

	def answers(documents: Sequence[Parcel]) -> list[Answer]:
		parcels.put(documents)
		frappe.db.commit()
		with logged_in(case.user):
			found = [pipeline.run(Caller(case.user.email, "test"), tool, given) for tool, given in case.calls]
		for answer in found:
			assert answer.error is None or answer.error.code != "internal", answer.text
			assert json.loads(answer.text) == answer.content
		return [{"error": a.content} if a.error else dict(a.content) for a in found]

	return answers


def saved_profile(case: Case) -> None:
	"""A case's rule as a profile of the site. Not validated: rules at random hide names and have no effect."""
	frappe.delete_doc_if_exists("MCP Permission Profile", PROFILE)
	rule = case.rule
	doc = frappe.get_doc(
		{
			"doctype": "MCP Permission Profile",
			"profile_name": PROFILE,
			"users": [{"user": case.user.email}],
			"doctype_rules": [
				{
					"document_type": rule.doctype,
					"field_mode": rule.field_mode,
					"row_filter": rule.row_filter,
					"max_rows": rule.max_rows,
					**{f"can_{operation}": 1 for operation in rule.operations},
				}
			],
			"field_rules": [
				{
					"document_type": rule.doctype,
					"table_field": f.table_field,
					"fieldname": f.fieldname,
					"rule": f.rule,
					"mask_style": f.mask_style,
				}
				for f in rule.field_rules
			],
		}
	)
	doc.flags.ignore_validate = True
	doc.insert()
	frappe.db.commit()


Cell = tuple[str, str, str, Any]
"""(document, table field or "", fieldname, what is shown); in a table the document is the row."""


def without_masks(answer: Answer, view: View) -> tuple[Any, list[Cell]]:
	"""An answer with a constant for every masked value, and those values.

	`version` is there to tell that a document was saved or submitted, also to those who may not see when.
	"""
	cells: list[Cell] = []

	def blank(document: Mapping[str, Any], shown: Mapping[str, str], table: str = "") -> dict[str, Any]:
		blanked = {}
		for fieldname, value in document.items():
			if fieldname in view.rows and not table:
				blanked[fieldname] = [blank(row, view.rows[fieldname], fieldname) for row in value]
			elif shown.get(fieldname):
				cells.append((document["name"], table, fieldname, value))
				blanked[fieldname] = "masked"
			else:
				blanked[fieldname] = value
		return blanked

	answer = dict(answer)
	if "documents" in answer:
		answer["documents"] = [blank(document, view.fields) for document in answer["documents"]]
	if "document" in answer:
		answer["document"] = blank(answer["document"], view.fields)
		if view.hides("modified") or view.hides("docstatus"):
			del answer["version"]
		elif cells:
			# Its second part follows from what is shown, masks included; those are looked at apart.
			answer["version"] = answer["version"].partition(".")[0]
	return answer, cells


def check(case: Case, answers: Callable[[Sequence[Parcel]], list[Answer]]) -> None:
	"""The property: the two data sets give the same answers, masked values aside, and those tell what they may."""
	view = view_of(case.user, case.rule)
	tokens: dict[tuple[str, str], dict[str, str]] = {}
	pairs = zip(case.calls, answers(case.parcels), answers(case.twins), strict=True)
	for call, one, other in pairs:
		one, cells = without_masks(one, view)
		other, other_cells = without_masks(other, view)
		assert one == other, f"{call} tells the data sets apart"
		for documents, found in ((case.parcels, cells), (case.twins, other_cells)):
			for cell in found:
				_check_mask(cell, documents, view, tokens)


def _check_mask(
	cell: Cell, documents: Sequence[Parcel], view: View, tokens: dict[tuple[str, str], dict[str, str]]
) -> None:
	name, table, fieldname, shown = cell
	if table:
		value = next(row[fieldname] for p in documents for row in p[table] if row["name"] == name)
		style = view.rows[table][fieldname]
	else:
		value = next(p[fieldname] for p in documents if p["name"] == name)
		style = view.fields[fieldname]
	text = "" if value is None else str(value)
	told = f"{cell} tells more than its mask"
	if style == masks.HASH:
		known = tokens.setdefault((table, fieldname), {})
		assert known.setdefault(text, shown) == shown, f"{cell}: equal values have equal hashes"
		assert len(set(known.values())) == len(known), f"{cell}: different values have different hashes"
		assert not text or text not in shown, told
	elif style == masks.LAST_FOUR and len(text) >= 8:
		assert shown == "********" + text[-4:], told
	elif style == FRAPPE_MASK:
		assert fieldname in FRAPPE_MASKED and shown == "XXXXXXXX", told
	else:
		assert shown == "********", told
