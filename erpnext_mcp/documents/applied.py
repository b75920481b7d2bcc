"""A change put into a document in memory: values, rows patched by their names, rows removed."""

from collections.abc import Mapping
from typing import Any

import frappe

from erpnext_mcp.access import Access, Change, Row
from erpnext_mcp.documents.mapping import ROW_PREFIX
from erpnext_mcp.errors import InvalidArguments

Rows = dict[str, list[Any]]
"""By table, the rows of the document that belong to the rows of a change, in the same order."""


def new_document(access: Access, change: Change, template: Any = None) -> tuple[Any, Rows]:
	"""An unsaved document with the values of a change.

	:param template: a document that a mapper made (`mapping.mapped`): what the change does not mention stays as it is there.
	        Of a table that it mentions, exactly the rows it lists are taken; `source:1` is the first row of the template
	:raises InvalidArguments: a row is named that the template does not have
	"""
	doc = template if template is not None else frappe.new_doc(access.doctype)
	_set(doc, change.values)
	rows: Rows = {}
	for table, sent in change.rows.items():
		mapped = (
			{f"{ROW_PREFIX}{n}": row for n, row in enumerate(doc.get(table) or [], 1)} if template else {}
		)
		doc.set(table, [])
		rows[table] = [_append(doc, table, row, _named(mapped, table, row)) for row in sent]
	return doc, rows


def apply(doc: Any, change: Change) -> Rows:
	"""Changes a saved document: rows with a name are changed, rows without are added, all others stay.

	:raises InvalidArguments: a row is named that is not there
	"""
	for table, names in change.remove.items():
		there = {row.name: row for row in doc.get(table) or []}
		for name in names:
			if name not in there:
				raise _no_such_row(table, name, there, "remove")
		if changed_too := {row.name for row in change.rows.get(table, ())} & set(names):
			raise InvalidArguments(f"remove.{table}: {min(changed_too)} is changed and removed.")
		doc.set(table, [row for row in doc.get(table) if row.name not in names])
		for position, row in enumerate(doc.get(table), 1):
			row.idx = position
	_set(doc, change.values)
	rows: Rows = {}
	for table, sent in change.rows.items():
		there = {row.name: row for row in doc.get(table) or []}
		rows[table] = []
		for row in sent:
			found = _named(there, table, row)
			if found is None:
				found = _append(doc, table, row, None)
			else:
				_set(found, row.values)
			rows[table].append(found)
	return rows


def _set(doc: Any, values: Mapping[str, Any]) -> None:
	for fieldname, value in values.items():
		doc.set(fieldname, value)


def _append(doc: Any, table: str, row: Row, start: Any) -> Any:
	if start is not None:
		start.idx = None
	new = doc.append(table, start if start is not None else {})
	_set(new, row.values)
	return new


def _named(there: Mapping[str, Any], table: str, row: Row) -> Any:
	if not row.name:
		return None
	if row.name not in there:
		raise _no_such_row(table, row.name, there, "data")
	return there[row.name]


def _no_such_row(table: str, name: str, there: Mapping[str, Any], argument: str) -> InvalidArguments:
	return InvalidArguments(
		f"{argument}.{table}: there is no row called {name[:140]}.",
		"Rows without name are added."
		if argument == "data"
		else "Read the document for the names of its rows.",
		rows=list(there)[:100],
	)
