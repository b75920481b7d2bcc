"""The fields of a DocType under a profile, all of them, with the layer that takes each away. For administrators."""

from collections.abc import Iterator, Mapping
from typing import Any

import frappe
from frappe.model import no_value_fields, table_fields

from erpnext_mcp.access import FRAPPE_MASK, Field, FieldSets
from erpnext_mcp.policy.field_rules import STANDARD_FIELDS

HIDDEN, MASKED, READABLE, WRITABLE = "hidden", "masked", "readable", "writable"

BY_TYPE, BY_LEVEL, BY_RULE, BY_FRAPPE = "type", "permlevel", "rule", "frappe"
"""What takes something away: the field itself, the permission levels of the user, the profile, a mask of Frappe."""

Row = dict[str, Any]


def field_table(doctype: str, frappes: FieldSets, ours: FieldSets) -> list[Row]:
	"""`{table, fieldname, label, fieldtype, permlevel, state, filterable, by}` of every field, in the order of the form.

	:param frappes: the fields as Frappe alone shows them to the user
	:param ours: the same under the rule of the profile
	"""
	rows = [
		_row("", fieldname, label, fieldtype, 0, frappes.fields, ours.fields)
		for fieldname, (label, fieldtype) in STANDARD_FIELDS.items()
	]
	for df in _fields(doctype):
		rows.append(_row("", df.fieldname, df.label, df.fieldtype, df.permlevel, frappes.fields, ours.fields))
		if df.fieldtype in table_fields and df.options:
			inside = [
				(sets.fields[df.fieldname].rows or {}) if df.fieldname in sets.fields else {}
				for sets in (frappes, ours)
			]
			rows += [
				_row(df.fieldname, row.fieldname, row.label, row.fieldtype, row.permlevel, *inside)
				for row in _fields(df.options)
			]
	return rows


def _fields(doctype: str) -> Iterator[Any]:
	"""DocFields that hold something, Password fields among them."""
	for df in frappe.get_meta(doctype).fields:
		if df.fieldtype in table_fields or df.fieldtype not in no_value_fields:
			yield df


def _row(
	table: str,
	fieldname: str,
	label: str | None,
	fieldtype: str,
	permlevel: int,
	frappes: Mapping[str, Field],
	ours: Mapping[str, Field],
) -> Row:
	before, after = frappes.get(fieldname), ours.get(fieldname)
	row: Row = {
		"table": table,
		"fieldname": fieldname,
		"label": label or "",
		"fieldtype": fieldtype,
		"permlevel": permlevel,
		"filterable": bool(after and after.filterable),
	}
	if after is None:
		by = BY_RULE if before else BY_TYPE if fieldtype == "Password" else BY_LEVEL
		return row | {"state": HIDDEN, "by": by}
	if after.mask:
		return row | {"state": MASKED, "by": BY_FRAPPE if after.mask == FRAPPE_MASK else BY_RULE}
	if after.writable:
		return row | {"state": WRITABLE, "by": ""}
	return row | {"state": READABLE, "by": BY_RULE if before and before.writable else ""}
