"""A decided access, and the queries made of it: what `policy` hands out and `documents` works with. Values only."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

FRAPPE_MASK = "Frappe"
"""Mask style of a field that Frappe itself masks for the user (v16)."""


@dataclass(frozen=True)
class Field:
	"""One field as far as a caller may know of it: a field that he may not read is not there at all.

	`rows` is set for tables: the readable fields of their rows. `mask` is empty, a mask style of the profile, or
	`FRAPPE_MASK`.
	"""

	fieldname: str
	label: str
	fieldtype: str
	options: str = ""
	required: bool = False
	writable: bool = False
	mask: str = ""
	stored: bool = True
	"""Whether it is a column: virtual fields are computed and can't be filtered or sorted."""
	description: str = ""
	in_list_view: bool = False
	filled: bool = False
	"""Whether Frappe fills it where a new document is made without."""
	rows: Mapping[str, "Field"] | None = None

	@property
	def masked(self) -> bool:
		return bool(self.mask)

	@property
	def is_table(self) -> bool:
		return self.rows is not None

	@property
	def filterable(self) -> bool:
		"""Whether it can be filtered, sorted, grouped, aggregated and searched by."""
		return self.stored and not self.mask and not self.is_table


@dataclass(frozen=True)
class FieldSets:
	"""The fields of one DocType that one user may use, in the order of the form, standard fields first."""

	fields: Mapping[str, Field] = field(default_factory=dict)
	title_field: str | None = None
	search_fields: tuple[str, ...] = ()
	"""What a search looks in: the name, the title and the DocType's search fields, as far as they can be filtered."""
	partly_hidden: frozenset[str] = frozenset()
	"""Child DocTypes of which some table is hidden: the engine filters by rows of a kind, whichever table they are in."""

	@property
	def readable(self) -> list[str]:
		return list(self.fields)

	@cached_property
	def digest(self) -> str:
		"""The same for the same fields, of whichever process."""
		parts = (
			list(self.fields.items()),
			self.title_field,
			self.search_fields,
			sorted(self.partly_hidden),
		)
		return sha256(repr(parts).encode()).hexdigest()

	@cached_property
	def columns(self) -> list[str]:
		"""Readable fields that a list can show."""
		return [f.fieldname for f in self.fields.values() if not f.is_table and f.stored]

	@cached_property
	def filterable(self) -> list[str]:
		return [f.fieldname for f in self.fields.values() if f.filterable]

	@property
	def tables(self) -> list[Field]:
		return [f for f in self.fields.values() if f.is_table]

	@property
	def writable(self) -> list[str]:
		return [f.fieldname for f in self.fields.values() if f.writable]

	@property
	def masked(self) -> list[str]:
		return [f.fieldname for f in self.fields.values() if f.masked]

	@property
	def list_defaults(self) -> list[str]:
		"""What a list shows when the call names no fields: name, title and the columns of the desk's list view."""
		chosen = ["name"]
		if self.title_field in self.fields:
			chosen.append(self.title_field)
		chosen += [f.fieldname for f in self.fields.values() if f.in_list_view]
		columns = set(self.columns)
		return [f for f in dict.fromkeys(chosen) if f in columns]


@dataclass(frozen=True)
class Filter:
	"""One condition on one column; of the rows of a table when `child_doctype` is set."""

	fieldname: str
	operator: str
	value: Any
	child_doctype: str = ""


@dataclass(frozen=True)
class AllOf:
	"""Conditions that must hold together, inside an `AnyOf`."""

	members: "tuple[Condition, ...]"


@dataclass(frozen=True)
class AnyOf:
	"""Conditions of which one must hold."""

	members: "tuple[Condition, ...]"


Condition = Filter | AllOf | AnyOf


def filters_of(conditions: Iterable[Condition]) -> Iterator[Filter]:
	"""Every single filter in a tree of conditions."""
	for condition in conditions:
		if isinstance(condition, Filter):
			yield condition
		else:
			yield from filters_of(condition.members)


