"""Turns findings into what the administrator sees, in his language: one message for all errors, one for all warnings."""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.utils import cstr, escape_html

from erpnext_mcp.policy.message import Message
from erpnext_mcp.policy.validation.finding import Finding


def raise_errors(doc, findings: Iterable[Finding]) -> None:
	"""
	:param doc: the document that the findings are about
	:raises frappe.ValidationError: with everything that was found; nothing was
	"""
	lines = [line(doc.meta, finding) for finding in findings]
	if lines:
		frappe.throw("<br>".join(lines))


def show_warnings(doc, findings: Iterable[Finding]) -> None:
	lines = [line(doc.meta, finding) for finding in findings]
	if lines:
		frappe.msgprint("<br>".join(lines), title=_("Please check"), indicator="orange")


def line(meta, finding: Finding) -> str:
	"""Where and what, as HTML.

	:param meta: of the document that the finding is about
	"""
	message, where = translated(finding.message), place(meta, finding)
	return _("{0}: {1}").format(where, message) if where else message


def place(meta, finding: Finding) -> str:
	"""Where in the form, as HTML; empty for the profile as a whole.

	:param meta: of the document that the finding is about
	"""
	names = []
	if finding.table:
		df = meta.get_field(finding.table)
		label = escape_html(_(df.label))
		names.append(_("{0}, row {1}").format(label, finding.row) if finding.row else label)
		meta = frappe.get_meta(df.options)
	if finding.field:
		names.append(escape_html(_(meta.get_label(finding.field))))
	return ", ".join(names)


def translated(text: str) -> str:
	"""A message in the administrator's language, everything that he or others have typed escaped."""
	if not isinstance(text, Message):
		return escape_html(cstr(text))
	return _(text.template).format(*(translated(argument) for argument in text.args))
