"""Random calls of the reading tools: every argument that names a field, in every shape.

Most fields that are named are open to the caller, so that most calls are answered. What is hidden or nonsense stands in
one argument of a call only: else what one argument lets through would be refused for another.
"""

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from erpnext_mcp.policy.filter_values import COMPARISONS, MEMBERSHIPS, PATTERNS
from erpnext_mcp.tests.noninterference.model import OPEN, View
from erpnext_mcp.tests.noninterference.parcels import (
	COLUMNS,
	NAMES,
	PARCEL,
	PARCEL_COLUMNS,
	ROW,
	ROW_COLUMNS,
	STANDARD,
	TABLES,
)

if TYPE_CHECKING:
	from erpnext_mcp.tests.noninterference.strategies import Dice

Call = tuple[str, dict[str, Any]]
"""(tool, arguments)"""

LIST, GET, SEARCH = "list_generic_documents", "get_generic_document", "search_generic_documents"
COUNT, AGGREGATE = "count_generic_documents", "aggregate_generic_documents"
SCHEMA, PERMISSIONS, EXPLAIN = "get_doctype_schema", "get_doctype_permissions", "explain_access"

VALUES = {c.fieldname: c.values for c in (*PARCEL_COLUMNS, *ROW_COLUMNS)} | {"name": NAMES}
OWN_FIELDS = ("name", *(c.fieldname for c in (*COLUMNS, *STANDARD)))
ROW_FIELDS = tuple(c.fieldname for c in ROW_COLUMNS)
NOT_FIELDS = (
	"zzz",
	"_user_tags",
	"_assign",
	"idx",
	"parent",
	"items.part",
	"extras.marker",
	"`city`",
	"count(name)",
	f"tab{PARCEL}.code",
	"code as city",
	"depot.name",
	"keeper.note",
	*TABLES,
)
OPERATORS = ("=", *sorted(COMPARISONS | PATTERNS | MEMBERSHIPS), "between", "is", "LIKE", "=", "=")
PATTERN_VALUES = ("%", "a%", "%4711%", "%76", "_eta%", "gamma\\_\\%", "12345678", "%Depot%", "0049%")
TERMS = ("a", "alpha", "4711", "P0", "98765432", "_%", "12345678", "9876")


def call(dice: "Dice", tools: Sequence[str], view: View, names: Sequence[str]) -> Call:
	"""A call of one of the tools.

	:param view: what the caller may know
	:param names: documents that are there, visible or not
	"""
	tool = dice.pick(tools)
	arguments = {"doctype": PARCEL, **_ARGUMENTS[tool](_Arguments(dice, view, names))}
	return tool, {k: v for k, v in arguments.items() if v is not None}


class _Arguments:
	"""Makes arguments for one caller. `tempted` is the argument that may name what is hidden."""

	def __init__(self, dice: "Dice", view: View, names: Sequence[str]):
		self.dice = dice
		self.names = names
		self.readable = ("name", *view.fields)
		self.filterable = ("name", *(f for f, style in view.fields.items() if style == OPEN))
		self.tables = tuple(view.rows)
		rows = [[f for f, style in shown.items() if style == OPEN] for shown in view.rows.values()]
		self.tempted = dice.pick(("", "", "filters", "filters", "order_by", "order_by", "fields", "groups"))
		self.row_filterable = [f for f in ROW_FIELDS if rows and all(f in fields for fields in rows)]

	def maybe(self, make: Callable[[], Any]) -> Any:
		return make() if self.dice.often() else None

	def field(self, usable: Sequence[str], argument: str) -> str:
		"""A field that is usable; in the tempted argument maybe one that is not."""
		if argument == self.tempted and not self.dice.pick((True, False)):
			hidden = [f for f in OWN_FIELDS if f not in usable] or OWN_FIELDS
			return self.dice.pick(hidden if self.dice.often() else NOT_FIELDS)
		return self.dice.pick(usable)

	def name(self) -> str:
		return self.dice.pick(
			self.dice.pick((self.names, self.names, self.names, (*NAMES, "p00", "No such")))
		)

	def columns(self) -> list[str]:
		if not self.dice.often():
			return ["*"]
		return self.dice.some(lambda: self.field(self.readable, "fields"), 1, 4)

	def condition(self) -> list[Any]:
		"""[field, operator, value], with a value that documents have, or of one of the tables' rows."""
		kind = self.dice.pick(("plain", "plain", "plain", "own", "row", "row"))
		if kind != "row":
			condition = self._condition(self.field(self.filterable, "filters"))
			return condition if kind == "plain" else [PARCEL, *condition]
		usable = self.row_filterable or ROW_FIELDS
		return [
			ROW,
			*self._condition(self.dice.pick(usable if self.dice.often() else (*ROW_FIELDS, "name", "code"))),
		]

	def _condition(self, fieldname: str) -> list[Any]:
		operator = self.dice.pick(OPERATORS)
		values = [v for v in VALUES.get(fieldname, ("alpha",)) if v is not None]
		match operator.lower():
			case "in" | "not in":
				return [fieldname, operator, self.dice.some(lambda: self.dice.pick(values), 1, 3)]
			case "between":
				return [fieldname, operator, [self.dice.pick(values), self.dice.pick(values)]]
			case "is":
				return [fieldname, operator, self.dice.pick(("set", "not set"))]
			case "like" | "not like":
				return [fieldname, operator, self.dice.pick(PATTERN_VALUES)]
			case _:
				return [fieldname, operator, self.dice.pick(values)]

	def nested(self, depth: int = 2) -> list[Any]:
		"""[condition, "and" | "or", condition, ...], its members nested again or not."""
		word = self.dice.pick(("or", "and", "OR"))
		parts: list[Any] = []
		for _ in range(self.dice.pick((2, 3))):
			inner = self.nested(depth - 1) if depth and not self.dice.often() else self.condition()
			parts += [word, inner] if parts else [inner]
		return parts

	def filters(self) -> Any:
		shape = self.dice.pick(("one", "dict", "list", "nested", "mixed"))
		if shape == "dict":
			conditions = self.dice.some(lambda: self._condition(self.field(self.filterable, "filters")), 1, 3)
			made: Any = {f: v if op == "=" else [op, v] for f, op, v in conditions}
		elif shape == "list":
			made = self.dice.some(self.condition, 1, 3)
		elif shape == "nested":
			made = self.nested()
		elif shape == "mixed":
			made = [self.condition(), self.nested(1)]
		else:
			made = self.condition()
		return made if self.dice.often() else json.dumps(made)

	def order(self, usable: Sequence[str], directions: Sequence[str] = ("", " desc", " asc", " DESC")) -> str:
		return ", ".join(
			self.dice.some(lambda: self.field(usable, "order_by") + self.dice.pick(directions), 1, 2)
		)

	def limit(self) -> int:
		return self.dice.pick((5, 1, 2))


