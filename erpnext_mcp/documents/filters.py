"""Typed conditions as the running version of Frappe wants them."""

from collections.abc import Sequence
from typing import Any

from erpnext_mcp import compat
from erpnext_mcp.access import AllOf, AnyOf, Condition, Filter, filters_of
from erpnext_mcp.errors import Unsupported


def engine_filters(
	conditions: Sequence[Condition], or_conditions: Sequence[Condition] = ()
) -> dict[str, list]:
	"""`filters` and `or_filters` of `frappe.get_list`.

	v16 takes nested conditions. v15 takes conditions that must all hold and one group of which one must: what can't be
	brought into that form is refused.

	:raises Unsupported: on v15, more than one "or", or an "and" inside of one
	"""
	if len(or_conditions) == 1:
		conditions, or_conditions = (*conditions, *or_conditions), ()
	plain = list(_flattened(conditions))
	alternatives = list(or_conditions)
	nested = [c for c in plain if not isinstance(c, Filter)]
	if not nested and all(isinstance(c, Filter) for c in alternatives):
		pass
	elif compat.NESTED_FILTERS:
		if alternatives:
			plain, alternatives = [*plain, AnyOf(tuple(alternatives))], []
		return {"filters": _expression(plain, "and"), "or_filters": []}
	else:
		groups = [*nested, *([AnyOf(tuple(alternatives))] if alternatives else [])]
		(group, *rest) = groups
		if rest or not all(isinstance(m, Filter) for m in group.members):
			raise Unsupported(
				'This site\'s Frappe version takes one "or" group at most, without an "and" inside.',
				"Make several calls, or filter by in with several values.",
			)
		plain, alternatives = [c for c in plain if isinstance(c, Filter)], list(group.members)
	return {
		"filters": [_triple(c) for c in plain if isinstance(c, Filter)],
		"or_filters": [_triple(c) for c in alternatives if isinstance(c, Filter)],
	}


def reaches_rows(conditions: Sequence[Condition]) -> bool:
	"""Whether a condition is about rows of a table, so that a document may come up once per row."""
	return any(f.child_doctype for f in filters_of(conditions))


def _flattened(conditions: Sequence[Condition]):
	"""The conditions without what needs no nesting: an "and" at the top, groups of one."""
	for condition in conditions:
		if isinstance(condition, AllOf):
			yield from _flattened(condition.members)
		elif isinstance(condition, AnyOf) and len(condition.members) == 1:
			yield from _flattened(condition.members)
		else:
			yield condition


def _expression(conditions: Sequence[Condition], word: str) -> list:
	parts: list[Any] = []
	for condition in conditions:
		if parts:
			parts.append(word)
		if isinstance(condition, Filter):
			parts.append(_triple(condition))
		else:
			parts.append(_expression(condition.members, "and" if isinstance(condition, AllOf) else "or"))
	return parts if len(conditions) > 1 else [parts[0]]


def _triple(condition: Filter) -> list:
	triple = [condition.fieldname, condition.operator, condition.value]
	return [condition.child_doctype, *triple] if condition.child_doctype else triple
