"""What changed of the documents that a call writes, for whoever keeps a record of it: all of it, whether the caller may see
it or not, with what hooks have done.

Nothing is looked at unless somebody records. Password fields are never there; of what is masked, only that it changed.

A record is `{field: [old, new]}`; of a table `{changed: {row: {field: [old, new]}}, added: {row: {field: value}},
removed: {row: {field: value}}}`, rows by their names, without their empty fields, a removed one with its `idx`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe.model import no_value_fields, table_fields

from erpnext_mcp.access import Access, Change
from erpnext_mcp.documents.applied import Rows
from erpnext_mcp.documents.outcome import same_value
from erpnext_mcp.documents.values import plain, plain_name
from erpnext_mcp.masks import REDACTED

Record = dict[str, Any]
"""One document's changes, in the form above; JSON-compatible."""
CHANGED, ADDED, REMOVED = "changed", "added", "removed"

_recorder: ContextVar["Recorder | None"] = ContextVar("erpnext_mcp_recorder", default=None)


@dataclass
class Recorder:
	"""What was written while it was in place: `(name of the document, what changed of it)`, in that order."""

	records: list[tuple[str, Record]] = field(default_factory=list)
	before: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)


@contextmanager
def recording() -> Iterator[list[tuple[str, Record]]]:
	"""While the body runs, what it writes is added to the list that it gets."""
	recorder = Recorder()
	token = _recorder.set(recorder)
	try:
		yield recorder.records
	finally:
		_recorder.reset(token)


def about_to_change(doc: Any) -> None:
	"""Remembers a document that was loaded to be changed, as it is."""
	if recorder := _recorder.get():
		recorder.before[(doc.doctype, str(doc.name))] = doc.as_dict()


def has_changed(access: Access, doc: Any) -> None:
	"""Records what became of a document that `about_to_change` remembers.

	:param doc: loaded anew, with nothing taken away from it
	"""
	if recorder := _recorder.get():
		before = recorder.before.pop((doc.doctype, str(doc.name)), None)
		if before is not None:
			changes = differences(doc.doctype, before, doc.as_dict(), hidden(doc.doctype, access.never_kept))
			recorder.records.append((plain_name(doc.name), changes))


def was_made(access: Access, doc: Any, change: Change, rows: Rows) -> None:
	"""Records the values that a new document was sent.

	:param rows: of the document, in the order of `change.rows`
	"""
	if recorder := _recorder.get():
		recorder.records.append((plain_name(doc.name), _sent(access, doc, change, rows)))


def stored_fields(doctype: str) -> dict[str, Any]:
	"""The DocFields of a DocType that hold a value of their own, Password fields left out: {fieldname: DocField}."""
	return {
		df.fieldname: df
		for df in frappe.get_meta(doctype).fields
		if ((df.fieldtype in table_fields and df.options) or df.fieldtype not in no_value_fields)
		and df.fieldtype != "Password"
		and not df.get("is_virtual")
	}


def hidden(doctype: str, never_kept: frozenset[tuple[str, str]]) -> Callable[[str, str], bool]:
	"""(table field or "", fieldname) tells whether the values of a field are never kept: masked by the profile, or by Frappe
	(v16) for anybody, because who reads the record is not who has changed the document."""
	own = stored_fields(doctype)

	def is_hidden(table_field: str, fieldname: str) -> bool:
		if (table_field, fieldname) in never_kept:
			return True
		fields = stored_fields(own[table_field].options) if table_field else own
		return fieldname in fields and bool(fields[fieldname].get("mask"))

	return is_hidden


def differences(
	doctype: str,
	before: Mapping[str, Any],
	after: Mapping[str, Any],
	is_hidden: Callable[[str, str], bool],
) -> Record:
	"""What is not the same in two states of a document, with their tables as lists of rows."""
	found = _changed_values(stored_fields(doctype), "", before, after, is_hidden)
	for fieldname, df in stored_fields(doctype).items():
		if df.fieldtype not in table_fields:
			continue
		rows = _changed_rows(df, before.get(fieldname) or [], after.get(fieldname) or [], is_hidden)
		if rows:
			found[fieldname] = REDACTED if is_hidden("", fieldname) else rows
	old, new = int(before.get("docstatus") or 0), int(after.get("docstatus") or 0)
	if old != new:
		found["docstatus"] = [old, new]
	return found


