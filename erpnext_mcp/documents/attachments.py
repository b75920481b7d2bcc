"""The files that are attached to a document, as far as its reader may know of them (T63).

A file is reached by its document and its own name only, never by URL or path; what is not stored on this site, and what
belongs to a field that is hidden from the caller, does not exist.
"""

import mimetypes
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import unquote

import frappe
from frappe.desk.form.load import get_attachments
from frappe.model import no_value_fields, table_fields
from frappe.utils import cint, get_files_path

from erpnext_mcp import compat
from erpnext_mcp.access import FRAPPE_MASK, Access, Field
from erpnext_mcp.documents.read import load
from erpnext_mcp.documents.values import plain, plain_name
from erpnext_mcp.errors import NotFound, TooLarge

STORED_HERE = ("/files/", "/private/files/")
FILE_LIMIT = 5 * 1024 * 1024
"""Bytes of a file that can be read."""
TEXT_PAGE = 20_000
"""Characters of a text that one call returns."""
ATTACHING = frozenset({"Attach", "Attach Image"})
TEXT_TYPES = frozenset(
	{
		"application/csv",
		"application/javascript",
		"application/json",
		"application/sql",
		"application/xml",
		"application/x-yaml",
		"application/yaml",
	}
)
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Content:
	"""A file that was read: `text` is set for what a model can read as it is, else `data` is what to hand on."""

	file_name: str
	mime_type: str
	data: bytes
	text: str | None = None


def list_attachments(access: Access, name: str, limit: int, offset: int = 0) -> dict[str, Any]:
	"""The attached files of a document.

	:returns: `{doctype, name, attachments: [{file, file_name, size, is_private, created}], has_more}`; `file` is what
	        `read_attachment` wants
	:raises NotFound: see `load`
	"""
	doc = load(access, name)
	page = list(islice(_attachments(access, doc), offset, offset + limit + 1))
	return {
		"doctype": access.doctype,
		"name": plain_name(doc.name),
		"attachments": [
			{
				"file": file.name,
				"file_name": file.file_name,
				"size": cint(file.file_size),
				"is_private": bool(file.is_private),
				"created": plain(file.creation),
			}
			for file in page[:limit]
		],
		"has_more": len(page) > limit,
	}


def read_attachment(access: Access, name: str, file: str) -> Content:
	"""One of the files that `list_attachments` names.

	:param file: its `file` there
	:raises NotFound: no such document, it has no such attachment for the caller, or the file is gone from the disk
	:raises TooLarge: over `FILE_LIMIT`
	"""
	doc = load(access, name)
	if file not in {row.name for row in get_attachments(doc.doctype, doc.name)}:
		raise _no_such_attachment("it is none of the document's")
	found = next(_visible(access, doc, [file]), None)
	if found is None:
		raise _no_such_attachment("it is of a hidden field, not stored here, or not open to the user")
	data = _bytes(found)
	mime_type = mimetypes.guess_type(found.file_name or "")[0]
	text = _text(data, mime_type)
	if mime_type is None:
		mime_type = "application/octet-stream" if text is None else "text/plain"
	return Content(found.file_name, mime_type, data, text)


def _attachments(access: Access, doc) -> Iterator[Any]:
	# As the desk: who reads the document is shown its files.
	return _visible(access, doc, [row.name for row in get_attachments(doc.doctype, doc.name)])


def _visible(access: Access, doc, files: list[str]) -> Iterator[Any]:
	"""Those of a document's files that exist for the caller, loaded."""
	hidden = _HiddenFields(access, doc)
	for name in files:
		file = frappe.get_doc("File", name)
		if (
			not file.is_folder
			and (file.file_url or "").startswith(STORED_HERE)
			and not hidden.holds(file)
			and file.has_permission("read")
		):
			yield file


class _HiddenFields:
	"""What a document holds in fields that the caller may not read: names of fields, and texts that may name files."""

	def __init__(self, access: Access, doc):
		self.names: set[str] = set()
		self.texts: list[str] = []
		self.unknown = False
		"""Whether a file stands in a field that Frappe gives masked, so that it can't be told which."""
		self._gather(doc, access.fields.fields)

	def _gather(self, doc, fields: Mapping[str, Field]) -> None:
		for df in doc.meta.fields:
			field = fields.get(df.fieldname)
			value = doc.get(df.fieldname)
			if df.fieldtype in table_fields:
				rows = (field and field.rows) or {}
				self.names |= {f for f in _valued(frappe.get_meta(df.options)) if not _shown(rows.get(f))}
				for row in value or []:
					self._gather(row, rows)
			elif df.fieldtype not in no_value_fields and not _shown(field):
				self.names.add(df.fieldname)
				if value and isinstance(value, str):
					self.texts += [value, unquote(value)]
				if value and field and field.mask == FRAPPE_MASK and df.fieldtype in ATTACHING:
					self.unknown = True

	def holds(self, file) -> bool:
		"""Whether a file belongs to one of them. A name that both a hidden and a readable field have counts as hidden."""
		if file.attached_to_field:
			if file.attached_to_field in self.names:
				return True
		elif self.unknown:
			return True
		urls = {file.file_url, unquote(file.file_url)}
		return any(url in text for text in self.texts for url in urls)


def _valued(meta) -> list[str]:
	return [df.fieldname for df in meta.fields if df.fieldtype not in no_value_fields]


def _shown(field: Field | None) -> bool:
	return field is not None and not field.mask


def _bytes(file) -> bytes:
	"""The content, from within the site's two folders of files and nowhere else: `file_url` is data, it may say anything."""
	missing = NotFound(
		"The file is not in the site's storage any more.",
		"Ask the site's administrator.",
		reason=f"File {file.name} is missing or lies outside of the site's folders of files",
	)
	messages = len(frappe.local.message_log)
	try:
		path = os.path.realpath(file.get_full_path())
		folders = [os.path.realpath(get_files_path(is_private=private)) for private in (0, 1)]
		if not any(path.startswith(folder + os.sep) for folder in folders) or not os.path.isfile(path):
			raise missing
		if os.path.getsize(path) > FILE_LIMIT:
			raise TooLarge(f"The file is larger than {FILE_LIMIT // 1024 // 1024} MB.", "Open it in ERPNext.")
		return compat.file_bytes(file)
	except (OSError, ValueError, frappe.ValidationError):
		raise missing from None
	finally:
		# Frappe's own texts name paths.
		del frappe.local.message_log[messages:]


def _text(data: bytes, mime_type: str | None) -> str | None:
	"""The data as text; None: it is none, or of a type that is no text."""
	is_text = mime_type and (
		mime_type.startswith("text/") or mime_type in TEXT_TYPES or mime_type.endswith(("+json", "+xml"))
	)
	if mime_type and not is_text:
		return None
	if data.startswith(BYTE_ORDER_MARKS):
		encodings = ["utf-16"]
	else:
		# What is called a text and is no UTF-8 is of an old Windows program; what is called nothing is no text then.
		encodings = ["utf-8-sig", "cp1252"] if is_text else ["utf-8-sig"]
	for encoding in encodings:
		try:
			text = data.decode(encoding)
		except UnicodeDecodeError:
			continue
		return None if "\0" in text else text
	return None


def _no_such_attachment(reason: str) -> NotFound:
	return NotFound(
		"The document has no such attachment for you.",
		"Take `file` from list_attachments.",
		reason=reason,
	)
