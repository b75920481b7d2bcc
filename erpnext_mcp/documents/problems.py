"""What Frappe and ERPNext raise while something is written, said in our words (T43).

Frappe's typed exceptions are told from fields that the caller can read. Other messages of the business are passed on,
cleaned, where the profile hides nothing of the DocTypes that the document is about; else they stay in the audit.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import frappe
from frappe.model.workflow import WorkflowPermissionError, WorkflowTransitionError

from erpnext_mcp.access import Access, Field
from erpnext_mcp.documents.text import clean
from erpnext_mcp.documents.transactions import may_be_tried_again
from erpnext_mcp.errors import (
	Busy,
	CallError,
	Conflict,
	LinkExists,
	NotPermitted,
	Queued,
	ReadOnly,
	TooLarge,
	ValidationFailed,
	Withheld,
)

TEXT_LENGTH = 600
INCORRECT_STRING = 1366

Linking = Callable[[], dict[str, Any]]
"""Gives the members of an answer that name the documents linking to one, as far as the caller can read them."""


@contextmanager
def in_our_words(
	access: Access, doc: Any, *, fieldnames: Sequence[str] = (), linking: Linking | None = None
) -> Iterator[None]:
	"""Turns what the body raises into a `CallError`; what is not foreseen passes through.

	:param doc: the document that is written
	:param fieldnames: what the caller sends, fields of rows as `table.field`
	:param linking: for `link_exists`
	:raises CallError: the refusal
	"""
	try:
		yield
	except Exception as e:
		if isinstance(e, CallError) or may_be_tried_again(e):
			raise
		problem = as_problem(e, access, doc, fieldnames, linking)
		if problem is None:
			raise
		raise problem from e


def as_problem(
	error: Exception, access: Access, doc: Any, fieldnames: Sequence[str] = (), linking: Linking | None = None
) -> CallError | None:
	"""The refusal that an exception of Frappe stands for; None for what is no refusal but a fault."""
	reason = f"{type(error).__name__}: {clean(str(error), 1500)}"
	if isinstance(error, frappe.MandatoryError) and (missing := _missing_fields(error, doc)):
		return _missing(missing, access, reason)
	if isinstance(error, frappe.LinkValidationError):  # CancelledLinkError is one, too
		return _bad_links(access, doc, reason)
	if isinstance(error, frappe.DuplicateEntryError | frappe.UniqueValidationError):
		return _taken(access, doc, fieldnames, reason)
	if isinstance(error, frappe.LinkExistsError):
		return LinkExists(
			"Other documents link to this one.",
			"Deal with those first, or leave it.",
			reason=reason,
			**(linking() if linking else {}),
		)
	if isinstance(error, frappe.TimestampMismatchError):
		return Conflict(
			"The document was changed by somebody else meanwhile.", "Read it again and repeat.", reason=reason
		)
	if isinstance(error, frappe.DocumentLockedError):
		return Queued(
			"The document is being worked on in the background.", "Ask again in a minute.", reason=reason
		)
	if isinstance(error, frappe.UpdateAfterSubmitError):
		return _after_submit(access, reason)
	if isinstance(error, frappe.DocstatusTransitionError):
		return ValidationFailed(
			"The document's status doesn't allow this.",
			"Read its docstatus: 0 draft, 1 submitted, 2 cancelled.",
			reason=reason,
		)
	if isinstance(error, WorkflowPermissionError | WorkflowTransitionError):
		return NotPermitted(
			"The workflow of this document doesn't let you do this now.",
			"apply_workflow_action tells the actions that there are.",
			reason=reason,
		)
	if isinstance(error, frappe.PermissionError):
		return NotPermitted(
			"Your permissions in ERPNext don't allow this.",
			"It may be a value that you may not use, such as a company or territory outside of yours.",
			reason=reason,
		)
	if isinstance(error, frappe.InReadOnlyMode):
		return ReadOnly("The site is read-only now, for maintenance.", "Try again later.", reason=reason)
	if isinstance(error, frappe.QueueOverloaded):
		return Busy("Too much is waiting to be done in the background.", "Try again later.", reason=reason)
	if isinstance(error, frappe.CharacterLengthExceededError | frappe.db.DataError) or _is_cut_text(error):
		return _too_long(access, doc, fieldnames, reason)
	if isinstance(error, frappe.TooManyWritesError):
		return TooLarge("This changes too much at once.", "Do it in smaller parts.", reason=reason)
	if isinstance(error, frappe.ValidationError | frappe.NameError | frappe.OutgoingEmailError):
		return _business(access, _said(error), reason)
	# Controllers stumble over an empty field that Frappe would miss only after them.
	unset = _unset(doc)
	return _missing(unset, access, f"{reason}; empty: {', '.join(unset)}") if unset else None


def _said(error: Exception) -> str:
	"""What the exception says; where it says nothing, the last message that goes along with it."""
	text = clean(str(error), TEXT_LENGTH)
	if text or not frappe.local.message_log:
		return text
	last = frappe.parse_json(frappe.local.message_log[-1])
	return clean(last.get("message") if isinstance(last, dict) else last, TEXT_LENGTH)


def _business(access: Access, text: str, reason: str) -> CallError:
	if text and not access.hides(touched(access.doctype)):
		return ValidationFailed(f"ERPNext says: {text}", "Nothing was changed.", reason=reason)
	return Withheld(
		"ERPNext doesn't take this, for a reason that your profile doesn't show you.",
		"Ask your administrator, who finds the text in the audit entry of this reference.",
		reason=reason,
	)


def touched(doctype: str) -> set[str]:
	"""The DocTypes that texts about a document may speak of: its own, its tables' and what they link to."""
	meta = frappe.get_meta(doctype)
	found = {doctype}
	for m in (meta, *(frappe.get_meta(df.options) for df in meta.get_table_fields())):
		found.add(m.name)
		found.update(df.options for df in m.get_link_fields() if df.options)
	return found