def _list(a: _Arguments) -> dict[str, Any]:
	return {
		"fields": a.maybe(a.columns),
		"filters": a.maybe(a.filters),
		"or_filters": None if a.dice.often() else a.filters(),
		"order_by": a.maybe(lambda: a.order(a.filterable)),
		"limit": None if a.dice.often() else a.limit(),
		"offset": a.dice.pick((None, None, 1, 2)),
	}


def _get(a: _Arguments) -> dict[str, Any]:
	fields = (
		None if a.dice.often() else a.dice.some(lambda: a.field((*a.readable, *a.tables), "fields"), 1, 4)
	)
	return {"name": a.name(), "fields": fields}


def _search(a: _Arguments) -> dict[str, Any]:
	return {
		"search_term": a.dice.pick(TERMS),
		"fields": None if a.dice.often() else a.columns(),
		"limit": None if a.dice.often() else a.limit(),
	}


def _count(a: _Arguments) -> dict[str, Any]:
	return {"filters": a.maybe(a.filters), "or_filters": None if a.dice.often() else a.filters()}


def _aggregate(a: _Arguments) -> dict[str, Any]:
	group_by = a.dice.some(lambda: a.field(a.filterable, "groups"), 0, 2)
	aggregates: list[dict[str, Any]] = []
	for i in range(a.dice.pick((1, 1, 2))):
		aggregate = {
			"function": a.dice.pick(("count", "min", "max", "count_distinct", "sum", "avg")),
			"as": f"a{i}",
		}
		if aggregate["function"] in ("sum", "avg") and a.dice.often():
			numbers = ("amount", "quantity", "flag", "docstatus", "cost")
			aggregate["field"] = a.dice.pick([f for f in numbers if f in a.filterable] or numbers)
		elif aggregate["function"] != "count" or not a.dice.often():
			aggregate["field"] = a.field(a.filterable, "fields")
		aggregates.append(aggregate)
	return {
		"aggregates": aggregates,
		"group_by": group_by or None,
		"filters": None if a.dice.often() else a.filters(),
		"order_by": a.maybe(lambda: a.order([*(g["as"] for g in aggregates), *group_by])),
		"limit": None if a.dice.often() else a.limit(),
	}


def _explain(a: _Arguments) -> dict[str, Any]:
	return {
		"operation": a.dice.pick(("read", "select", "update", "create", "delete")),
		"name": a.maybe(a.name),
		"fieldname": None if a.dice.often() else a.field(a.readable, "fields"),
	}


_ARGUMENTS: dict[str, Callable[[_Arguments], dict[str, Any]]] = {
	LIST: _list,
	GET: _get,
	SEARCH: _search,
	COUNT: _count,
	AGGREGATE: _aggregate,
	SCHEMA: lambda a: {},
	PERMISSIONS: lambda a: {},
	EXPLAIN: _explain,
}
