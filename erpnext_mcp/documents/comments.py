"""Comments on documents: plain text of the session user, without mark-up, mentions or mail (T64)."""

import html
import re
from typing import Any

import frappe
from frappe.utils import get_fullname

from erpnext_mcp.access import Access
from erpnext_mcp.documents.read import load
from erpnext_mcp.documents.values import plain_name

LONGEST_COMMENT = 5_000
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def escaped(text: str) -> str:
	"""Plain text as the HTML that Frappe keeps: no tag of it is one, so it mentions nobody; lines stay lines."""
	lines = CONTROLS.sub("", text.replace("\r\n", "\n").strip()).split("\n")
	return "<br>".join(html.escape(line, quote=False) for line in lines)


def add_comment(access: Access, name: str, text: str) -> dict[str, Any]:
	"""Adds a comment to a document that the user can read, as the desk lets him.

	:returns: `{doctype, name, comment}`: the comment's own name
	:raises NotFound: see `load`
	"""
	doc = load(access, name)
	comment = doc.add_comment("Comment", escaped(text), comment_by=get_fullname(frappe.session.user))
	return {"doctype": access.doctype, "name": plain_name(doc.name), "comment": plain_name(comment.name)}
