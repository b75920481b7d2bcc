"""A new document made of another one: an order of a quotation, an invoice of an order, a payment of an invoice."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import frappe
import frappe.realtime
from frappe.model.document import Document

from erpnext_mcp import compat
from erpnext_mcp.access import Access, Field
from erpnext_mcp.documents import mappers
from erpnext_mcp.documents.problems import in_our_words
from erpnext_mcp.documents.read import load
from erpnext_mcp.documents.values import plain
from erpnext_mcp.errors import InvalidArguments, Unsupported

ROW_PREFIX = "source:"
"""Name of a mapped row that is not saved yet, followed by its position in the table, from 1."""
SAVE_POINT = "mcp_mapper"


def mapped(source_access: Access, source_name: str, target_doctype: str) -> Document:
	"""The new document as the mapper makes it, not filtered and not saved: only for use within this room.

	:param source_access: to read the source
	:raises NotFound: the source is none that the user can see
	:raises InvalidArguments: there is no mapper from the one to the other
	:raises Unsupported: the new document needs others that are not there yet
	:raises ValidationFailed: the mapper's own refusals: the source is a draft, or nothing of it is left to do
	"""
	source = load(source_access, source_name)
	path = mappers.targets_of(source_access.doctype).get(target_doctype)
	if path is None:
		raise no_mapper(source_access.doctype)
	with in_our_words(source_access, source), _writes_undone() as saved:
		made = mappers.run(path, source_access.doctype, source.name)
	if made is None:
		raise Unsupported(f"Nothing is left of this {source_access.doctype} to make a {target_doctype} of.")
	doc = _as_new(made, target_doctype)
	_drop_masks(source, doc)
	if saved:
		_check_links(doc, path)
	return doc


def as_data(source_access: Access, target_access: Access, doc: Document) -> dict[str, Any]:
	"""What the caller may know of a mapped document and set in it, as the `data` of a create; empty values are left out.

	What came out of a field of the source that he may not read is left out too, as far as it kept its field name; creating
	with `source` fills it all the same.

	:param doc: of `mapped`
	:returns: `{fieldname: value}`, tables as rows that are named `source:1`, `source:2` and so on
	"""
	unknown = _unknown(source_access.doctype, source_access.fields.fields)
	data: dict[str, Any] = {}
	for field in target_access.fields.fields.values():
		if not field.writable or field.fieldname in unknown:
			continue
		if field.rows is None:
			data[field.fieldname] = plain(doc.get(field.fieldname), field.fieldtype)
		else:
			unknown_there = unknown | _unknown_in_rows(source_access, field.fieldname)
			data[field.fieldname] = [
				{"name": f"{ROW_PREFIX}{position}", **_row(row, field.rows, unknown_there)}
				for position, row in enumerate(doc.get(field.fieldname) or [], 1)
			]
	return _filled(data)


def by_row_name(doc: Document) -> dict[str, Any]:
	"""A mapped document by field, its rows under the names that `as_data` gives them: what a caller may send back as it is."""
	values = doc.as_dict()
	for df in doc.meta.get_table_fields():
		for position, row in enumerate(values.get(df.fieldname) or [], 1):
			row["name"] = f"{ROW_PREFIX}{position}"
	return values


def no_mapper(source_doctype: str, targets: Sequence[str] = ()) -> InvalidArguments:
	"""The one answer for a target that there is no mapper to, or that the caller may not create (T13).

	:param targets: what he can make of the source
	"""
	hint = f"You can make of it: {', '.join(targets)}." if targets else "Fill the new document yourself."
	return InvalidArguments(f"You can't make this of {source_doctype}.", hint, targets=list(targets))


@contextmanager
def _writes_undone() -> Iterator[list[bool]]:
	"""Undoes what a mapper saves on the way, past the profile, and forgets what that has queued for the commit; the
	transaction goes on.

	A mapper of ERPNext may save an Item Price, or the customer of a quotation to a lead.

	:returns: a list that is not empty afterwards if there was something to undo
	"""
	saved: list[bool] = []
	queues = [frappe.db.before_commit, frappe.db.after_commit]
	queued = [len(queue._functions) for queue in queues]
	webhooks = len(getattr(frappe.local, "_webhook_queue", None) or ())
	messages = list(getattr(frappe.local, "_realtime_log", None) or ())
	writes = frappe.db.transaction_writes
	frappe.db.savepoint(SAVE_POINT)
	yield saved
	if frappe.db.transaction_writes == writes:
		return
	saved.append(True)
	frappe.db.rollback(save_point=SAVE_POINT)
	frappe.db.value_cache.clear()
	for queue, length in zip(queues, queued, strict=True):
		while len(queue._functions) > length:
			queue._functions.pop()
	# A queue that is there registers no flush again: what is left of it must be what was there before, or nothing at all.
	if messages:
		frappe.local._realtime_log = messages
	else:
		frappe.realtime.clear_realtime_log()
	frappe.local._webhook_queue = (getattr(frappe.local, "_webhook_queue", None) or [])[:webhooks] or None


def _check_links(doc: Document, path: str) -> None:
	"""Refuses a document that links to what only the mapper had saved."""
	for df in doc.meta.get_link_fields():
		value = doc.get(df.fieldname)
		if value and not frappe.db.exists(df.options, value):
			raise Unsupported(
				f"Before this {doc.doctype}, another document has to be created, such as the customer of a lead.",
				"Create that first, then try again.",
				reason=f"{path}: {df.options} {value} is saved by the mapper alone",
			)


def _as_new(made: Any, doctype: str) -> Document:
	"""The values alone, as the desk gets them: without names, flags and what else a mapper leaves on the object.

	ERPNext's mapper from order to invoice leaves `flags.ignore_permissions` there.
	"""
	made = made if isinstance(made, Document) else frappe.get_doc(made)
	if made.doctype != doctype:
		raise TypeError(f"a mapper to {doctype} made a {made.doctype}")
	values = made.as_dict(no_default_fields=True, no_child_table_fields=True, no_private_properties=True)
	doc = frappe.new_doc(doctype)
	for df in doc.meta.fields:
		if df.fieldname in values:
			doc.set(df.fieldname, values[df.fieldname])
	return doc


def _drop_masks(source: Document, doc: Document) -> None:
	"""v16 loads a document with masks in the place of values, and mappers copy them: they are no values (T27)."""
	masks = {source.get(fieldname) for fieldname in compat.masked_fields(source.meta)} - {None, ""}
	if not masks:
		return
	for row in (doc, *doc.get_all_children()):
		for df in row.meta.fields:
			if isinstance(row.get(df.fieldname), str) and row.get(df.fieldname) in masks:
				row.set(df.fieldname, None)


def _unknown(doctype: str, known: Mapping[str, Field]) -> set[str]:
	"""The fields of a DocType that the caller may not read, or only masked."""
	readable = {f.fieldname for f in known.values() if not f.mask}
	return {df.fieldname for df in frappe.get_meta(doctype).fields} - readable


def _unknown_in_rows(access: Access, table_field: str) -> set[str]:
	field = access.fields.fields.get(table_field)
	if field is None or field.rows is None:
		return set()
	return _unknown(field.options, field.rows)


def _row(row: Document, fields: Mapping[str, Field], unknown: set[str]) -> dict[str, Any]:
	values = {
		f.fieldname: plain(row.get(f.fieldname), f.fieldtype)
		for f in fields.values()
		if f.writable and f.fieldname not in unknown
	}
	return _filled(values)


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
	return {fieldname: value for fieldname, value in values.items() if value not in (None, "", 0, [])}
