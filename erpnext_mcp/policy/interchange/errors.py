"""Leaves out of an imported profile what its DocType would refuse to save, so that the rest can be looked at in the desk."""

from typing import Any

import frappe

from erpnext_mcp.policy import validation
from erpnext_mcp.policy.interchange.notes import child
from erpnext_mcp.policy.interchange.profile_file import Draft
from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.operations import CREATE
from erpnext_mcp.policy.store import PROFILE
from erpnext_mcp.policy.validation import site
from erpnext_mcp.policy.validation.draft import Draft as Checked
from erpnext_mcp.policy.validation.finding import Finding

RULES = "doctype_rules"


def leave_out_errors(draft: Draft) -> None:
	"""Takes out what is wrong until nothing is. What may have narrowed something is unresolved, the rest only changed.

	What can't be left out stays, for the DocType to refuse.
	"""
	while True:
		checked = _check(draft.values)
		wrong: dict[tuple[str, int], Finding] = {}
		for finding in validation.errors(checked):
			wrong.setdefault((finding.table, finding.row), finding)
		if RULES in (table for table, _row in wrong):
			# What is said of a rule may be the cause of what is said of its fields and conditions.
			wrong = {key: finding for key, finding in wrong.items() if key[0] == RULES}
		done = [_leave_out(draft, checked, finding) for _key, finding in sorted(wrong.items(), reverse=True)]
		if not any(done):
			return


def _check(values: dict[str, Any]) -> Checked:
	return site.draft_of(frappe.get_doc({"doctype": PROFILE, **values}))


def _leave_out(draft: Draft, checked: Checked, finding: Finding) -> bool:
	"""Takes out what a finding is about; whether there was anything to take out."""
	values, message = draft.values, finding.message
	if not finding.table:
		if not values.get(finding.field):
			return False
		values[finding.field] = None
		draft.notes.unresolved(finding.field, Message(_("left out: {0}"), message))
		return True
	if not finding.row:
		return False
	row = values[finding.table][finding.row - 1]
	if finding.table == RULES and row["can_create"] and _is_right_without_create(values, row):
		row["can_create"] = 0
		draft.notes.unresolved(row["document_type"], Message(_("create is left out: {0}"), message))
		return True
	before = _meaning(checked, finding.table, row)
	del values[finding.table][finding.row - 1]
	if finding.table == RULES:
		_close(values, row["document_type"])
	if before is not None and before == _meaning(_check(values), finding.table, row):
		draft.notes.changed(_path(finding.table, row), Message(_("left out: {0}"), message))
	else:
		draft.notes.unresolved(_path(finding.table, row), Message(_("left out: {0}"), message))
	return True


def _is_right_without_create(values: dict[str, Any], row: dict[str, Any]) -> bool:
	only = {
		RULES: [{**row, "can_create": 0}],
		"field_rules": [r for r in values["field_rules"] if r["document_type"] == row["document_type"]],
	}
	others = [o for o in row if o.startswith("can_") and row[o] and o != f"can_{CREATE}"]
	return bool(others) and not any(f.table == RULES for f in validation.errors(_check(only)))


def _close(values: dict[str, Any], doctype: str) -> None:
	for table in ("field_rules", "conditions"):
		values[table] = [r for r in values[table] if r["document_type"] != doctype]


def _meaning(checked: Checked, table: str, row: dict[str, Any]) -> Any:
	"""What a row helps to decide, to see whether it does; None where it always does."""
	rule = checked.rules.get(row.get("document_type"))
	if rule is None:
		return None
	if table == "field_rules":
		return checked.sets(rule.doctype)
	if table == "conditions":
		return [c for c in rule.conditions if c.operation in rule.operations]
	return None


def _path(table: str, row: dict[str, Any]) -> str:
	"""Where a row stands, in the words of the file."""
	if table == RULES:
		return row["document_type"]
	if table == "field_rules":
		return child(row["document_type"], ".".join(filter(None, (row["table_field"], row["fieldname"]))))
	if table == "conditions":
		return f"{child(row['document_type'], row['field'])} ({row['operation']})"
	return child(table, next(iter(row.values())))
