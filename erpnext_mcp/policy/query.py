"""The grammar of list calls: every field that is named is read into one typed form and checked before anything runs.

Only bare field names are accepted (T04 to T08, T10). A shape that is not recognised is an error, never passed on (T06).
Pure: what the running version of Frappe wants is made of the typed form elsewhere.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from erpnext_mcp.access import AllOf, AnyOf, Condition, Field, FieldSets, Filter
from erpnext_mcp.errors import FieldNotPermitted, InvalidArguments
from erpnext_mcp.policy.filter_values import typed_value

MAX_FILTERS = 50
MAX_DEPTH = 5

FILTER_SHAPES = (
	'Use {"status": "Open"}, {"grand_total": [">", 100]}, [["status", "=", "Open"], ["grand_total", ">", 100]] or '
	'[["status", "=", "Open"], "or", ["grand_total", ">", 100]].'
)
NAME_HINT = (
	"Write field names alone, without table names, dots, aliases, functions or quotes. "
	"Fields you may use here are in allowed_fields."
)


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
		NAME_HINT,
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
) -> tuple[Condition, ...]:
	"""Filters in any of the accepted shapes; all of the result must hold (for `or_filters`: one of it).

	:param filters: `{field: value}`, `{field: [operator, value]}`, `[[field, operator, value], ...]`,
	        `[field, operator, value]`, `[[doctype, field, operator, value], ...]` of this DocType or of one of its tables,
	        `[condition, "and" | "or", condition, ...]` nested, or one of these as JSON text
	:raises InvalidArguments: a shape, operator or value that is not understood
	:raises FieldNotPermitted: a field that can't be filtered by
	"""
	if isinstance(filters, str):
		try:
			filters = json.loads(filters)
		except (ValueError, RecursionError):
			raise InvalidArguments(f"{argument}: neither an object nor an array.", FILTER_SHAPES) from None
	if not filters:
		return ()
	parser = _Parser(sets, doctype, argument)
	if isinstance(filters, Mapping):
		return tuple(parser.single(_from_mapping(fieldname, value)) for fieldname, value in filters.items())
	if not _is_array(filters):
		raise InvalidArguments(f"{argument}: neither an object nor an array.", FILTER_SHAPES)
	if isinstance(filters[0], str):
		return (parser.single(filters),)
	if _is_nested(filters):
		condition = parser.nested(filters)
		return condition.members if isinstance(condition, AllOf) else (condition,)
	return tuple(parser.condition(row) for row in filters)


def _is_array(value: Any) -> bool:
	return isinstance(value, Sequence) and not isinstance(value, str)


def _is_nested(row: Sequence) -> bool:
	return any(isinstance(part, str) and part.strip().lower() in ("and", "or") for part in row) and _is_array(
		row[0]
	)


def _from_mapping(fieldname: str, value: Any) -> list:
	return [fieldname, *value] if _is_array(value) else [fieldname, "=", value]


class _Parser:
	"""Reads conditions one after the other, counting them."""

	def __init__(self, sets: FieldSets, doctype: str, argument: str):
		self.sets = sets
		self.doctype = doctype
		self.argument = argument
		self.count = 0

	def condition(self, row: Any, depth: int = 0) -> Condition:
		if not _is_array(row):
			raise InvalidArguments(
				f"{self.argument}: a condition is an array [field, operator, value].", FILTER_SHAPES
			)
		if row and _is_array(row[0]):
			if len(row) == 1:
				return self.condition(row[0], depth + 1)
			return self.nested(row, depth + 1)
		return self.single(row)

	def nested(self, row: Sequence, depth: int = 0) -> Condition:
		"""`[condition, "and", condition, ...]`, all with the same word between."""
		if depth > MAX_DEPTH:
			raise InvalidArguments(f"{self.argument}: nested more than {MAX_DEPTH} deep.")
		words = {str(word).strip().lower() for word in row[1::2]}
		if len(row) % 2 == 0 or len(words) != 1 or not words <= {"and", "or"}:
			raise InvalidArguments(
				f'{self.argument}: between conditions stands "and", or "or", all the same.',
				'Put what belongs together into an array of its own: [a, "and", [b, "or", c]].',
			)
		members = tuple(self.condition(part, depth) for part in row[::2])
		return AllOf(members) if words == {"and"} else AnyOf(members)

	def single(self, row: Sequence) -> Condition:
		self.count += 1
		if self.count > MAX_FILTERS:
			raise InvalidArguments(f"{self.argument}: at most {MAX_FILTERS} conditions.")
		child_doctype = ""
		if len(row) == 4:
			child_doctype, row = row[0], row[1:]
			if child_doctype == self.doctype:
				child_doctype = ""
		if len(row) != 3:
			raise InvalidArguments(
				f"{self.argument}: a condition has three parts, [field, operator, value].", FILTER_SHAPES
			)
		fieldname, operator, value = row
		field = self.field(fieldname, child_doctype)
		operator = " ".join(operator.lower().split()) if isinstance(operator, str) else operator
		value = typed_value(field, operator, value, self.argument)
		return spelled_out(field, Filter(fieldname, operator, value, child_doctype))

	def field(self, fieldname: Any, child_doctype: Any) -> Field:
		if not child_doctype:
			return self.sets.fields[check_field(fieldname, self.sets.filterable, "filter by", self.argument)]
		# Two tables of one kind can't be told apart by the engine: what is hidden in one is hidden.
		tables = [
			t.rows or {}
			for t in self.sets.tables
			if t.options == child_doctype and child_doctype not in self.sets.partly_hidden
		]
		allowed = [
			f for f in (tables[0] if tables else {}) if all(f in t and t[f].filterable for t in tables)
		]
		if not tables:
			raise InvalidArguments(
				f"{self.argument}: only fields of {self.doctype} itself and of its tables can be used.",
				FILTER_SHAPES,
			)
		return tables[0][check_field(fieldname, allowed, "filter by", self.argument)]


def spelled_out(field: Field, condition: Filter) -> Condition:
	"""The condition as every version of Frappe knows it: v15 has `between` for dates only.

	:param field: with an empty fieldtype, the condition stays as it is
	"""
	if condition.operator != "between" or field.fieldtype in ("", "Date", "Datetime"):
		return condition
	return AllOf(
		tuple(
			replace(condition, operator=operator, value=value)
			for operator, value in zip((">=", "<="), condition.value, strict=True)
		)
	)


def parse_order_by(order_by: str | None, allowed: Sequence[str]) -> tuple[tuple[str, str], ...]:
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
		pairs.append((check_field(words[0], allowed, "order by", "order_by"), direction))
	return tuple(dict(pairs).items())
