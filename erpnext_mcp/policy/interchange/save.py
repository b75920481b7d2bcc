"""Import and export of profiles: from a file's text to a saved MCP Permission Profile, and back."""

from dataclasses import dataclass

import frappe

from erpnext_mcp.policy import validation
from erpnext_mcp.policy.interchange.config import is_config, read_config
from erpnext_mcp.policy.interchange.notes import UNRESOLVED, Notes
from erpnext_mcp.policy.interchange.profile_file import Draft, dump, from_data, to_data
from erpnext_mcp.policy.interchange.reader import parse_json
from erpnext_mcp.policy.interchange.rows import rows_of
from erpnext_mcp.policy.interchange.site import fit
from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.store import PROFILE, SETTINGS
from erpnext_mcp.policy.validation import site

LISTED = 10
"""Unresolved things that the description of a profile lists; the report has all."""


@dataclass(frozen=True)
class Imported:
	"""What became of a file: the profile's name, whether it is enabled, and what is to be said of the file."""

	name: str
	enabled: bool
	replaced: bool
	notes: Notes


def export_profile(name: str) -> str:
	"""A saved profile as the text of a file.

	:raises frappe.DoesNotExistError: there is no such profile
	"""
	return dump(to_data(frappe.get_doc(PROFILE, name).as_dict()))


def read(text: str) -> Draft:
	"""A file of our format, or of the product description's, as a draft. Reads nothing of the site.

	:raises ValueError: it is neither; with a sentence for the administrator
	"""
	try:
		data = parse_json(text)
	except (ValueError, RecursionError) as e:
		raise ValueError(Message(_("this is not JSON: {0}"), e)) from None
	if not is_config(data):
		return from_data(data)
	config = read_config(data)
	values = {
		"description": "Imported from a permissions configuration.",
		**rows_of(config.rules.values()),
		**config.limits,
	}
	return Draft(values, config.settings, config.notes)


def import_profile(draft: Draft, name: str | None = None, replace: bool = False) -> Imported:
	"""Saves a draft as a profile; the caller commits, or rolls back when it was only a try.

	A field that the file does not mention keeps its value in a profile that is replaced.

	:param name: instead of the file's own
	:param replace: whether a profile of that name may be there already
	:raises ValueError: no name, or the profile is there; with a sentence for the administrator
	:raises frappe.ValidationError: the profile is not a valid one, also without what was left out
	:raises frappe.NameError: the name can't be one
	"""
	name = name or draft.values.get("profile_name")
	if not name:
		raise ValueError(Message(_("the file does not name the profile; give it a name")))
	exists = bool(frappe.db.exists(PROFILE, name))
	if exists and not replace:
		raise ValueError(
			Message(_("there is a profile {0} already; choose another name, or replace it"), name)
		)
	fit(draft)
	doc = frappe.get_doc(PROFILE, name) if exists else frappe.new_doc(PROFILE)
	doc.update({**draft.values, "profile_name": name})
	if draft.notes.blocks:
		doc.enabled = 0
		doc.description = "\n\n".join(filter(None, (doc.description, _what_is_left(draft.notes))))
	doc.save()
	for finding in validation.warnings(site.draft_of(doc)):
		draft.notes.check(doc.get(finding.table)[finding.row - 1].document_type, str(finding.message))
	if draft.settings:
		settings = frappe.get_doc(SETTINGS)
		settings.update(draft.settings)
		settings.save()
	return Imported(doc.name, bool(doc.enabled), exists, draft.notes)


def _what_is_left(notes: Notes) -> str:
	"""The note that a profile carries which was disabled by its import."""
	unresolved = [str(note) for note in notes.of(UNRESOLVED)]
	lines = ["Disabled by its import until these are resolved:", *unresolved[:LISTED]]
	if len(unresolved) > LISTED:
		lines.append(f"and {len(unresolved) - LISTED} more")
	return "\n".join(lines)
