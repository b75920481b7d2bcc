"""The grammar of list calls: every field that is named is read into one typed form and checked before anything runs.

Only bare field names are accepted (T04 to T08, T10). A shape that is not recognised is an error, never passed on (T06).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from erpnext_mcp.access import FieldSets, Filter
from erpnext_mcp.errors import FieldNotPermitted, InvalidArguments

SCALAR = (str, int, float, bool)

COMPARISONS = frozenset({"=", "!=", ">", "<", ">=", "<="})
PATTERNS = frozenset({"like", "not like"})
MEMBERSHIPS = frozenset({"in", "not in"})
OPERATORS = COMPARISONS | PATTERNS | MEMBERSHIPS | {"between", "is"}

MAX_FILTERS = 50
MAX_VALUES = 1000

FILTER_SHAPES = 'Use {"status": "Open"}, {"grand_total": [">", 100]} or [["status", "=", "Open"], ["grand_total", ">", 100]].'


def check_field(fieldname: Any, allowed: Sequence[str], use: str, argument: str) -> str:
	"""A bare field name out of those that are allowed.

	:param use: what it is to be used for, as a verb: `read`, `filter by`, `order by`
	:raises FieldNotPermitted: anything else: unknown, hidden, dotted, aliased, a function, not even text
	"""
	if isinstance(fieldname, str) and fieldname in allowed:
		return fieldname
	is_name = isinstance(fieldname, str) and fieldname.isidentifier() and len(fieldname) <= 140
	raise FieldNotPermitted(
		f"{argument}: you can't {use} {fieldname}." if is_name else f"{argument}: only plain field names.",
		"Write field names alone, without table names, dots, aliases, functions or quotes. "
		"Fields you may use here are in allowed_fields.",
		argument=argument,
		allowed_fields=list(allowed),
	)


def parse_fields(fields: Sequence[str] | None, sets: FieldSets) -> tuple[str, ...]:
	"""The columns of a list; `name` always comes along so that rows can be addressed (T17). `["*"]` is all of them."""
	if not fields:
		return tuple(sets.list_defaults)
	if list(fields) == ["*"]:
		return tuple(sets.columns)
	for fieldname in fields:
		if isinstance(fieldname, str) and fieldname in sets.fields and sets.fields[fieldname].is_table:
			raise InvalidArguments(
				f"fields: {fieldname} is a table; lists have no rows of tables.",
				"Read the document with get_generic_document.",
			)
		check_field(fieldname, sets.columns, "read", "fields")
	return tuple(dict.fromkeys(["name", *fields]))


def parse_filters(
	filters: Any, sets: FieldSets, doctype: str, argument: str = "filters"
) -> tuple[Filter, ...]:
	"""Filters in any of the accepted shapes.

	:param filters: `{field: value}`, `{field: [operator, value]}`, `[[field, operator, value], ...]`,
	        `[field, operator, value]`, `[[doctype, field, operator, value], ...]` of this DocType, or one of these as JSON text
	:raises InvalidArguments: a shape, operator or value that is not understood
	:raises FieldNotPermitted: a field that can't be filtered by
	"""
	if isinstance(filters, str):
		try:
			filters = json.loads(filters)
		except ValueError:
			raise InvalidArguments(f"{argument}: neither an object nor an array.", FILTER_SHAPES) from None
	if not filters:
		return ()
	if isinstance(filters, Mapping):
		rows = [_from_mapping(fieldname, value) for fieldname, value in filters.items()]
	elif isinstance(filters, Sequence) and not isinstance(filters, str):
		rows = [filters] if isinstance(filters[0], str) else list(filters)
	else:
		raise InvalidArguments(f"{argument}: neither an object nor an array.", FILTER_SHAPES)
	if len(rows) > MAX_FILTERS:
		raise InvalidArguments(f"{argument}: at most {MAX_FILTERS} conditions.")
	return tuple(_filter(row, sets, doctype, argument) for row in rows)


def _from_mapping(fieldname: str, value: Any) -> list:
	if isinstance(value, Sequence) and not isinstance(value, str):
		return [fieldname, *value]
	return [fieldname, "=", value]


def _filter(row: Any, sets: FieldSets, doctype: str, argument: str) -> Filter:
	if not isinstance(row, Sequence) or isinstance(row, str):
		raise InvalidArguments(
			f"{argument}: a condition is an array [field, operator, value].", FILTER_SHAPES
		)
	if len(row) == 4 and row[0] == doctype:
		row = row[1:]
	if len(row) == 4:
		raise InvalidArguments(
			f"{argument}: only fields of {doctype} itself can be used, not of other DocTypes.", FILTER_SHAPES
		)
	if len(row) != 3:
		raise InvalidArguments(
			f"{argument}: a condition has three parts, [field, operator, value].", FILTER_SHAPES
		)
	fieldname, operator, value = row
	check_field(fieldname, sets.filterable, "filter by", argument)
	operator = " ".join(operator.lower().split()) if isinstance(operator, str) else operator
	if not isinstance(operator, str) or operator not in OPERATORS:
		raise InvalidArguments(
			f"{argument}: unknown operator for {fieldname}.",
			"Use one of " + ", ".join(sorted(OPERATORS)) + ".",
		)
	return Filter(fieldname, operator, _value(operator, value, f"{argument}: {fieldname} {operator}"))


def _value(operator: str, value: Any, where: str) -> Any:
	if operator in MEMBERSHIPS or operator == "between":
		if not isinstance(value, Sequence) or isinstance(value, str):
			raise InvalidArguments(f"{where} takes an array of values.")
		if operator == "between" and len(value) != 2:
			raise InvalidArguments(f"{where} takes an array of two values, from and to.")
		if not value or len(value) > MAX_VALUES:
			raise InvalidArguments(f"{where} takes 1 to {MAX_VALUES} values.")
		if not all(isinstance(v, SCALAR) for v in value):
			raise InvalidArguments(f"{where}: values are texts, numbers, true or false.")
		return [_plain(v) for v in value]
	if operator == "is":
		if not isinstance(value, str) or value.lower() not in ("set", "not set"):
			raise InvalidArguments(f'{where} takes "set" or "not set".')
		return value.lower()
	if value is None:
		raise InvalidArguments(f"{where}: null can't be compared.", 'Use ["is", "not set"] or ["is", "set"].')
	if operator in PATTERNS and not isinstance(value, str):
		raise InvalidArguments(f"{where} takes a text with % as wildcard.")
	if not isinstance(value, SCALAR):
		raise InvalidArguments(f"{where} takes a text, a number, true or false.", FILTER_SHAPES)
	return _plain(value)


def _plain(value: Any) -> Any:
	"""true and false as the 1 and 0 that Check fields hold."""
	return int(value) if isinstance(value, bool) else value


def parse_order_by(order_by: str | None, sets: FieldSets) -> tuple[tuple[str, str], ...]:
	"""`"field asc, other desc"` as pairs; the direction may be left out (asc). Empty text gives ()."""
	pairs: list[tuple[str, str]] = []
	if not order_by or not order_by.strip():
		return ()
	for term in order_by.split(","):
		words = term.split()
		direction = words[1].lower() if len(words) == 2 else "asc"
		if len(words) not in (1, 2) or direction not in ("asc", "desc"):
			raise InvalidArguments(
				"order_by: a term is a field name and asc or desc.", 'Write "grand_total desc, name asc".'
			)
		pairs.append((check_field(words[0], sets.filterable, "order by", "order_by"), direction))
	return tuple(dict(pairs).items())
