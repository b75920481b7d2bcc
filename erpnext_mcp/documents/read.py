"""One document with its rows, as the caller may read it."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

import frappe
from frappe.utils.password import get_encryption_key

from erpnext_mcp import compat
from erpnext_mcp.access import Access, Field
from erpnext_mcp.documents.values import plain
from erpnext_mcp.errors import document_not_found


def load(access: Access, name: str, ptype: str = "read"):
	"""The document, if the user has the permission on it.

	:returns: `frappe.model.document.Document`, unfiltered: only for use within this room
	:raises NotFound: it does not exist or the user may not see it: one answer for both (T13)
	"""
	messages = len(frappe.local.message_log)
	try:
		doc = frappe.get_doc(access.doctype, name)
		permitted = doc.has_permission(ptype)
	except (frappe.DoesNotExistError, frappe.PermissionError):
		permitted = False
	finally:
		# Both paths push texts that name the document.
		del frappe.local.message_log[messages:]
	if not permitted:
		raise document_not_found()
	return doc


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
		"document": _visible(doc, chosen),
		"version": version(doc),
	}


def plain_name(name: Any) -> str:
	"""Names are text in every answer, autoincrement numbers too."""
	return str(name)


def version(doc) -> str:
	"""An opaque token of the document's state. Keyed, so that it tells nothing of `modified` to who may not read it."""
	state = "\0".join((doc.doctype, str(doc.name), str(doc.get("modified") or ""), str(doc.docstatus or 0)))
	return hmac.new(get_encryption_key().encode(), state.encode(), hashlib.sha256).hexdigest()[:20]


def _visible(doc, fields: Mapping[str, Field]) -> dict[str, Any]:
	masked = compat.masked_fields(doc.meta) if any(f.masked for f in fields.values()) else {}
	shown: dict[str, Any] = {}
	for fieldname, field in fields.items():
		if field.rows is not None:
			shown[fieldname] = [_visible(row, field.rows) for row in doc.get(fieldname) or []]
			continue
		value = doc.get(fieldname)
		if field.masked:
			value = compat.mask_value(masked[fieldname], value)
		shown[fieldname] = (
			plain_name(value)
			if fieldname == "name"
			else plain(value, "" if field.masked else field.fieldtype)
		)
	return shown
