"""Whether one condition, filter or mask surely lets through no more than another."""

import json
from typing import Any

from erpnext_mcp.access import Filter
from erpnext_mcp.masks import FULL
from erpnext_mcp.policy import row_filter
from erpnext_mcp.policy.conditions import EQUAL, IN
from erpnext_mcp.policy.operations import AMEND, CREATE
from erpnext_mcp.policy.profile import Condition
from erpnext_mcp.policy.validation.facts import DocTypeFacts


def asked(condition: Condition) -> frozenset[str]:
	"""The operations for which a condition is asked: what is amended is created anew."""
	asked = frozenset({condition.operation})
	return asked | {AMEND} if condition.operation == CREATE else asked


def masks_as_much(before: str, after: str) -> bool:
	"""Full shows less than any; the others show different things."""
	return not before or after == before or after == FULL


def narrows(new: str, old: str, facts: DocTypeFacts) -> bool:
	"""Whether a row filter surely shows no more than another: it has all its terms, or stricter ones."""
	if new == old:
		return True
	try:
		terms = row_filter.parse(new, facts.meta)
	except ValueError:
		return True  # matches nothing
	try:
		wanted = row_filter.parse(old, facts.meta)
	except ValueError:
		return False
	return all(any(_term_as_strict(term, old_term) for term in terms) for old_term in wanted)


def _term_as_strict(new: Any, old: Any) -> bool:
	if not isinstance(new, Filter) or not isinstance(old, Filter) or new.fieldname != old.fieldname:
		return False
	return _one_of_as_strict((new.operator, new.value), (old.operator, old.value))


def as_strict(new: Condition, old: Condition) -> bool:
	"""Whether a condition surely lets through no more than another."""
	if (new.operation, new.field, new.document_state) != (old.operation, old.field, old.document_state):
		return False
	return _one_of_as_strict((new.operator, new.value), (old.operator, old.value))


def _one_of_as_strict(new: tuple[str, Any], old: tuple[str, Any]) -> bool:
	"""The same, or some of the values of a list of values. Compared as they were written: 1 is not "1"."""
	if new[0] == old[0] and _written(new[1]) == _written(old[1]):
		return True
	if old[0] != IN or new[0] not in (IN, EQUAL):
		return False
	allowed = [_written(v) for v in old[1]] if isinstance(old[1], list | tuple) else []
	values = new[1] if new[0] == IN else [new[1]]
	# Empty values have a meaning of their own in either.
	return isinstance(values, list | tuple) and all(
		v not in ("", None) and _written(v) in allowed for v in values
	)


def _written(value: Any) -> str:
	return json.dumps(value, sort_keys=True, default=str)