def _missing_fields(error: Exception, doc: Any) -> list[str]:
	"""The fields that Frappe misses: `[Customer, CUST-1]: customer_name, item_code`. Empty for an error that a controller
	raised with words of its own."""
	names = [n.strip() for n in str(error).rpartition("]: ")[2].split(",")]
	metas = [doc.meta, *(frappe.get_meta(df.options) for df in doc.meta.get_table_fields())]
	return list(dict.fromkeys(names)) if all(any(m.has_field(n) for m in metas) for n in names) else []


def _unset(doc: Any) -> list[str]:
	"""The required fields of a document and its rows that hold nothing."""
	found = [
		name for d in (doc, *doc.get_all_children()) for name, _text in d._get_missing_mandatory_fields()
	]
	return list(dict.fromkeys(found))


def _missing(names: Sequence[str], access: Access, reason: str) -> CallError:
	told, hidden = [], []
	for name in names:
		(told if (found := _writable_as(access, name)) else hidden).append(found or name)
	if hidden:
		return ValidationFailed(
			f"This profile can't {access.operation} {access.doctype}: something it needs lies outside of the profile.",
			"Ask your administrator.",
			reason=reason,
		)
	return ValidationFailed(
		f"Missing: {', '.join(told)}.", "Send a value for each of them.", reason=reason, missing_fields=told
	)


def _writable_as(access: Access, fieldname: str) -> str:
	"""`fieldname` or `table.fieldname` where the caller can write it, else empty."""
	field = access.fields.fields.get(fieldname)
	if field is not None:
		return fieldname if field.writable else ""
	for table in access.fields.tables:
		row_field: Field | None = (table.rows or {}).get(fieldname)
		if row_field is not None and row_field.writable:
			return f"{table.fieldname}.{fieldname}"
	return ""


def _bad_links(access: Access, doc: Any, reason: str) -> CallError:
	told = []
	for found in _invalid_links(doc):
		table, fieldname = found
		field = access.fields.fields.get(table or fieldname)
		if table and field is not None:
			field = (field.rows or {}).get(fieldname)
		if field is not None and not field.mask:
			told.append(f"{table}.{fieldname}" if table else fieldname)
	if not told:
		return ValidationFailed(
			"A link of the document, in a field that you can't see, points to something that can't be used.",
			"Ask your administrator.",
			reason=reason,
		)
	return ValidationFailed(
		f"What {', '.join(told)} points to is not there, or cancelled.",
		"Choose another document.",
		reason=reason,
		fields=told,
	)


def _invalid_links(doc: Any) -> list[tuple[str, str]]:
	"""(table or "", field) of the links that Frappe found wanting (`Document._validate_links`)."""
	found = []
	for d in (doc, *doc.get_all_children()):
		for links in d.get_invalid_links(is_submittable=doc.meta.is_submittable):
			found += [(d.get("parentfield") or "", link[0]) for link in links]
	return list(dict.fromkeys(found))


def _taken(access: Access, doc: Any, fieldnames: Sequence[str], reason: str) -> CallError:
	"""The same words whether or not the caller can see what is there already (T67)."""
	unique = [df.fieldname for df in frappe.get_meta(access.doctype).fields if df.unique]
	sent = [f for f in unique if f in fieldnames]
	what = f" or one with the same {' or '.join(sent)}" if sent else ""
	return Conflict(
		f"There is a document of this name{what} already, or one with another value that must be unique.",
		"Choose other values.",
		reason=reason,
	)


def _too_long(access: Access, doc: Any, fieldnames: Sequence[str], reason: str) -> CallError:
	"""Frappe's own text quotes the value, which may be one that the caller does not see."""
	told = []
	for path in fieldnames:
		table, _dot, fieldname = path.rpartition(".")
		for d in doc.get(table) or [] if table else [doc]:
			limit = _most_characters(d.meta.get_field(fieldname))
			if limit and len(str(d.get(fieldname) or "")) > limit:
				told.append(f"{path} (at most {limit} characters)")
				break
	what = f"Too long: {', '.join(told)}." if told else "A value is longer or larger than its field can hold."
	return ValidationFailed(what, "Nothing was changed.", reason=reason)


def _is_cut_text(error: Exception) -> bool:
	"""MariaDB cuts a text that is too long between the bytes of a character, and then says that it is none."""
	return isinstance(error, frappe.db.OperationalError) and error.args[:1] == (INCORRECT_STRING,)


def _most_characters(df: Any) -> int:
	"""Of a field that is a column of limited length; 0 for any other."""
	column, length = frappe.db.type_map.get(df.fieldtype, ("", 0)) if df else ("", 0)
	return int(df.get("length") or length or 0) if column == "varchar" else 0


def _after_submit(access: Access, reason: str) -> CallError:
	meta = frappe.get_meta(access.doctype)
	allowed = [f for f in access.fields.writable if (df := meta.get_field(f)) and df.allow_on_submit]
	return ValidationFailed(
		"The document is submitted: most of its fields can't be changed any more.",
		"Only allowed_fields can be; for anything else cancel and amend it.",
		reason=reason,
		allowed_fields=allowed,
	)
