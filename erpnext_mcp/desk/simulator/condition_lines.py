"""Whether each condition of a rule holds, as far as that is known and the viewer may know it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from erpnext_mcp.documents.values import plain
from erpnext_mcp.policy.condition_words import sentence
from erpnext_mcp.policy.conditions import violations
from erpnext_mcp.policy.operations import CREATE, UPDATE
from erpnext_mcp.policy.profile import AFTER, BEFORE, Condition

HOLDS, FAILS, WITHHELD, UNDECIDED = "passed", "stopped", "withheld", "undecided"


def condition_lines(
	conditions: Iterable[Condition],
	fieldtypes: Mapping[str, str],
	data: Mapping[str, Any],
	saved: Mapping[str, Any] | None,
	sees: Callable[[str], bool],
) -> Iterator[dict[str, Any]]:
	"""`{label, state, value?, note}` of each condition; `value` is what was compared. Pure.

	:param data: what the call sends
	:param saved: the document as it is, where there is one and its being there may be told
	:param sees: whether the viewer may read `fieldname` or `table_field.fieldname`
	"""
	for condition in conditions:
		document, is_sent = _compared(condition, data, saved)
		line: dict[str, Any] = {"label": sentence(condition), "note": condition.operation}
		if condition.document_state == BEFORE and condition.operation == UPDATE:
			line["note"] += " (before)"
		if document is None:
			line["state"] = UNDECIDED
		elif not is_sent and not sees(condition.field):
			line["state"] = WITHHELD
		else:
			broken = violations(
				[condition], condition.operation, document, fieldtypes, condition.document_state
			)
			line["state"] = FAILS if broken else HOLDS
			line["value"] = _value(condition.field, document, fieldtypes)
		yield line


def _compared(
	condition: Condition, data: Mapping[str, Any], saved: Mapping[str, Any] | None
) -> tuple[Mapping[str, Any] | None, bool]:
	"""The document that decides a condition, None if it isn't known; and whether the call has sent what is compared."""
	top, _dot, fieldname = condition.field.partition(".")
	of_what_is_sent = condition.operation == CREATE or (
		condition.operation == UPDATE and condition.document_state == AFTER
	)
	if of_what_is_sent and top in data:
		rows = data[top] if isinstance(data[top], list) else []
		# Of a row that is there already only what is sent is known.
		if (
			not fieldname
			or condition.operation == CREATE
			or all("name" not in r for r in rows if isinstance(r, dict))
		):
			if not fieldname or all(isinstance(r, dict) and fieldname in r for r in rows):
				return data, True
		return None, False
	if condition.operation == CREATE:
		return None, False
	return saved, False


def _value(field: str, document: Mapping[str, Any], fieldtypes: Mapping[str, str]) -> Any:
	top, _dot, fieldname = field.partition(".")
	fieldtype = fieldtypes.get(field, "")
	if not fieldname:
		value = document.get(top)
		return len(value) if isinstance(value, list) else plain(value, fieldtype)
	return [plain(row.get(fieldname), fieldtype) for row in document.get(top) or []]
