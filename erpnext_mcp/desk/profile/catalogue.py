"""The fields of a DocType as the dialogs of the profile form offer them: which rules and conditions each can have."""

from collections.abc import Iterable, Iterator
from typing import Any

import frappe
from frappe import _
from frappe.model import display_fieldtypes, table_fields
from frappe.utils import escape_html

from erpnext_mcp.masks import allowed_styles
from erpnext_mcp.mcp_server.own_tools.offer import GENERIC
from erpnext_mcp.policy.conditions import KINDS, OPERATORS
from erpnext_mcp.policy.field_rules import NOT_STORED_FOR_SINGLES, STANDARD_FIELDS
from erpnext_mcp.policy.interchange.profile_file import CONDITIONAL
from erpnext_mcp.policy.operations import OPERATIONS
from erpnext_mcp.policy.profile import FIELD_RULES, MASKED
from erpnext_mcp.policy.validation import site
from erpnext_mcp.policy.validation.doctype_rows import impossible_operations
from erpnext_mcp.policy.validation.facts import DocTypeFacts, at
from erpnext_mcp.policy.validation.field_rows import possible
from erpnext_mcp.policy.validation.show import translated


def fields(doctype: str) -> dict[str, Any]:
	"""Everything that the form has to know of a DocType to make a rule for it.

	:raises frappe.DoesNotExistError: there is no such DocType
	"""
	meta = frappe.get_meta(doctype)
	facts = _facts(doctype)
	return {
		"doctype": meta.name,
		"label": _(meta.name),
		**_in_short(meta, facts),
		"print_formats": sorted(facts.print_formats),
		"groups": list(_groups(meta, facts)),
	}


def doctypes(names: Iterable[str]) -> dict[str, dict[str, Any]]:
	"""What can be done with several DocTypes, without their fields; one that does not exist has only `exists`."""
	found: dict[str, dict[str, Any]] = {}
	for name in dict.fromkeys(names):
		facts = site.facts_of(name)
		found[name] = (
			{"exists": False}
			if facts is None
			else {"exists": True, "label": _(name), **_in_short(frappe.get_meta(name), facts)}
		)
	return found


def _in_short(meta, facts: DocTypeFacts) -> dict[str, Any]:
	operations = () if facts.closed else _operations(facts)
	return {
		"is_submittable": bool(meta.is_submittable),
		"istable": bool(meta.istable),
		"issingle": bool(meta.issingle),
		"closed": translated(facts.closed),
		"closed_by_passwords": translated(facts.closed_by_passwords),
		"operations": [f"can_{o}" for o in operations],
		"own_tools": any(o in operations for tool in GENERIC.values() for o in tool.operations),
	}


def condition_fields(doctype: str) -> dict[str, Any]:
	"""What a condition on documents of a DocType can be about, and how each field is compared.

	:raises frappe.DoesNotExistError: there is no such DocType
	"""
	meta = frappe.get_meta(doctype)
	facts = _facts(doctype)
	operations = () if facts.closed else _operations(facts)
	own = [df for df in _shown_in_form(meta) if df.fieldname in facts.types]
	found = [_condition_field("", "", df, facts) for df in own]
	found += [
		_condition_field(table.fieldname, _label(table), df, facts)
		for table in own
		if table.fieldname in facts.children
		for df in _shown_in_form(frappe.get_meta(table.options))
		if f"{table.fieldname}.{df.fieldname}" in facts.types
	]
	found += [_condition_field("", "", df, facts) for df in _system_fields(meta, with_name=True)]
	return {
		"doctype": meta.name,
		"operations": [o for o in CONDITIONAL if o in operations],
		"fields": [field for field in found if field["operators"]],
	}


def _facts(doctype: str) -> DocTypeFacts:
	facts = site.facts_of(doctype)
	assert facts is not None, "the caller got its meta"
	return facts


def _operations(facts: DocTypeFacts) -> list[str]:
	impossible = impossible_operations(facts)
	return [o for o in OPERATIONS if o not in impossible]


