"""What a write answers: the document as a read would show it, what changed, what came out other than it was sent."""

from collections.abc import Mapping
from typing import Any

from erpnext_mcp.access import Access, Change, Field
from erpnext_mcp.documents.applied import Rows
from erpnext_mcp.documents.values import INTEGERS, NUMBERS, plain

SMALLEST = 1e-9
"""Numbers that differ by less are the same, as columns have nine decimals."""

UNTOLD = frozenset({"modified", "modified_by"})
"""They change with every save."""


def differences(
	fields: Mapping[str, Field], before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, Any]:
	"""What changed of a document, as the caller saw it before and sees it now.

	:returns: `{field: [old, new]}`; for a table `{added: [row], removed: [row name], changed: {row name: {field: [old, new]}}}`
	"""
	found: dict[str, Any] = {}
	for fieldname, field in fields.items():
		if fieldname in UNTOLD or fieldname not in after:
			continue
		old, new = before.get(fieldname), after[fieldname]
		if field.rows is not None:
			rows = _row_differences(field.rows, old or [], new or [])
			if rows:
				found[fieldname] = rows
		elif not same(field, old, new):
			found[fieldname] = [old, new]
	return found


def _row_differences(fields: Mapping[str, Field], before: list, after: list) -> dict[str, Any]:
	old = {row["name"]: row for row in before}
	new = {row["name"]: row for row in after}
	changed = {name: differences(fields, old[name], row) for name, row in new.items() if name in old}
	parts = {
		"added": [row for name, row in new.items() if name not in old],
		"removed": [name for name in old if name not in new],
		"changed": {name: fields for name, fields in changed.items() if fields},
	}
	return {part: content for part, content in parts.items() if content}


def overridden(access: Access, change: Change, rows: Rows, after: Mapping[str, Any]) -> list[dict[str, Any]]:
	"""The values that ERPNext saved other than they were sent (T31): `[{field, sent, saved}]`.

	:param rows: of the saved document, in the order of `change.rows`
	:param after: the saved document as the caller may read it
	"""
	found = _overridden(access.fields.fields, change.values, after, "")
	for table, sent in change.rows.items():
		saved = {row["name"]: row for row in after.get(table) or []}
		fields = access.fields.fields[table].rows or {}
		for position, (row, wanted) in enumerate(zip(rows[table], sent, strict=True)):
			found += _overridden(fields, wanted.values, saved.get(str(row.name), {}), f"{table}[{position}].")
	return found


def _overridden(
	fields: Mapping[str, Field], sent: Mapping[str, Any], saved: Mapping[str, Any], where: str
) -> list[dict[str, Any]]:
	return [
		{"field": where + fieldname, "sent": value, "saved": saved.get(fieldname)}
		for fieldname, value in sent.items()
		if (field := fields.get(fieldname)) is not None and not same(field, value, saved.get(fieldname))
	]


def same(field: Field, one: Any, other: Any) -> bool:
	"""Whether two values are one to the field, as Frappe saves them: it strips texts."""
	if isinstance(one, str) and isinstance(other, str):
		one, other = one.strip(), other.strip()
	return same_value(field.fieldtype, one, other)


def same_value(fieldtype: str, one: Any, other: Any) -> bool:
	"""Whether two values are one: an empty text is none, numbers are compared as numbers."""
	if fieldtype in INTEGERS or fieldtype in NUMBERS:
		try:
			return abs(float(one or 0) - float(other or 0)) < SMALLEST
		except (TypeError, ValueError):
			return one == other
	if fieldtype == "JSON":
		return plain(one, "JSON") == plain(other, "JSON")
	if one in (None, "") or other in (None, ""):
		return (one in (None, "")) == (other in (None, ""))
	if fieldtype in ("Datetime", "Time"):
		# Fractions of seconds are not everywhere kept.
		return str(one).partition(".")[0] == str(other).partition(".")[0]
	return one == other
