"""One document with its rows, as the caller may read it."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

import frappe
from frappe.utils.password import get_encryption_key

from erpnext_mcp.access import Access, Field
from erpnext_mcp.documents.query import matches_row_filter
from erpnext_mcp.documents.shown import shown
from erpnext_mcp.documents.values import plain_name
from erpnext_mcp.errors import CallError, NotFound, NotPermitted, document_not_found


def load(access: Access, name: str, ptype: str = "read"):
	"""The document, if the user has the permission on it.

	:returns: `frappe.model.document.Document`, unfiltered: only for use within this room
	:raises NotFound: it does not exist, the user may not see it, or it is outside his rows: one answer for all (T13)
	"""
	messages = len(frappe.local.message_log)
	reason = ""
	try:
		doc = frappe.get_doc(access.doctype, name)
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
	doc = load(access, name)
	doc.apply_fieldlevel_read_permissions()
	sets = access.fields
	chosen = sets.fields if fields is None else {f: sets.fields[f] for f in ("name", *fields)}
	return {
		"doctype": access.doctype,
		"name": plain_name(doc.name),
		"document": _visible(access, doc, chosen),
		"version": version(doc),
	}


def version(doc) -> str:
	"""An opaque token of the document's state. Keyed, so that it tells nothing of `modified` to who may not read it."""
	state = "\0".join((doc.doctype, str(doc.name), str(doc.get("modified") or ""), str(doc.docstatus or 0)))
	return hmac.new(get_encryption_key().encode(), state.encode(), hashlib.sha256).hexdigest()[:20]


def _visible(access: Access, doc, fields: Mapping[str, Field], table_field: str = "") -> dict[str, Any]:
	found: dict[str, Any] = {}
	for fieldname, field in fields.items():
		if field.rows is None:
			found[fieldname] = shown(access, field, _value(doc, field), table_field)
		else:
			found[fieldname] = [
				_visible(access, row, field.rows, fieldname) for row in doc.get(fieldname) or []
			]
	return found


def _value(doc, field: Field) -> Any:
	if field.stored or field.fieldname in doc.__dict__:
		return doc.get(field.fieldname)
	# A virtual field is a property of the controller, which `get` does not see.
	return getattr(doc, field.fieldname, None)
