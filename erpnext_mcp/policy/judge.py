"""Whether a document holds the conditions of an operation, and what may be said of those it does not hold. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from erpnext_mcp.access import FieldSets
from erpnext_mcp.errors import ConditionFailed
from erpnext_mcp.policy.condition_words import sentence
from erpnext_mcp.policy.conditions import violations
from erpnext_mcp.policy.describe import is_readable
from erpnext_mcp.policy.profile import BEFORE, Condition


def check(
	conditions: Iterable[Condition],
	operation: str,
	document: Mapping[str, Any],
	fieldtypes: Mapping[str, str],
	state: str,
	fields: FieldSets,
) -> None:
	"""Refuses what the conditions of a profile don't allow.

	:param document: by field name, tables as lists of rows
	:param state: `After` or `Before`: the state that the document is in
	:param fields: what the caller can read: conditions on other fields are not told (T66)
	:raises ConditionFailed: with a sentence for each condition on a readable field
	"""
	failed = violations(conditions, operation, document, fieldtypes, state)
	if not failed:
		return
	told = [c for c in failed if is_readable(fields, c.field)]
	when = "Before the change: " if state == BEFORE else ""
	sentences = [when + sentence(c) for c in told]
	if len(told) < len(failed):
		sentences.append("Another condition, on a field that you can't read, does not hold.")
	raise ConditionFailed(
		f"Your profile doesn't allow to {operation} this: " + " ".join(sentences),
		"Nothing was changed. get_doctype_permissions shows the conditions.",
		reason="conditions not held: " + " ".join(when + sentence(c) for c in failed),
		conditions=[{"field": c.field, "operator": c.operator, "value": c.value} for c in told],
	)