def _nothing(*_arguments: Any) -> Any:
	return None


@dataclass(frozen=True)
class Access:
	"""A decided permission to do one operation on one DocType, as one user."""

	user: str
	doctype: str
	operation: str
	operations: frozenset[str]
	"""Everything the user may do with this DocType, not only what this access was asked for."""
	fields: FieldSets
	row_filter: tuple[Filter, ...] | None = ()
	"""What documents must match to exist for the user; None: none does."""
	max_rows: int = 100
	never_kept: frozenset[tuple[str, str]] = frozenset()
	"""(table field or "", fieldname) of what the profile masks, visible or not: no record keeps a value of it."""
	mask_scope: str = ""
	"""Part of the key of hashed masks: the profile's name."""
	takes_name: bool = False
	"""Whether a new document is given its name by whoever creates it."""
	check_conditions: Callable[[str, Mapping[str, Any], str], None] = field(default=_nothing, compare=False)
	"""(operation, document, "Before" | "After") raises ConditionFailed where a condition of the profile does not hold.
	The document has its tables as lists of rows."""
	conditioned: frozenset[str] = frozenset()
	"""The operations that have conditions."""
	link_target: "Callable[[str], Access] | None" = field(default=None, compare=False)
	"""(DocType) gives what a link to it may point to: the rows of its rule, all where no rule names it."""
	hides: Callable[[Iterable[str]], bool] = field(default=_nothing, compare=False)
	"""(DocTypes) tells whether the profile hides, masks or filters anything of one of them, so that texts of the business
	about it can't be passed on."""


@dataclass(frozen=True)
class Row:
	"""What is written of one row of a table; `name` is empty for a new row."""

	name: str
	values: Mapping[str, Any]


@dataclass(frozen=True)
class Change:
	"""What a call writes, with nothing left unchecked: values by field, rows by table, names of rows to be removed.

	Rows that are not mentioned stay as they are.
	"""

	values: Mapping[str, Any] = field(default_factory=dict)
	rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
	remove: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

	@property
	def fieldnames(self) -> list[str]:
		"""Every field that is written; fields of rows as `table.field`."""
		in_rows = [f"{t}.{f}" for t, rows in self.rows.items() for row in rows for f in row.values]
		return list(dict.fromkeys([*self.values, *self.rows, *in_rows, *self.remove]))


@dataclass(frozen=True)
class Query:
	"""A list call in which nothing is left unchecked. All `filters` must hold, and one of `or_filters` if there are any.

	`limit` and `offset` are rows.
	"""

	fields: tuple[str, ...]
	filters: tuple[Condition, ...] = ()
	or_filters: tuple[Condition, ...] = ()
	order_by: tuple[tuple[str, str], ...] = ()
	limit: int = 20
	offset: int = 0

	@property
	def fieldnames(self) -> list[str]:
		"""Every field the call names or reads, once."""
		named = [*self.fields, *(f.fieldname for f in filters_of((*self.filters, *self.or_filters)))]
		return list(dict.fromkeys([*named, *(fieldname for fieldname, _ in self.order_by)]))


@dataclass(frozen=True)
class Aggregate:
	"""`function` is one of count, count_distinct, sum, avg, min, max; `alias` names the value in the answer."""

	function: str
	fieldname: str
	alias: str


@dataclass(frozen=True)
class AggregateQuery:
	"""An aggregating call in which nothing is left unchecked. `order_by` names aliases or `group_by` fields."""

	aggregates: tuple[Aggregate, ...]
	group_by: tuple[str, ...] = ()
	filters: tuple[Condition, ...] = ()
	order_by: tuple[tuple[str, str], ...] = ()
	limit: int = 20

	@property
	def fieldnames(self) -> list[str]:
		"""Every field the call names, once."""
		named = [*self.group_by, *(a.fieldname for a in self.aggregates)]
		return list(dict.fromkeys([*named, *(f.fieldname for f in filters_of(self.filters))]))
