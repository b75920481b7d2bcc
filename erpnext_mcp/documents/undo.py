"""Takes back what a record of `documents.changes` says was changed of a document, as far as it still is so.

Unfiltered: for administrators at the command line. Whether the user may is Frappe's to say as the document is saved.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import frappe
from frappe.model import table_fields

from erpnext_mcp.documents import workflow_states
from erpnext_mcp.documents.changes import ADDED, CHANGED, REMOVED, Record, stored_fields, told, without_idx
from erpnext_mcp.documents.lifecycle import CANCELLED
from erpnext_mcp.documents.outcome import same_value
from erpnext_mcp.documents.values import plain
from erpnext_mcp.masks import REDACTED, TOO_LONG


def obstacles(doc: Any, record: Record) -> list[str]:
	"""Why a record can't be taken back, one sentence each; empty where nothing stands against it.

	:param doc: the document as it is now
	:param record: with the values that were kept, all of them whole
	"""
	if doc.docstatus == CANCELLED:
		return ["The document is cancelled."]
	if "docstatus" in record:
		return ["The document was submitted or cancelled by it, which no update takes back."]
	fields = stored_fields(doc.doctype)
	state = workflow_states.state_field(doc.doctype)
	found = []
	for fieldname, change in record.items():
		if fieldname not in fields:
			found.append(f"{fieldname}: there is no such field any more.")
		elif fieldname == state:
			found.append(f"{fieldname}: it is the state of a workflow, which changes by its actions alone.")
		elif why := _not_kept(change):
			found.append(f"{fieldname}: its values were not kept, because they are {why}.")
		elif fields[fieldname].fieldtype not in table_fields:
			found += _not_as_left(fields, doc, {fieldname: change}, "")
		else:
			found += _row_obstacles(doc, fields[fieldname], change)
	return found


def take_back(doc: Any, record: Record) -> None:
	"""Puts the old values into a document in memory: rows that were added go, rows that were removed come back under their
	names, at their places."""
	fields = stored_fields(doc.doctype)
	for fieldname, change in record.items():
		df = fields[fieldname]
		if df.fieldtype in table_fields:
			_take_back_rows(doc, df, change)
		else:
			doc.set(fieldname, _as_set(df, change[0]))


def remaining(doc: Any, record: Record) -> list[str]:
	"""What a document does not hold as it was before the record, though it was taken back: `field: is ..., was ...`.

	:param doc: as it was saved, loaded anew
	"""
	fields = stored_fields(doc.doctype)
	found = []
	for fieldname, change in record.items():
		df = fields[fieldname]
		if df.fieldtype not in table_fields:
			found += _not_as(fields, doc, {fieldname: change[0]}, "")
			continue
		rows, row_fields = _rows(doc, df), stored_fields(df.options)
		found += [f"{fieldname}: row {name} is still there" for name in change.get(ADDED, {}) if name in rows]
		old = {
			name: {f: pair[0] for f, pair in pairs.items()} for name, pairs in change.get(CHANGED, {}).items()
		}
		old |= {name: without_idx(values) for name, values in change.get(REMOVED, {}).items()}
		for name, values in old.items():
			where = f"{fieldname}[{name}]."
			if name in rows:
				found += _not_as(row_fields, rows[name], values, where)
			else:
				found.append(f"{fieldname}: row {name} is not there")
	return found


def reversed_record(record: Record) -> Record:
	"""The record of what `take_back` does."""
	return {
		fieldname: _reversed_rows(change) if isinstance(change, Mapping) else change[::-1]
		for fieldname, change in record.items()
	}


def _reversed_rows(change: Mapping[str, Any]) -> Record:
	parts = {
		CHANGED: {
			name: {f: pair[::-1] for f, pair in pairs.items()}
			for name, pairs in change.get(CHANGED, {}).items()
		},
		ADDED: {name: without_idx(values) for name, values in change.get(REMOVED, {}).items()},
		REMOVED: change.get(ADDED, {}),
	}
	return {part: rows for part, rows in parts.items() if rows}


def _row_obstacles(doc: Any, df: Any, change: Mapping[str, Any]) -> list[str]:
	rows, fields = _rows(doc, df), stored_fields(df.options)
	found = []
	left = {name: dict(pairs) for name, pairs in change.get(CHANGED, {}).items()}
	left |= {
		name: {f: [None, value] for f, value in values.items() if not _not_kept(value)}
		for name, values in change.get(ADDED, {}).items()
	}
	for name, pairs in left.items():
		if name not in rows:
			found.append(f"{df.fieldname}: row {name} was removed since.")
			continue
		gone = [f for f in pairs if f not in fields]
		found += [f"{df.fieldname}.{f}: there is no such field any more." for f in gone]
		known = {f: pair for f, pair in pairs.items() if f in fields}
		found += _not_as_left(fields, rows[name], known, f"{df.fieldname}[{name}].")
	found += [
		f"{df.fieldname}: row {name} is there again." for name in change.get(REMOVED, {}) if name in rows
	]
	return found


def _take_back_rows(doc: Any, df: Any, change: Mapping[str, Any]) -> None:
	fields = stored_fields(df.options)
	rows = _rows(doc, df)
	for name, pairs in change.get(CHANGED, {}).items():
		for fieldname, (old, _new) in pairs.items():
			rows[name].set(fieldname, _as_set(fields[fieldname], old))
	kept = [row for name, row in rows.items() if name not in change.get(ADDED, {})]
	doc.set(df.fieldname, kept)
	for name, values in sorted(change.get(REMOVED, {}).items(), key=lambda item: item[1].get("idx") or 0):
		row = doc.append(df.fieldname, {"name": name})
		# `append` takes a row with a name for one that is saved already.
		row.set("__islocal", 1)
		for fieldname, value in without_idx(values).items():
			if fieldname in fields:
				row.set(fieldname, _as_set(fields[fieldname], value))
		found = doc.get(df.fieldname)
		found.insert(max(0, (values.get("idx") or len(found)) - 1), found.pop())
	for position, row in enumerate(doc.get(df.fieldname), 1):
		row.idx = position


def _not_as_left(
	fields: Mapping[str, Any], doc: Any, pairs: Mapping[str, list[Any]], where: str
) -> list[str]:
	return [
		f"{where}{fieldname}: it was changed since, from {told(pairs[fieldname][1])} to {told(now)}."
		for fieldname, now in _different(fields, doc, {f: pair[1] for f, pair in pairs.items()})
	]


def _not_as(fields: Mapping[str, Any], doc: Any, values: Mapping[str, Any], where: str) -> list[str]:
	return [
		f"{where}{fieldname}: is {told(now)}, was {told(values[fieldname])}"
		for fieldname, now in _different(fields, doc, values)
	]


def _different(fields: Mapping[str, Any], doc: Any, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
	"""The fields that don't hold these values, with what they hold."""
	for fieldname, value in values.items():
		df = fields[fieldname]
		now = plain(doc.get(fieldname), df.fieldtype)
		if not same_value(df.fieldtype, value, now):
			yield fieldname, now


def _rows(doc: Any, df: Any) -> dict[str, Any]:
	return {str(row.name): row for row in doc.get(df.fieldname) or []}


def _as_set(df: Any, value: Any) -> Any:
	"""A kept value as a document takes it: Frappe wants the JSON of a JSON field as text."""
	return frappe.as_json(value) if df.fieldtype == "JSON" and isinstance(value, dict | list) else value


def _not_kept(change: Any) -> str | None:
	"""Why a change does not hold the values that were there; None when it does. Of a row that was added none are needed."""
	if isinstance(change, Mapping):
		change = {part: rows for part, rows in change.items() if part != ADDED}
	text = json.dumps(change, ensure_ascii=False)
	return "secret or masked" if REDACTED in text else "too long" if TOO_LONG in text else None
