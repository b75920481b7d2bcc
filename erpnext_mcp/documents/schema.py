"""The schema of a DocType as far as a caller may know of it (T13)."""

from collections.abc import Callable, Mapping
from typing import Any

import frappe

from erpnext_mcp.access import Access, Field
from erpnext_mcp.documents.text import clean


def get_schema(access: Access, is_known: Callable[[str], bool]) -> dict[str, Any]:
	"""The readable fields of a DocType.

	:param is_known: whether a DocType exists for the caller; links to others are shown without their target
	:returns: `{doctype, description, submittable, single, title_field?, fields[]}`, see `_field` for its members
	"""
	meta = frappe.get_meta(access.doctype)
	answer: dict[str, Any] = {
		"doctype": access.doctype,
		"description": describe(access.doctype),
		"submittable": bool(meta.is_submittable),
		"single": bool(meta.issingle),
		"fields": _fields(access.fields.fields, is_known),
	}
	if access.fields.title_field in access.fields.fields:
		answer["title_field"] = access.fields.title_field
	return answer


def can_be_listed(doctype: str) -> bool:
	return not frappe.get_meta(doctype).issingle


def can_be_searched(doctype: str) -> bool:
	"""What is not kept in the database can't be searched (`documents.query.get_list`)."""
	return can_be_listed(doctype) and not frappe.get_meta(doctype).is_virtual


def describe(doctype: str) -> str:
	"""The description of a DocType in one line; empty when it has none."""
	return clean(frappe.get_meta(doctype).get("description") or "", 200)


def _fields(fields: Mapping[str, Field], is_known: Callable[[str], bool]) -> list[dict[str, Any]]:
	return [_field(f, fields, is_known) for f in fields.values()]


def _field(field: Field, siblings: Mapping[str, Field], is_known: Callable[[str], bool]) -> dict[str, Any]:
	"""`{fieldname, label, type, options?, link_to?, link_to_doctype_in?, required?, read_only?, masked?, description?,
	fields?}`.

	`options` are the choices of a Select; `fields` the fields of a table's rows.
	"""
	shown: dict[str, Any] = {
		"fieldname": field.fieldname,
		"label": clean(field.label, 140),
		"type": field.fieldtype,
	}
	if field.fieldtype == "Select":
		shown["options"] = [clean(o, 140) for o in field.options.split("\n") if o.strip()]
	elif field.fieldtype == "Link" and is_known(field.options):
		shown["link_to"] = field.options
	elif field.fieldtype == "Dynamic Link" and field.options in siblings:
		shown["link_to_doctype_in"] = field.options
	flags: Mapping[str, bool] = {
		"required": field.required,
		"read_only": not field.writable,
		"masked": field.masked,
	}
	shown |= {name: True for name, is_set in flags.items() if is_set}
	if field.description:
		shown["description"] = clean(field.description, 200)
	if field.rows is not None:
		shown["fields"] = _fields(field.rows, is_known)
	return shown
