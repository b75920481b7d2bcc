"""Documents that link to a document, out of those that exist for the caller (T10, T13, T25)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import frappe

from erpnext_mcp.access import Access, Field, Filter, Query
from erpnext_mcp.documents.lists import list_documents
from erpnext_mcp.documents.read import load
from erpnext_mcp.documents.values import plain_name
from erpnext_mcp.errors import NotFound


@dataclass(frozen=True)
class LinkField:
	"""A field that can link to documents of a DocType.

	:param path: as answers show it: `fieldname`, or `table_field.fieldname`
	:param doctype_field: the field that says of which DocType the linked document is, for a Dynamic Link
	:param tables: the tables whose rows it is a field of, all of the same `child_doctype`; none: of the document itself
	"""

	path: str
	fieldname: str
	doctype_field: str = ""
	tables: tuple[str, ...] = ()
	child_doctype: str = ""

	def filters(self, doctype: str, name: str) -> tuple[Filter, ...]:
		"""What documents match that link to one document by this field."""
		linked = Filter(self.fieldname, "=", name, self.child_doctype)
		if not self.doctype_field:
			return (linked,)
		return (Filter(self.doctype_field, "=", doctype, self.child_doctype), linked)

	def links(self, doc, doctype: str, name: str) -> bool:
		"""The same, asked of a document that is at hand."""
		rows = [row for table in self.tables for row in doc.get(table) or []] if self.tables else [doc]
		return any(
			str(row.get(self.fieldname) or "") == name
			and (not self.doctype_field or row.get(self.doctype_field) == doctype)
			for row in rows
		)


def get_linked_documents(
	access: Access,
	name: str,
	doctypes: Iterable[str],
	access_for: Callable[[str], Access | None],
	limit: int,
) -> dict[str, Any]:
	"""The documents that link to one that the caller can read.

	:param doctypes: where to look
	:param access_for: access to read a DocType, None where the caller has none
	:returns: `{doctype, name, linked, has_more}`, see `linking_documents`
	:raises NotFound: see `load`
	"""
	doc = load(access, name)
	linked, has_more = linking_documents(doctypes, access_for, doc.doctype, str(doc.name), limit)
	return {
		"doctype": access.doctype,
		"name": plain_name(doc.name),
		"linked": linked,
		"has_more": has_more,
	}


def linking_documents(
	doctypes: Iterable[str],
	access_for: Callable[[str], Access | None],
	doctype: str,
	name: str,
	limit: int,
	*,
	submitted: bool = False,
) -> tuple[list[dict[str, Any]], bool]:
	"""The documents that link to one document, by fields that the caller may read and filter by.

	:param doctypes: where to look
	:param access_for: access to read a DocType, None where the caller has none
	:param submitted: only submitted ones, as far as the caller may know: those that stand against a cancellation
	:returns: `[{doctype, name, fieldname, title?}]`, one for each document and field, at most `limit`; whether there are
	        more
	"""
	found: list[dict[str, Any]] = []
	for source in doctypes:
		access = access_for(source)
		if access is None:
			continue
		for link in link_fields(access, doctype):
			found += _by(access, link, doctype, name, limit + 1 - len(found), submitted)
			if len(found) > limit:
				return found[:limit], True
	return found, False


def link_fields(access: Access, doctype: str) -> Iterator[LinkField]:
	"""The fields of `access.doctype` that can link to a DocType and that the caller may read and filter by."""
	sets = access.fields
	is_single = bool(frappe.get_meta(access.doctype).issingle)
	for fieldname, doctype_field in _links_among([sets.fields], doctype, is_single):
		yield LinkField(fieldname, fieldname, doctype_field)
	tables: dict[str, list[Field]] = {}
	for table in sets.tables:
		tables.setdefault(table.options, []).append(table)
	for child_doctype, same in tables.items():
		# Two tables of one kind can't be told apart by the engine: what is hidden in one is hidden.
		if child_doctype in sets.partly_hidden:
			continue
		names = tuple(table.fieldname for table in same)
		for fieldname, doctype_field in _links_among([table.rows or {} for table in same], doctype):
			path = " or ".join(f"{table}.{fieldname}" for table in names)
			yield LinkField(path, fieldname, doctype_field, names, child_doctype)


def _links_among(
	sets: Sequence[Mapping[str, Field]], doctype: str, is_single: bool = False
) -> Iterator[tuple[str, str]]:
	"""(fieldname, field of the DocType) of fields that can be used in all of the sets.

	:param is_single: the document is read, not filtered
	"""

	def usable(fieldname: str) -> bool:
		return all(
			fieldname in fields and not fields[fieldname].mask and (fields[fieldname].stored or is_single)
			for fields in sets
		)

	for field in sets[0].values():
		if not usable(field.fieldname):
			continue
		if field.fieldtype == "Link" and field.options == doctype:
			yield field.fieldname, ""
		elif field.fieldtype == "Dynamic Link" and usable(field.options):
			yield field.fieldname, field.options


def _by(
	access: Access, link: LinkField, doctype: str, name: str, limit: int, submitted: bool
) -> list[dict[str, Any]]:
	"""The documents of one DocType that link by one field."""
	meta = frappe.get_meta(access.doctype)
	if meta.is_virtual or (submitted and not meta.is_submittable):
		# Whether a virtual DocType heeds a filter is up to its controller.
		return []
	if meta.issingle:
		names = [access.doctype] if _single_links(access, link, doctype, name) else []
		return [{"doctype": access.doctype, "name": n, "fieldname": link.path} for n in names]
	filters = link.filters(doctype, name)
	if submitted and "docstatus" in access.fields.filterable:
		filters = (*filters, Filter("docstatus", "=", 1))
	title = access.fields.title_field
	shows_title = title in access.fields.columns and title != "name"
	# One more, in the place of the document itself.
	query = Query(("name", title) if shows_title else ("name",), filters, limit=limit + 1)
	rows = [
		row
		for row in list_documents(access, query)["documents"]
		if (access.doctype, row["name"]) != (doctype, name)
	]
	return [
		{
			"doctype": access.doctype,
			"name": row["name"],
			"fieldname": link.path,
			**({"title": row[title]} if shows_title else {}),
		}
		for row in rows[:limit]
	]


def _single_links(access: Access, link: LinkField, doctype: str, name: str) -> bool:
	try:
		return link.links(load(access, access.doctype), doctype, name)
	except NotFound:
		return False
