"""Puts data sets in place and asks the tools about them, below the pipeline: in the test's own transaction."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import frappe

from erpnext_mcp import masks
from erpnext_mcp.access import FRAPPE_MASK
from erpnext_mcp.errors import CallError
from erpnext_mcp.mcp_server import arguments as tool_arguments
from erpnext_mcp.mcp_server import registry
from erpnext_mcp.mcp_server.caller import Caller
from erpnext_mcp.mcp_server.context import Context, Note
from erpnext_mcp.policy.grant import Grant
from erpnext_mcp.policy.profile import DocTypeRule, Profile
from erpnext_mcp.policy.store import Settings
from erpnext_mcp.tests.noninterference import parcels
from erpnext_mcp.tests.noninterference.model import Parcel, View, view_of
from erpnext_mcp.tests.noninterference.parcels import FRAPPE_MASKED, User
from erpnext_mcp.tests.noninterference.strategies import Case

SAVEPOINT = "noninterference"
Answer = dict[str, Any]


@contextmanager
def logged_in(user: User) -> Iterator[None]:
	frappe.set_user(user.email)
	try:
		yield
	finally:
		frappe.set_user("Administrator")


def answers(case: Case, documents: Sequence[Parcel], settings: Settings) -> list[Answer]:
	"""The answers to a case's calls when these are the documents; nothing of it stays."""
	frappe.db.savepoint(SAVEPOINT)
	try:
		parcels.put(documents)
		profile = Profile(
			"MCP Test Parcels", users=frozenset({case.user.email}), rules={parcels.PARCEL: case.rule}
		)
		grant = Grant(case.user.email, profile, settings)
		with logged_in(case.user):
			return [ask(grant, tool, given) for tool, given in case.calls]
	finally:
		frappe.db.rollback(save_point=SAVEPOINT)


def ask(grant: Grant, tool_name: str, given: Mapping[str, Any]) -> Answer:
	"""What the pipeline would answer, without its transactions and its audit.

	What is not a `CallError` is not caught: these calls must not break anything.
	"""
	tool = registry.find(tool_name)
	try:
		checked = tool_arguments.validate(tool, given)
		access = grant.access(checked["doctype"], *tool.operations) if tool.operations else None
		return tool.perform(
			Context(Caller(grant.user, "test"), grant.settings, Note(), grant, None, access), checked
		)
	except CallError as e:
		return {"error": e.as_dict()}


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
	return answer, cells


def check(case: Case, settings: Settings) -> None:
	"""The property: the two data sets give the same answers, masked values aside, and those tell what they may."""
	view = view_of(case.user, case.rule)
	tokens: dict[tuple[str, str], dict[str, str]] = {}
	pairs = zip(
		case.calls, answers(case, case.parcels, settings), answers(case, case.twins, settings), strict=True
	)
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
	if style == masks.HASH:
		known = tokens.setdefault((table, fieldname), {})
		assert known.setdefault(text, shown) == shown, "equal values have equal hashes"
		assert len(set(known.values())) == len(known), "different values have different hashes"
		assert text not in shown or not text
	elif style == masks.LAST_FOUR and len(text) >= 8:
		assert shown == "********" + text[-4:]
	elif style == FRAPPE_MASK:
		assert fieldname in FRAPPE_MASKED and shown == "XXXXXXXX"
	else:
		assert shown == "********"
