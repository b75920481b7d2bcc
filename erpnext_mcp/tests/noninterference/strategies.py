"""Random rules, data and calls for the property tests.

Hypothesis draws bytes, and everything is read from those: drawing each choice by itself takes longer than the calls.
The simplest option stands first everywhere, so that a failure shrinks to it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from hypothesis import strategies as st

from erpnext_mcp import masks
from erpnext_mcp.policy.profile import (
	ALL_FIELDS,
	ALLOWED,
	MASKED,
	ONLY_ALLOWED,
	READ_ONLY,
	RESTRICTED,
	DocTypeRule,
	FieldRule,
)
from erpnext_mcp.tests.noninterference import calls
from erpnext_mcp.tests.noninterference.calls import VALUES, Call
from erpnext_mcp.tests.noninterference.model import ROW_FILTERS, Parcel, RowFilter, twin, view_of
from erpnext_mcp.tests.noninterference.parcels import (
	COLUMNS,
	NAMES,
	PARCEL,
	PARCEL_COLUMNS,
	ROW_COLUMNS,
	STANDARD,
	TABLES,
	USERS,
	Column,
	User,
)


class Dice:
	"""Choices read from bytes: zeros, and everything after their end, choose the first option."""

	def __init__(self, data: bytes):
		self._rest = iter(data)

	def pick(self, options: Sequence[Any]) -> Any:
		return options[next(self._rest, 0) % len(options)]

	def often(self) -> bool:
		"""True in three of four cases."""
		return self.pick((True, True, True, False))

	def some(self, make: Callable[[], Any], least: int, most: int) -> list[Any]:
		return [make() for _ in range(self.pick(range(least, most + 1)))]


@dataclass(frozen=True, repr=False)
class Case:
	"""A user under a rule, two data sets that he must not be able to tell apart, and what he asks."""

	user: User
	rule: DocTypeRule
	row_filter: RowFilter
	parcels: list[Parcel]
	twins: list[Parcel]
	calls: list[Call]

	def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
		"""How Hypothesis prints it."""
		printer.text(repr(self))

	def __repr__(self) -> str:
		"""What a failure shows: documents without what is the first value of its column."""

		def short(p: Parcel) -> dict[str, Any]:
			return {f: v for f, v in p.items() if f == "name" or (v if f in TABLES else v != VALUES[f][0])}

		ones, twins = map(short, self.parcels), map(short, self.twins)
		return "\n".join(map(str, [self.user, self.rule, "one:", *ones, "other:", *twins, *self.calls]))


MOST_PARCELS, MOST_STRANGERS = 6, 3
RULE_BYTES, PARCEL_BYTES, CALL_BYTES = 96, 48, 64


def cases(tools: Sequence[str], number_of_calls: int = 2) -> st.SearchStrategy[Case]:
	"""Cases that call these tools.

	From a single draw: of several alike, Hypothesis makes copies of each other in half of the examples.
	"""
	length = RULE_BYTES + PARCEL_BYTES * (2 * MOST_PARCELS + MOST_STRANGERS) + CALL_BYTES * number_of_calls
	return st.binary(min_size=length, max_size=length).map(lambda data: _case(data, tools, number_of_calls))


def _case(data: bytes, tools: Sequence[str], number_of_calls: int) -> Case:
	rest = BytesIO(data)

	def dice(length: int) -> Dice:
		return Dice(rest.read(length))

	first = dice(RULE_BYTES)
	user = first.pick(USERS)
	rule, row_filter = _rule(first)
	names = _distinct(first, NAMES, 1, MOST_PARCELS)
	strangers = _distinct(first, NAMES, 0, MOST_STRANGERS)
	is_reversed = not first.often()
	parcels, others, strange = (
		[parcel(name, dice(PARCEL_BYTES)) for name in group] for group in (names, names, strangers)
	)
	twins = twin(parcels, others, strange, user, rule, row_filter)
	if is_reversed:
		twins.reverse()  # the order in which documents were made is nobody's business either
	view = view_of(user, rule)
	asked = [calls.call(dice(CALL_BYTES), tools, view, names) for _ in range(number_of_calls)]
	return Case(user, rule, row_filter, parcels, twins, asked)


def _distinct(dice: Dice, options: Sequence[Any], least: int, most: int) -> list[Any]:
	return list(dict.fromkeys(dice.some(lambda: dice.pick(options), least, most)))


def parcel(name: str, dice: Dice) -> Parcel:
	"""A document with every column and table."""
	made: Parcel = {"name": name}
	for column in PARCEL_COLUMNS:
		made[column.fieldname] = dice.pick(column.values)
	for table in TABLES:
		made[table] = [
			{"name": f"{name}-{table}-{i}", **{c.fieldname: dice.pick(c.values) for c in ROW_COLUMNS}}
			for i in range(dice.pick((0, 1, 2)))
		]
	return made


def _rule(dice: Dice) -> tuple[DocTypeRule, RowFilter]:
	row_filter = dice.pick(ROW_FILTERS)
	reading = [{"read"}, {"read", "create", "update"}, {"read", "select"}]
	field_rules = dice.some(lambda: _field_rule(dice), 0, 8)
	rule = DocTypeRule(
		doctype=PARCEL,
		operations=frozenset(dice.pick([*reading, *reading, {"select"}])),
		field_mode=dice.pick([ALL_FIELDS, ALL_FIELDS, ONLY_ALLOWED]),
		field_rules=tuple({(f.table_field, f.fieldname): f for f in field_rules}.values()),
		row_filter=row_filter.text,
		max_rows=dice.pick([0, 5, 2]),
	)
	return rule, row_filter


def _field_rule(dice: Dice) -> FieldRule:
	if not dice.often():
		return FieldRule(dice.pick(list(TABLES)), dice.pick((RESTRICTED, ALLOWED, READ_ONLY)))
	table_field = dice.pick(("", "", *TABLES))
	column: Column = dice.pick(ROW_COLUMNS if table_field else (*COLUMNS, *STANDARD))
	rule = dice.pick((RESTRICTED, MASKED, ALLOWED, READ_ONLY))
	style = dice.pick(masks.allowed_styles(column.fieldtype)) if rule == MASKED else ""
	return FieldRule(column.fieldname, rule, table_field, style)
