"""One document with its rows, as the caller may read it."""

from collections.abc import Mapping, Sequence
from typing import Any

import frappe

from erpnext_mcp.access import Access, Field
from erpnext_mcp.documents.query import matches_row_filter
from erpnext_mcp.documents.shown import shown
from erpnext_mcp.documents.values import plain_name
from erpnext_mcp.documents.versions import state_token, version
from erpnext_mcp.errors import CallError, NotFound, NotPermitted, document_not_found


def load(access: Access, name: str, ptype: str = "read", *, for_update: bool = False):
	"""The document, if the user has the permission on it.

	:param for_update: locks it until the end of the transaction; what is read then is the newest state
	:returns: `frappe.model.document.Document`, unfiltered: only for use within this room
	:raises NotFound: it does not exist, the user may not see it, or it is outside his rows: one answer for all (T13)
	"""
	messages = len(frappe.local.message_log)
	reason = ""
	try:
		doc = frappe.get_doc(access.doctype, name, **({"for_update": True} if for_update else {}))
		if not doc.has_permission(ptype):
			reason = "the user has no permission on it"
		elif not matches_row_filter(access, doc.name):
			reason = "it is outside the rows of the profile"
	except frappe.DoesNotExistError:
		reason = "it does not exist"
	except frappe.PermissionError:
		reason = "the user has no permission on it"
	finally:
		# Frappe's own texts name the document.
		del frappe.local.message_log[messages:]
	if reason:
		raise document_not_found(reason)
	return doc


def may(access: Access, name: str, ptypes: Sequence[str]) -> CallError | None:
	"""Why the user may use none of some permissions on a document; None when he may.

	That he may not is only said of a document that he can read.
	"""
	try:
		doc = load(access, name)
	except NotFound as e:
		return e
	if any(doc.has_permission(ptype) for ptype in ptypes):
		return None
	return NotPermitted("You can read this document, but your permissions in ERPNext don't allow this.")


def get_document(access: Access, name: str, fields: Sequence[str] | None = None) -> dict[str, Any]:
	"""One document as far as the user may read it.

	:param fields: checked names of readable fields; None: all of them. Tables come with their rows
	:returns: `{doctype, name, document, version}`; rows are arrays of objects that hold their own `name`
	:raises NotFound: see `load`
	"""
	return shown_document(access, load(access, name), fields)


def shown_document(access: Access, doc, fields: Sequence[str] | None = None) -> dict[str, Any]:
	"""The answer of `get_document` for a document that was loaded for the user; takes away what he may not read of it."""
	doc.apply_fieldlevel_read_permissions()
	sets = access.fields
	chosen = sets.fields if fields is None else {f: sets.fields[f] for f in ("name", *fields)}
	document = visible(access, doc, chosen)
	return {
		"doctype": access.doctype,
		"name": plain_name(doc.name),
		"document": document,
		"version": version(doc, document) if fields is None else state_token(doc),
	}


def visible(access: Access, doc, fields: Mapping[str, Field], table_field: str = "") -> dict[str, Any]:
	"""The values of these fields as the user may see them, tables as lists of rows."""
	found: dict[str, Any] = {}
	values = doc.__dict__
	for fieldname, field in fields.items():
		if field.rows is not None:
			found[fieldname] = [
				visible(access, row, field.rows, fieldname) for row in values.get(fieldname) or []
			]
			continue
		# A virtual field is a property of the controller.
		value = (
			values.get(fieldname) if field.stored or fieldname in values else getattr(doc, fieldname, None)
		)
		found[fieldname] = shown(access, field, value, table_field)
	return found
