"""Reads from the site what validation has to know: profiles as drafts, DocTypes as facts, users with their roles."""

from collections.abc import Iterable, Mapping
from typing import Any

import frappe
from frappe.model import child_table_fields, default_fields, optional_fields
from frappe.permissions import AUTOMATIC_ROLES
from frappe.utils import get_datetime

from erpnext_mcp.policy import store
from erpnext_mcp.policy.deny_list import denied_reason
from erpnext_mcp.policy.fields import is_filled, meta_value
from erpnext_mcp.policy.operations import FRAPPE_PERMISSION
from erpnext_mcp.policy.validation import audience, people, ties
from erpnext_mcp.policy.validation.draft import Draft
from erpnext_mcp.policy.validation.facts import (
	DocTypeFacts,
	RolePermission,
	naming_fields,
	title_fields,
)
from erpnext_mcp.policy.validation.finding import Finding

RIGHTS = frozenset(right for ptypes in FRAPPE_PERMISSION.values() for right in ptypes)
"""Frappe's permission types that decide something here."""

NEVER_SHOWN = frozenset({*default_fields, *optional_fields, *child_table_fields})


def draft_of(doc) -> Draft:
	"""A profile as it stands in its form.

	:param doc: an MCP Permission Profile, saved or not
	"""
	values: dict[str, Any] = doc.as_dict()
	for fieldname in ("valid_from", "valid_upto", "write_until"):
		values[fieldname] = get_datetime(values[fieldname]) if values.get(fieldname) else None
	for row in values.get("conditions") or ():
		row["value"] = store.condition_value(row.get("value"))
	formats = print_formats([row.get("document_type") for row in values.get("doctype_rules") or ()])
	return Draft(values, lambda doctype: facts_of(doctype, formats), AUTOMATIC_ROLES)


def facts_of(doctype: str, formats: Mapping[str, frozenset[str]] | None = None) -> DocTypeFacts | None:
	"""What there is to know of a DocType; None when there is no such.

	:param formats: print formats by DocType, as far as they are known already
	"""
	try:
		meta = frappe.get_meta(doctype)
	except frappe.DoesNotExistError:
		frappe.clear_last_message()
		return None
	value = meta_value(meta)
	child_metas = {df.fieldname: frappe.get_meta(df.options) for df in value.fields if df.is_table}
	# Every field with its path.
	fields = {df.fieldname: (meta, df) for df in meta.fields}
	for table_field, child in child_metas.items():
		fields |= {f"{table_field}.{df.fieldname}": (child, df) for df in child.fields}
	closed = denied_reason(meta, acknowledge_password_fields=True) or ""
	own = {*NEVER_SHOWN, *(df.fieldname for df in meta.fields)}
	series = meta.get_field("naming_series")
	title = meta.get_field("title")
	return DocTypeFacts(
		meta=value,
		children={table_field: meta_value(child) for table_field, child in child_metas.items()},
		is_submittable=bool(meta.is_submittable),
		closed=closed,
		closed_by_passwords="" if closed else denied_reason(meta) or "",
		known=frozenset({*fields, *NEVER_SHOWN, *(f"{t}.{f}" for t in child_metas for f in NEVER_SHOWN)}),
		select_options={
			path: tuple(o.strip() for o in df.options.split("\n"))
			for path, (_meta, df) in fields.items()
			if df.fieldtype == "Select" and (df.options or "").strip() and df.fieldname != "naming_series"
		},
		filled=frozenset(path for path, (_meta, df) in fields.items() if is_filled(df)),
		names=naming_fields(meta.autoname or "", (series.options or "").split("\n") if series else (), own),
		titles=title_fields(
			meta.get("title_field"), (title.options or title.default or "") if title else "", own
		),
		fetched={path: source for path, (m, df) in fields.items() if (source := _fetched(m, df))},
		print_formats=(formats or {}).get(doctype) or print_formats([doctype])[doctype],
		permissions=tuple(
			RolePermission(
				role=perm.role,
				permlevel=perm.permlevel or 0,
				rights=frozenset(right for right in RIGHTS if perm.get(right)),
				if_owner=bool(perm.if_owner),
			)
			for perm in meta.permissions
		),
	)


def print_formats(doctypes: Iterable[str | None]) -> dict[str, frozenset[str]]:
	"""By DocType, what prints of it can look like; `Standard` is Frappe's own."""
	found = {doctype: {"Standard"} for doctype in doctypes if doctype}
	filters = {"doc_type": ("in", sorted(found)), "disabled": 0}
	for row in frappe.get_all("Print Format", filters=filters, fields=["name", "doc_type"]) if found else ():
		if row.doc_type in found:  # MariaDB finds other spellings too
			found[row.doc_type].add(row.name)
	return {doctype: frozenset(names) for doctype, names in found.items()}


def warnings_of_ties(name: str) -> list[Finding]:
	"""The users for whom a saved profile ties with another."""
	profiles = store.read().profiles
	profile = next(p for p in profiles if p.name == name)
	if not profile.names_somebody or not ties.rivals(profile, profiles):
		return []
	return ties.findings(audience.tied(profile, profiles, people.kinds(profiles).kinds))


def _fetched(meta, df) -> tuple[str, str] | None:
	"""The DocType and the field of which a field is a copy."""
	link_field, dot, fieldname = (df.fetch_from or "").partition(".")
	link = meta.get_field(link_field) if dot else None
	if link is None or link.fieldtype != "Link":
		return None
	return link.options, fieldname.strip()