def described(record: Record) -> Iterator[str]:
	"""What a record says, a line for each value: `field: old → new`."""
	for fieldname, change in record.items():
		if isinstance(change, list):
			yield f"{fieldname}: {told(change[0])} → {told(change[1])}"
		elif not isinstance(change, Mapping):
			yield f"{fieldname}: {change}"
		else:
			for name, pairs in change.get(CHANGED, {}).items():
				for f, (old, new) in pairs.items():
					yield f"{fieldname}[{name}].{f}: {told(old)} → {told(new)}"
			for part in (ADDED, REMOVED):
				for name, values in change.get(part, {}).items():
					held = ", ".join(f"{f} {told(v)}" for f, v in without_idx(values).items())
					yield f"{fieldname}[{name}]: {part} ({held})"


def told(value: Any) -> str:
	"""A kept value for people."""
	return "(empty)" if value in (None, "") else repr(value) if isinstance(value, str) else str(value)


def without_idx(values: Mapping[str, Any]) -> dict[str, Any]:
	"""The values of a removed row, without its place."""
	return {fieldname: value for fieldname, value in values.items() if fieldname != "idx"}


def _changed_values(
	fields: Mapping[str, Any],
	table_field: str,
	before: Mapping[str, Any],
	after: Mapping[str, Any],
	is_hidden: Callable[[str, str], bool],
) -> Record:
	found = {}
	for fieldname, df in fields.items():
		if df.fieldtype in table_fields:
			continue
		old, new = (plain(state.get(fieldname), df.fieldtype) for state in (before, after))
		if not same_value(df.fieldtype, old, new):
			found[fieldname] = [REDACTED, REDACTED] if is_hidden(table_field, fieldname) else [old, new]
	return found


def _changed_rows(
	df: Any,
	before: list[Mapping[str, Any]],
	after: list[Mapping[str, Any]],
	is_hidden: Callable[[str, str], bool],
) -> Record:
	fields = stored_fields(df.options)
	old = {str(row["name"]): row for row in before}
	new = {str(row["name"]): row for row in after}

	def whole(row: Mapping[str, Any]) -> Record:
		values = {f: plain(row.get(f), d.fieldtype) for f, d in fields.items()}
		return {f: REDACTED if is_hidden(df.fieldname, f) else value for f, value in values.items() if value}

	changed = {
		name: _changed_values(fields, df.fieldname, old[name], row, is_hidden)
		for name, row in new.items()
		if name in old
	}
	parts = {
		CHANGED: {name: values for name, values in changed.items() if values},
		ADDED: {name: whole(row) for name, row in new.items() if name not in old},
		REMOVED: {
			name: {"idx": int(row.get("idx") or 0), **whole(row)}
			for name, row in old.items()
			if name not in new
		},
	}
	return {part: content for part, content in parts.items() if content}


def _sent(access: Access, doc: Any, change: Change, rows: Rows) -> Record:
	is_hidden = hidden(doc.doctype, access.never_kept)
	fields = stored_fields(doc.doctype)

	def value(table_field: str, fieldname: str, df: Any, sent: Any) -> Any:
		return REDACTED if is_hidden(table_field, fieldname) else plain(sent, df.fieldtype if df else "")

	found: Record = {f: [None, value("", f, fields.get(f), v)] for f, v in change.values.items()}
	for table, sent in change.rows.items():
		row_fields = stored_fields(fields[table].options)
		added = {
			str(row.name): {f: value(table, f, row_fields.get(f), v) for f, v in wanted.values.items()}
			for row, wanted in zip(rows[table], sent, strict=True)
		}
		found[table] = REDACTED if is_hidden("", table) else {ADDED: added}
	return found
