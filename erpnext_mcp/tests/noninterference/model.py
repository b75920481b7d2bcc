"""What a caller may know of parcels, worked out from DESIGN §4 and §5 alone: an opinion independent of the engine's.

Pure: rules and documents in, views and pairs of data sets out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from erpnext_mcp.access import FRAPPE_MASK
from erpnext_mcp.policy.profile import MASKED, ONLY_ALLOWED, RESTRICTED, DocTypeRule
from erpnext_mcp.tests.noninterference.parcels import (
	COLUMNS,
	FRAPPE_MASKED,
	ITEMS,
	PARCEL_COLUMNS,
	ROW_COLUMNS,
	STANDARD,
	TABLES,
	TITLE,
	User,
)

Parcel = dict[str, Any]
OPEN = ""


@dataclass(frozen=True)
class View:
	"""The fields that a caller may know of, each with its mask style or `OPEN`; the same of the rows by table."""

	fields: Mapping[str, str]
	rows: Mapping[str, Mapping[str, str]]

	def hides(self, fieldname: str) -> bool:
		return self.fields.get(fieldname) != OPEN


def view_of(user: User, rule: DocTypeRule) -> View:
	"""What a rule leaves a user of parcels."""
	own = {f.fieldname: f for f in rule.field_rules if not f.table_field}
	only_allowed = rule.field_mode == ONLY_ALLOWED

	def style(given, closed: bool) -> str | None:
		if given is None:
			return None if closed else OPEN
		if given.rule == RESTRICTED:
			return None
		return given.mask_style if given.rule == MASKED else OPEN

	fields: dict[str, str] = {}
	rows: dict[str, dict[str, str]] = {}
	for column in (*STANDARD, *COLUMNS):
		shown = style(own.get(column.fieldname), only_allowed)
		if shown is not None and (user.inside or not column.level):
			fields[column.fieldname] = FRAPPE_MASK if column.fieldname in FRAPPE_MASKED else shown
	for table, level in TABLES.items():
		if style(own.get(table), only_allowed) is None or (level and not user.inside):
			continue
		given = {f.fieldname: f for f in rule.field_rules if f.table_field == table}
		names_some = only_allowed and any(f.rule != RESTRICTED for f in given.values())
		rows[table] = {}
		for column in ROW_COLUMNS:
			shown = style(given.get(column.fieldname), names_some)
			if shown is not None and (user.inside or not column.level):
				rows[table][column.fieldname] = shown
	if "read" not in rule.operations:
		# The operation select shows the name and the title.
		return View({f: s for f, s in fields.items() if f == TITLE and s == OPEN}, {})
	return View(fields, rows)


@dataclass(frozen=True)
class RowFilter:
	"""A row filter as it is written in the rule, and what it means for a document."""

	text: str
	fields: tuple[str, ...] = ()
	operator: str = ""
	value: Any = None

	def holds(self, parcel: Parcel, user: User) -> bool:
		if not self.text:
			return True
		found = parcel[self.fields[0]]
		match self.operator:
			case "=":
				return found == self.value
			case "!=":
				return (found or "") != self.value
			case "in":
				return found in self.value
			case ">":
				return found > self.value
			case "user":
				return found == user.email
			case _:
				return False  # a default that the user does not have


ROW_FILTERS = (
	RowFilter(""),
	RowFilter('{"depot": "Depot A"}', ("depot",), "=", "Depot A"),
	RowFilter('[["depot", "in", ["Depot A", "Depot C"]]]', ("depot",), "in", ("Depot A", "Depot C")),
	RowFilter('{"quantity": [">", 1]}', ("quantity",), ">", 1),
	RowFilter('[["MCP Test Parcel", "flag", "=", 1]]', ("flag",), "=", 1),
	RowFilter('{"kind": ["!=", "Bag"]}', ("kind",), "!=", "Bag"),
	RowFilter('{"city": "alpha"}', ("city",), "=", "alpha"),
	RowFilter(
		'{"name": ["in", ["P00", "P03", "P05", "P08"]]}', ("name",), "in", ("P00", "P03", "P05", "P08")
	),
	RowFilter('{"owner": "{{user}}"}', ("owner",), "user"),
	RowFilter('{"city": "{{defaults.mcp_no_such_default}}"}', ("city",), "nothing"),
)


def exists(parcel: Parcel, user: User, row_filter: RowFilter) -> bool:
	"""Whether a document exists for a user: inside the row filter and his User Permissions."""
	in_depots = not user.depots or not parcel["depot"] or parcel["depot"] in user.depots
	return in_depots and row_filter.holds(parcel, user)


def twin(
	parcels: Sequence[Parcel],
	others: Sequence[Parcel],
	strangers: Sequence[Parcel],
	user: User,
	rule: DocTypeRule,
	row_filter: RowFilter,
) -> list[Parcel]:
	"""A data set that the user must not be able to tell from `parcels`.

	:param others: as many documents as `parcels`; gives the hidden values of those that exist for the user
	:param strangers: takes the place of the documents that don't exist for him, as far as they don't exist either
	"""
	view = view_of(user, rule)
	result: list[Parcel] = []
	for parcel, other in zip(parcels, others, strict=True):
		if exists(parcel, user, row_filter):
			changed = _with_hidden_of(parcel, other, view)
			if not exists(changed, user, row_filter):
				# Whether it exists must not change, be it by a field that he can't see.
				changed |= {f: parcel[f] for f in ("depot", *row_filter.fields)}
			result.append(changed)
	taken = {p["name"] for p in result}
	for stranger in strangers:
		if stranger["name"] not in taken and not exists(stranger, user, row_filter):
			taken.add(stranger["name"])
			result.append(stranger)
	return result


def _with_hidden_of(parcel: Parcel, other: Parcel, view: View) -> Parcel:
	changed = dict(parcel)
	for column in PARCEL_COLUMNS:
		if view.hides(column.fieldname):
			changed[column.fieldname] = other[column.fieldname]
	for table in TABLES:
		shown = view.rows.get(table)
		if shown is None:
			# Names of rows are keys: those of the other document carry its name.
			changed[table] = [{**row, "name": f"{row['name']}*"} for row in other[table]]
			continue
		spare = other[ITEMS] + other[table]
		changed[table] = [
			{**row, **{c: spare[i][c] for c in spare[i] if c != "name" and shown.get(c) != OPEN}}
			if i < len(spare)
			else row
			for i, row in enumerate(parcel[table])
		]
	return changed
