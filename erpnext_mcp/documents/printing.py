"""A document as a PDF, in one of its print formats, made by Frappe as the user."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import frappe
from frappe.desk.form.meta import get_meta as get_form_meta
from frappe.utils import cint

from erpnext_mcp import compat
from erpnext_mcp.access import Access
from erpnext_mcp.documents.read import load
from erpnext_mcp.errors import InvalidArguments, NotPermitted, TooLarge, Unsupported, ValidationFailed

STANDARD = "Standard"
"""Frappe's own layout of the form; no Print Format of that name exists."""
MAX_BYTES = 5 * 1024 * 1024
NOT_IN_FILE_NAMES = re.compile(r"[^\w.-]+")


@dataclass(frozen=True)
class Print:
	"""`name` is the document's, `filename` one that any file system takes."""

	name: str
	format: str
	filename: str
	pdf: bytes


def formats(doctype: str) -> list[str]:
	"""The names of the print formats that a DocType has, as its form offers them, and `STANDARD`."""
	return [STANDARD, *sorted(f.name for f in _formats(doctype))]


def choose_format(doctype: str, wanted: str, allowed: Sequence[str] = ()) -> str:
	"""The print format to use.

	:param wanted: empty for the DocType's own default
	:param allowed: the only ones that may be used; empty: all of the DocType
	:raises InvalidArguments: the DocType has no such format, or it may not be used: one answer for both
	"""
	known = [f for f in formats(doctype) if not allowed or f in allowed]
	if not wanted:
		default = frappe.get_meta(doctype).default_print_format or STANDARD
		wanted = default if default in known else next(iter(known), default)
	if wanted not in known:
		raise InvalidArguments(
			f"format: there is no such print format of {doctype} for you.", allowed_formats=known
		)
	return wanted


def print_document(access: Access, name: str, format: str) -> Print:
	"""Prints one document.

	:param access: to print it; that a format may show everything was decided before
	:param format: of `choose_format`
	:raises NotFound: see `documents.read.load`
	:raises NotPermitted: the user may not print it, or not as a draft or cancelled
	:raises Unsupported: no PDF generator is installed, or the format is for raw printers
	:raises TooLarge: the PDF is
	"""
	doc = load(access, name)
	if not doc.has_permission("print"):
		raise NotPermitted(
			"You can read this document, but your permissions in ERPNext don't allow printing it."
		)
	_check_state(doc)
	chosen = next((f for f in _formats(access.doctype) if f.name == format), None)
	if chosen is not None and chosen.raw_printing:
		raise Unsupported(f"The print format {format} is for raw printers: there is no PDF of it.")
	generator = compat.pdf_generator(chosen.get("pdf_generator") if chosen else None)
	if generator is None:
		raise Unsupported(
			"PDFs can't be made on this site: no PDF generator is installed.",
			"Ask the site's administrator to install wkhtmltopdf.",
		)
	pdf = _pdf(doc, format, generator)
	if len(pdf) > MAX_BYTES:
		raise TooLarge(f"The PDF is larger than {MAX_BYTES // 1024 // 1024} MB.", "Print it in ERPNext.")
	filename = NOT_IN_FILE_NAMES.sub("-", f"{access.doctype}-{doc.name}").strip("-")[:120]
	return Print(str(doc.name), format, f"{filename}.pdf", pdf)


def _formats(doctype: str) -> list:
	return [f for f in get_form_meta(doctype).get("__print_formats") or () if not f.disabled]


def _check_state(doc) -> None:
	"""As `frappe.www.printview.get_rendered_template` does, in words of ours."""
	if not doc.meta.is_submittable:
		return
	settings = frappe.get_doc("Print Settings")
	for docstatus, allowed, state in (
		(0, settings.allow_print_for_draft, "drafts"),
		(2, settings.allow_print_for_cancelled, "cancelled documents"),
	):
		if cint(doc.docstatus) == docstatus and not cint(allowed):
			raise NotPermitted(f"The Print Settings of this site don't allow printing {state}.")


def _pdf(doc, format: str, generator: str) -> bytes:
	messages, request, flag = len(frappe.local.message_log), frappe.local.form_dict, frappe.flags.read_only
	# The view that prints takes settings, keys and letter heads from the request, which is the caller's.
	frappe.local.form_dict = frappe._dict(pdf_generator=generator)
	# v15 commits its Access Log of prints at once, unless it is put off, as v16 always does.
	frappe.flags.read_only = True
	try:
		pdf = frappe.get_print(doc.doctype, doc.name, format, as_pdf=True, doc=doc)
	except frappe.PermissionError as e:
		raise NotPermitted("ERPNext does not let you print this document.") from e
	except frappe.ValidationError as e:
		frappe.logger("mcp").error("a print failed", exc_info=True)
		raise ValidationFailed(
			"The print format has an error.", "Try another print format.", reason=type(e).__name__
		) from e
	except OSError as e:
		frappe.logger("mcp").error("a print failed", exc_info=True)
		raise ValidationFailed(
			"The PDF generator failed: it could not load an image or a style sheet of the print format.",
			"Try another print format, or tell the site's administrator: the server must reach its own address.",
			reason=type(e).__name__,
		) from e
	finally:
		frappe.local.form_dict, frappe.flags.read_only = request, flag
		del frappe.local.message_log[messages:]
	return bytes(pdf)
