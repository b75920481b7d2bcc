"""Fits an imported profile to a site: what the site has not, or can't do, is left out and noted."""

import difflib
from collections.abc import Iterable
from typing import Any

import frappe

from erpnext_mcp.masks import FULL, allowed_styles
from erpnext_mcp.policy.deny_list import denied_reason
from erpnext_mcp.policy.field_rules import STANDARD_FIELDS, MetaDocType
from erpnext_mcp.policy.fields import meta_value
from erpnext_mcp.policy.interchange.errors import leave_out_errors
from erpnext_mcp.policy.interchange.notes import child
from erpnext_mcp.policy.interchange.profile_file import Draft
from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.operations import CREATE, DELETE, OPERATIONS, SUBMITTABLE_ONLY
from erpnext_mcp.policy.profile import MASKED, lines
from erpnext_mcp.policy.validation.site import print_formats

LINKED = {
	"users": ("user", "User"),
	"roles": ("role", "Role"),
	"clients": ("client", "OAuth Client"),
	"report_rules": ("report", "Report"),
}
"""Tables whose rows name documents of the site."""


def fit(draft: Draft) -> None:
	"""Takes out of a draft what this site could not save, so that the rest can be; each thing becomes a note."""
	values = draft.values
	for table, (fieldname, doctype) in LINKED.items():
		if table in values:
			values[table] = [r for r in values[table] if _exists(draft, table, doctype, r[fieldname])]
	if "doctype_rules" not in values:
		leave_out_errors(draft)
		return
	values["doctype_rules"] = [row for row in values["doctype_rules"] if _fit_rule(draft, row)]
	fields = {row["document_type"]: _Fields(row["document_type"]) for row in values["doctype_rules"]}
	values["field_rules"] = [r for r in values["field_rules"] if _fit_field_rule(draft, r, fields)]
	values["conditions"] = [r for r in values["conditions"] if _fit_condition(draft, r, fields)]
	leave_out_errors(draft)


def _exists(draft: Draft, table: str, doctype: str, name: str) -> bool:
	if frappe.db.exists(doctype, name):
		return True
	# Without it the profile may name others than was meant: a user and a role together are fewer than the role alone.
	draft.notes.unresolved(
		child(table, name), Message(_("there is no {0} of this name on this site"), doctype)
	)
	return False


def _fit_rule(draft: Draft, row: dict[str, Any]) -> bool:
	doctype = row["document_type"]
	if not frappe.db.exists("DocType", doctype):
		draft.notes.unresolved(doctype, Message(_("there is no such DocType on this site")))
		return False
	meta = frappe.get_meta(doctype)
	reason = denied_reason(meta, bool(row["acknowledge_password_fields"]))
	if reason:
		draft.notes.unresolved(doctype, Message(_("this DocType stays closed: {0}"), reason))
		return False
	_fit_print_formats(draft, row)
	chosen = [o for o in OPERATIONS if row[f"can_{o}"]]
	impossible = set() if meta.is_submittable else set(SUBMITTABLE_ONLY)
	if meta.issingle:
		impossible |= {CREATE, DELETE}
	for operation in chosen:
		if operation in impossible:
			row[f"can_{operation}"] = 0
			draft.notes.changed(
				doctype, Message(_("{0} is left out: it can't be done with this DocType"), operation)
			)
	if not impossible.issuperset(chosen):
		return True
	draft.notes.changed(
		doctype, Message(_("left out: no operation is allowed, so it is closed without a rule as well"))
	)
	return False


def _fit_print_formats(draft: Draft, row: dict[str, Any]) -> None:
	named = lines(row["print_formats"])
	known = print_formats([row["document_type"]])[row["document_type"]]
	for name in named:
		if name not in known:
			draft.notes.unresolved(
				child(row["document_type"], "print_formats"),
				Message(_("there is no print format {0} of this DocType on this site"), name),
			)
	row["print_formats"] = "\n".join(name for name in named if name in known)
	if named and not row["print_formats"] and row["can_print"]:
		# No names would mean all of them.
		row["can_print"] = 0
		draft.notes.changed(
			row["document_type"], Message(_("print is left out: none of its print formats is here"))
		)
	if not row["print_formats"]:
		row["acknowledge_print"] = 0


class _Fields:
	"""The fields of a DocType that rules and conditions can be about."""

	def __init__(self, doctype: str):
		self.doctype = doctype
		self._own = meta_value(frappe.get_meta(doctype))

	def find(self, table_field: str, fieldname: str) -> str | None:
		"""The type of a field; None when there is none."""
		meta = self._meta(table_field)
		if meta is None:
			return None
		if not table_field and fieldname in STANDARD_FIELDS:
			return STANDARD_FIELDS[fieldname][1]
		return next((df.fieldtype for df in meta.fields if df.fieldname == fieldname), None)

	def missing(self, table_field: str, fieldname: str) -> Message:
		"""What is to be said of a field that is not there."""
		meta = self._meta(table_field)
		if meta is None:
			said = Message(_("{0} has no table {1} on this site"), self.doctype, table_field)
			return _or_like(said, table_field, self._tables())
		said = Message(_("{0} has no field {1} on this site"), meta.name, fieldname)
		return _or_like(said, fieldname, [df.fieldname for df in meta.fields])

	def _tables(self) -> list[str]:
		return [df.fieldname for df in self._own.fields if df.is_table]

	def _meta(self, table_field: str) -> MetaDocType | None:
		if not table_field:
			return self._own
		options = (df.options for df in self._own.fields if df.is_table and df.fieldname == table_field)
		child_doctype = next(options, None)
		return meta_value(frappe.get_meta(child_doctype)) if child_doctype else None


def _or_like(said: Message, name: str, names: Iterable[str]) -> Message:
	"""With the names that may have been meant."""
	alike = difflib.get_close_matches(name, list(names), n=2, cutoff=0.75)
	return Message(_("{0}; it has {1}"), said, ", ".join(alike)) if alike else said


def _fit_field_rule(draft: Draft, row: dict[str, Any], fields: dict[str, _Fields]) -> bool:
	doctype, table_field, fieldname = row["document_type"], row["table_field"], row["fieldname"]
	if doctype not in fields:
		return False  # said of the DocType
	path = child(doctype, child(table_field, fieldname))
	fieldtype = fields[doctype].find(table_field, fieldname)
	if fieldtype is None:
		draft.notes.unresolved(path, fields[doctype].missing(table_field, fieldname))
		return False
	if row["rule"] == MASKED and row["mask_style"] not in allowed_styles(fieldtype):
		draft.notes.changed(
			path, Message(_("masked in full: a {0} field can't be masked otherwise"), fieldtype)
		)
		row["mask_style"] = FULL
	return True


def _fit_condition(draft: Draft, row: dict[str, Any], fields: dict[str, _Fields]) -> bool:
	doctype = row["document_type"]
	if doctype not in fields:
		return False
	table_field, _dot, fieldname = row["field"].rpartition(".")
	if fields[doctype].find(table_field, fieldname) is not None:
		return True
	draft.notes.unresolved(
		f"{child(doctype, row['field'])} ({row['operation']})",
		fields[doctype].missing(table_field, fieldname),
	)
	return False