def _groups(meta, facts: DocTypeFacts) -> Iterator[dict[str, Any]]:
	own = list(_shown_in_form(meta))
	yield {
		"table_field": "",
		"doctype": meta.name,
		"label": _(meta.name),
		"permlevel": 0,
		"note": "",
		"fields": [
			*(_field("", df, facts) for df in own),
			*({**_field("", df, facts), "system": True} for df in _system_fields(meta)),
		],
	}
	for table in own:
		if table.fieldname in facts.children:
			child = frappe.get_meta(table.options)
			yield {
				"table_field": table.fieldname,
				"doctype": child.name,
				"label": _label(table),
				"permlevel": table.permlevel or 0,
				"note": "",
				"fields": [_field(table.fieldname, df, facts) for df in _shown_in_form(child)],
			}


def _shown_in_form(meta) -> Iterator[Any]:
	"""The DocFields that hold something, in the form's order: no layout, no buttons."""
	return (df for df in meta.fields if df.fieldtype not in display_fieldtypes)


def _system_fields(meta, with_name: bool = False) -> Iterator[Any]:
	"""What every document has, as DocFields would say it."""
	for fieldname, (label, fieldtype) in STANDARD_FIELDS.items():
		if fieldname == "name" and not with_name:
			continue  # always shown, never written: no rule
		if not (meta.issingle and fieldname in NOT_STORED_FOR_SINGLES):
			yield frappe._dict(fieldname=fieldname, label=label, fieldtype=fieldtype)


def _label(df) -> str:
	return _(df.label or df.fieldname, context=df.parent)


def _field(table_field: str, df, facts: DocTypeFacts) -> dict[str, Any]:
	path = f"{table_field}.{df.fieldname}" if table_field else df.fieldname
	by_mode = possible(facts, table_field, df.fieldname)
	rules = [rule for rule in FIELD_RULES if any(rule in rules for rules in by_mode.values())]
	found = at(facts.everything, path)
	return {
		"fieldname": df.fieldname,
		"label": _label(df),
		"fieldtype": df.fieldtype,
		"options": df.options or "",
		"permlevel": df.permlevel or 0,
		"reqd": bool(df.reqd),
		"read_only": found is None or not found.writable,
		"is_table": df.fieldtype in table_fields,
		"rules": rules,
		"rules_by_mode": {mode: list(rules) for mode, rules in by_mode.items()},
		"mask_styles": list(allowed_styles(df.fieldtype)) if MASKED in rules else [],
		"system": False,
		"note": " ".join(_notes(path, df, facts)),
	}


def _notes(path: str, df, facts: DocTypeFacts) -> Iterator[str]:
	found = at(facts.everything, path)
	if df.fieldtype == "Password":
		yield _("A password is never shown or written, whatever a rule says.")
		return
	if found is None:
		yield _("Never shown, whatever a rule says.")
		return
	if path in facts.names:
		yield _("The name of the documents is made of it.")
	if path in facts.titles:
		yield _("The title of the documents is made of it.")
	if path in facts.fetched:
		source, fieldname = facts.fetched[path]
		yield _("A copy of {0} of {1}: a rule there does not hide it here.").format(
			escape_html(fieldname), escape_html(source)
		)
	if df.get("mask"):
		yield _("Frappe masks it for users without the permission to see it.")
	if not found.stored and not found.is_table and not facts.meta.issingle:
		yield _("Computed: nothing can be filtered or sorted by it.")


def _condition_field(table_field: str, table_label: str, df, facts: DocTypeFacts) -> dict[str, Any]:
	path = f"{table_field}.{df.fieldname}" if table_field else df.fieldname
	kind = KINDS.get(df.fieldtype, "")
	return {
		"field": path,
		"label": _label(df),
		"table_label": table_label,
		"fieldtype": df.fieldtype,
		"options": df.options or "",
		"kind": kind,
		"operators": list(OPERATORS.get(kind, ())),
		"choices": [option for option in facts.select_options.get(path, ()) if option],
	}
