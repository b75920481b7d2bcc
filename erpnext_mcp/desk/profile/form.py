"""A permission profile as it stands in its form, made from what the browser sends. Nothing is saved, and no hook runs."""

import json
from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.model import no_value_fields, table_fields
from frappe.utils import cint, cstr, get_datetime

from erpnext_mcp.policy.store import PROFILE


def from_form(sent: str | Mapping[str, Any]):
	"""The document that saving the form would save. One that is new has no name.

	Only fields of the DocType are taken over, each as its type: what else the form holds (`__islocal`, `__unsaved`, names
	of rows, ...) is the browser's.

	:param sent: the form's document
	:raises frappe.ValidationError: it is none
	:raises frappe.PermissionError: the user has no permission for the document
	"""
	data = _parsed(sent)
	name = data.get("name") if not data.get("__islocal") else None
	if name and frappe.db.exists(PROFILE, name):
		frappe.has_permission(PROFILE, "read", doc=name, throw=True)
	else:
		name = None
		frappe.has_permission(PROFILE, "create", throw=True)
	doc = frappe.get_doc({"doctype": PROFILE, **_values(frappe.get_meta(PROFILE), data)})
	doc.name = name
	doc.tidy()
	doc.give_slugs()
	return doc


def _parsed(sent: str | Mapping[str, Any]) -> Mapping[str, Any]:
	data: Any = sent
	if isinstance(sent, str):
		try:
			data = json.loads(sent)
		except (ValueError, RecursionError):
			data = None
	if not isinstance(data, Mapping) or data.get("doctype", PROFILE) != PROFILE:
		frappe.throw(_("This is no MCP Permission Profile."))
	return data


def _values(meta, data: Mapping[str, Any]) -> dict[str, Any]:
	values: dict[str, Any] = {}
	for df in meta.fields:
		value = data.get(df.fieldname)
		if df.fieldtype in table_fields:
			rows = value if isinstance(value, list) else []
			child = frappe.get_meta(df.options)
			values[df.fieldname] = [
				{**_values(child, row), "idx": idx}
				for idx, row in enumerate((r for r in rows if isinstance(r, Mapping)), 1)
			]
		elif df.fieldtype not in no_value_fields:
			values[df.fieldname] = _value(df, value)
	return values


def _value(df, value: Any) -> Any:
	if df.fieldtype in ("Check", "Int"):
		return cint(value)
	if df.fieldtype == "Datetime":
		try:
			return get_datetime(value) if value else None
		except (ValueError, TypeError):
			frappe.throw(_("{0} is not a date and time.").format(_(df.label)))
	if isinstance(value, list | dict):
		return json.dumps(value, ensure_ascii=False)
	return cstr(value).strip() if df.fieldtype in ("Data", "Link", "Select") else cstr(value)
