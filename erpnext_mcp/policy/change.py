"""What a caller wants to write, read against the fields that he may write. Pure.

Unknown keys are errors, never dropped; hidden fields and fields that there aren't give the same words (T13, T21).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from erpnext_mcp.access import Change, Field, FieldSets, Row
from erpnext_mcp.errors import FieldNotPermitted, InvalidArguments
from erpnext_mcp.policy.written_values import written_value

MAX_ROWS = 500
"""Rows of one table in one call."""

HINTS = {
	"docstatus": "Documents are submitted and cancelled with submit_generic_document and cancel_generic_document.",
	"name": "The ID is given by ERPNext.",
}


def parse_change(
	data: Mapping[str, Any],
	sets: FieldSets,
	*,
	remove: Mapping[str, Any] | None = None,
	creating: bool = False,
	takes_name: bool = False,
	argument: str = "data",
) -> Change:
	"""The data of a create or update call, checked.

	:param data: values by field; tables as arrays of objects. On update a row with `name` changes that row and one without
	        is added; on create `name` only says which row of a mapped document is meant (`source:1`)
	:param remove: names of rows by table
	:param takes_name: whether a new document may be given its `name`
	:raises FieldNotPermitted: a field that there isn't for the caller, or that he can't write
	:raises InvalidArguments: a value that is none of the field's type, a mask (T27), rows that are no objects
	"""
	values: dict[str, Any] = {}
	rows: dict[str, tuple[Row, ...]] = {}
	for key, value in data.items():
		if key == "name" and creating and takes_name:
			values[key] = _name(value, f"{argument}.name")
			continue
		field = _writable(key, sets.fields, argument, sets.writable)
		where = f"{argument}.{key}"
		if field.rows is None:
			values[key] = written_value(field, value, where)
		else:
			rows[key] = _rows(field, value, where)
	removed = {table: _removed(table, names, sets) for table, names in (remove or {}).items()}
	if not creating and not values and not rows and not removed:
		raise InvalidArguments(f"{argument}: nothing to change.", "Send the fields to be changed.")
	return Change(values, rows, removed)


def _writable(key: Any, fields: Mapping[str, Field], argument: str, writable: Sequence[str]) -> Field:
	field = fields.get(key)
	if field is not None and field.writable:
		return field
	is_name = key.isidentifier() and len(key) <= 140
	reason = f"you can read {key}, but not write it" if field else f"there is no field {key} for you"
	raise FieldNotPermitted(
		f"{argument}: {reason}." if is_name else f"{argument}: keys are plain field names.",
		HINTS.get(key, "get_doctype_schema tells the fields; allowed_fields are those you can write."),
		argument=argument,
		allowed_fields=list(writable),
	)


def _rows(table: Field, value: Any, where: str) -> tuple[Row, ...]:
	if not isinstance(value, Sequence) or isinstance(value, str):
		raise InvalidArguments(f"{where}: a table takes an array of objects, one for each row.")
	if len(value) > MAX_ROWS:
		raise InvalidArguments(f"{where}: at most {MAX_ROWS} rows a call.")
	assert table.rows is not None
	writable = [f.fieldname for f in table.rows.values() if f.writable]
	found = []
	for position, row in enumerate(value):
		at = f"{where}[{position}]"
		if not isinstance(row, Mapping):
			raise InvalidArguments(f"{at}: a row is an object of field names and values.")
		name, values = "", {}
		for key, cell in row.items():
			if key == "name":
				name = _name(cell, f"{at}.name")
				continue
			field = _writable(key, table.rows, at, writable)
			values[key] = written_value(field, cell, f"{at}.{key}")
		found.append(Row(name, values))
	names = [row.name for row in found if row.name]
	if len(names) != len(set(names)):
		raise InvalidArguments(f"{where}: a row is named twice.")
	return tuple(found)


def _removed(table: Any, names: Any, sets: FieldSets) -> tuple[str, ...]:
	where = f"remove.{table}"
	field = _writable(table, sets.fields, "remove", [f.fieldname for f in sets.tables if f.writable])
	if field.rows is None:
		raise InvalidArguments(f"{where}: {table} is not a table.")
	if not isinstance(names, Sequence) or isinstance(names, str):
		raise InvalidArguments(f"{where}: an array of row names.")
	return tuple(dict.fromkeys(_name(n, where) for n in names))


def _name(value: Any, where: str) -> str:
	if not isinstance(value, str) or not value.strip() or len(value) > 140 or "\0" in value:
		raise InvalidArguments(f"{where}: a name is a text of 1 to 140 characters.")
	return value
