"""Row filters: which documents exist for the users of a profile.

Written as JSON filters over the DocType's own columns, with placeholders that are bound as values and never become
part of a query's text: `{{user}}`, `{{today}}`, `{{defaults.KEY}}` (the user's default of that key, e.g. company).
"""

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from erpnext_mcp.access import Condition, Field, FieldSets, Filter, filters_of
from erpnext_mcp.errors import CallError
from erpnext_mcp.policy.field_rules import STANDARD_FIELDS, MetaDocType
from erpnext_mcp.policy.filter_values import COMPARISONS, MEMBERSHIPS, typed_value
from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.query import parse_filters, spelled_out

PLACEHOLDER = re.compile(r"\{\{\s*(user|today|defaults\.[\w ]+?)\s*\}\}")


def parse(text: str, meta: MetaDocType) -> tuple[Filter, ...]:
	"""A row filter as typed filters, placeholders still in them. Pure.

	:param text: JSON; empty gives ()
	:raises ValueError: with a sentence for the administrator
	"""
	if not text.strip():
		return ()
	try:
		raw = json.loads(text)
	except (ValueError, RecursionError) as e:
		raise ValueError(Message(_("not JSON: {0}"), e)) from None
	if not raw:
		raise ValueError(Message(_("an empty filter has no effect; leave it out")))
	if meta.issingle:
		raise ValueError(Message(_("a single document has no rows to filter")))
	columns = {n: Field(n, label, fieldtype) for n, (label, fieldtype) in STANDARD_FIELDS.items()}
	columns |= {
		df.fieldname: Field(df.fieldname, df.label, df.fieldtype)
		for df in meta.fields
		if df.stored and not df.is_table and not df.permlevel
	}
	# Read without types first: a placeholder is not yet of any.
	untyped = FieldSets({n: Field(n, f.label, "") for n, f in columns.items()})
	try:
		parsed = parse_filters(raw, untyped, meta.name, "row filter")
		filters = [f for f in parsed if isinstance(f, Filter) and not f.child_doctype]
		if len(filters) != len(parsed):
			raise ValueError(
				Message(_("only conditions that must all hold, on fields of the DocType itself"))
			)
		return tuple(filters_of(_typed(f, columns[f.fieldname]) for f in filters))
	except CallError as e:
		raise ValueError(f"{e.message} {e.hint}".strip()) from None


def _typed(condition: Filter, field: Field) -> Condition:
	values = condition.value if isinstance(condition.value, list) else [condition.value]
	placeholders = [v for v in values if _is_placeholder(v)]
	if not placeholders:
		value = typed_value(field, condition.operator, condition.value, "row filter")
		return spelled_out(field, Filter(condition.fieldname, condition.operator, value))
	if condition.operator not in COMPARISONS | MEMBERSHIPS:
		raise ValueError(Message(_("{0} takes no placeholder"), condition.operator))
	for value in values:
		if value not in placeholders:
			typed_value(field, "=", value, "row filter")
	return condition


def _is_placeholder(value: Any) -> bool:
	if not isinstance(value, str) or "{{" not in value:
		return False
	if not PLACEHOLDER.fullmatch(value.strip()):
		raise ValueError(
			Message(
				_(
					"{0} is no placeholder; there are {{{{user}}}}, {{{{today}}}} and {{{{defaults.KEY}}}}, each alone"
				),
				value,
			)
		)
	return True


def bind(
	filters: tuple[Filter, ...], user: str, today: str, defaults: Callable[[str], list[str]]
) -> tuple[Filter, ...] | None:
	"""The filters with the placeholders' values. Pure.

	:param defaults: the user's defaults of a key, none, one or several
	:returns: None when a placeholder has no value: then no document matches
	"""
	bound = []
	for condition in filters:
		is_list = isinstance(condition.value, list)
		values: list[Any] = []
		operator = condition.operator
		for value in condition.value if is_list else [condition.value]:
			match = PLACEHOLDER.fullmatch(value.strip()) if isinstance(value, str) else None
			if match is None:
				values.append(value)
				continue
			name = match.group(1)
			found = (
				[user] if name == "user" else [today] if name == "today" else defaults(name.partition(".")[2])
			)
			if not found:
				return None
			values += found
		if not is_list and len(values) > 1:
			# Several defaults of one key: any of them.
			if operator not in ("=", "!="):
				return None
			operator = "in" if operator == "=" else "not in"
			is_list = True
		bound.append(Filter(condition.fieldname, operator, values if is_list else values[0]))
	return tuple(bound)


def row_filter(doctype: str, text: str, user: str) -> tuple[Filter, ...] | None:
	"""The row filter of a rule for a user now; () without one, None when nothing matches.

	A filter that no longer parses (a field was removed) matches nothing.
	"""
	if not text:
		return ()
	import frappe
	import frappe.defaults
	from frappe.utils import nowdate

	from erpnext_mcp.policy.fields import meta_value

	def defaults(key: str) -> list[str]:
		found = frappe.defaults.get_user_default_as_list(key, user) or []
		return [value for value in found if value]

	try:
		parsed = _parsed(text, meta_value(frappe.get_meta(doctype)))
	except ValueError:
		return None
	return bind(parsed, user, nowdate() if "today" in text else "", defaults)


@lru_cache(maxsize=512)
def _parsed(text: str, meta: MetaDocType) -> tuple[Filter, ...]:
	return parse(text, meta)
