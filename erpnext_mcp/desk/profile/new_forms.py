"""Values for a new form: of a preset, of a file. And a form as a file. Nothing is saved."""

from typing import Any

import frappe
from frappe import _

from erpnext_mcp.desk.profile.form import from_form
from erpnext_mcp.policy.interchange import presets as shipped
from erpnext_mcp.policy.interchange import save
from erpnext_mcp.policy.interchange.notes import CHANGED, CHECK
from erpnext_mcp.policy.interchange.profile_file import Draft, dump, to_data
from erpnext_mcp.policy.interchange.site import fit
from erpnext_mcp.policy.store import PROFILE, SETTINGS
from erpnext_mcp.policy.validation.show import translated

OF_SETTINGS = ("cache", "audit")
"""Sections of a permissions configuration that are about the whole site."""

LARGEST_FILE = 2_000_000
"""Characters."""


def presets() -> list[dict[str, str]]:
	"""The presets that come with the app: `{name, title, description}`."""
	found = []
	for name in shipped.preset_names():
		values = save.read(shipped.preset_text(name)).values
		found.append(
			{
				"name": name,
				"title": values["profile_name"],
				"description": values.get("description") or "",
			}
		)
	return found


def of_preset(name: str) -> dict[str, Any]:
	"""
	:returns: `{values, notes[]}`; what this site does not have is left out and noted
	:raises frappe.ValidationError: there is no such preset
	"""
	try:
		draft = save.read(shipped.preset_text(name))
	except ValueError as e:
		frappe.throw(translated(e.args[0]))
	return _form(draft)


def of_file(content: str) -> dict[str, Any]:
	"""A file of `export_file`, or a permissions configuration.

	Settings of the site that a configuration holds are noted, not set: they are no matter of one profile.

	:raises frappe.ValidationError: it is neither
	"""
	if len(content) > LARGEST_FILE:
		frappe.throw(_("This file is too large to be a profile."))
	try:
		draft = save.read(content)
	except ValueError as e:
		frappe.throw(_("This file can't be imported: {0}.").format(translated(e.args[0])))
	return _form(draft)


def to_file(sent: str | dict[str, Any]) -> dict[str, str]:
	"""The form as it stands as a file of `bench mcp export-profile`.

	:returns: `{filename, content}`
	:raises frappe.ValidationError: that is no profile
	"""
	doc = from_form(sent)
	values = doc.as_dict()
	values["profile_name"] = doc.name or doc.profile_name or ""
	for table, fieldname in _must_have().items():
		# Rows that are not filled in yet.
		values[table] = [row for row in values.get(table) or () if all(row.get(f) for f in fieldname)]
	title = "".join(c if c.isalnum() or c in "-_" else "-" for c in values["profile_name"]).strip("-").lower()
	return {"filename": f"{title or 'profile'}.json", "content": dump(to_data(values))}


def _must_have() -> dict[str, list[str]]:
	"""By table of a profile, the fields that every row has."""
	return {
		df.fieldname: [f.fieldname for f in frappe.get_meta(df.options).fields if f.reqd]
		for df in frappe.get_meta(PROFILE).get_table_fields()
	}


def _form(draft: Draft) -> dict[str, Any]:
	fit(draft)
	if draft.notes.blocks:
		draft.values["enabled"] = 0
	if frappe.db.exists(PROFILE, draft.values.get("profile_name") or ""):
		del draft.values["profile_name"]
	return {"values": _plain(draft.values), "notes": [*_notes(draft), *_settings(draft)]}


def _plain(values: dict[str, Any]) -> dict[str, Any]:
	"""Without what Frappe has put into the rows while they were checked."""
	return {
		fieldname: [{k: v for k, v in row.items() if k != "doctype"} for row in value]
		if isinstance(value, list)
		else value
		for fieldname, value in values.items()
	}


def _notes(draft: Draft) -> list[dict[str, str]]:
	return [
		{"kind": note.kind, "path": note.path, "message": translated(note.message)}
		for note in draft.notes.found
		# Of the settings the notes say what the command does.
		if not (draft.settings and note.kind == CHANGED and note.path.partition(".")[0] in OF_SETTINGS)
	]


def _settings(draft: Draft) -> list[dict[str, str]]:
	meta = frappe.get_meta(SETTINGS)
	return [
		{
			"kind": CHECK,
			"path": f"{_(SETTINGS)}, {_(meta.get_label(fieldname))} ({fieldname})",
			"message": _("for all profiles, so it is not changed here. The file has {0}.").format(value),
		}
		for fieldname, value in draft.settings.items()
	]
