"""Fields of a DocType as its JSON file has them, and tables of them for the reference."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dev.docs.markdown import ROOT
from dev.docs.reference.page import code, codes, sentence, table, text

FOLDER = ROOT / "erpnext_mcp" / "erpnext_mcp" / "doctype"
SHOWS_ONLY = frozenset({"HTML", "Button", "Heading", "Image", "Fold"})
"""What holds no value: drawn by the form's script."""
LAYOUT = frozenset({"Tab Break", "Section Break", "Column Break"})
WRITTEN_AT_INSTALLATION = {"key_roles": "System Manager"}
"""What the app itself fills in once (`install.py`)."""
TABLES = frozenset({"Table", "Table MultiSelect"})


@dataclass
class Section:
	"""Fields under one heading of the form.

	:param tab: the label of the tab it is in
	"""

	tab: str
	label: str
	description: str
	fields: list[dict[str, Any]] = field(default_factory=list)


def doctypes() -> dict[str, dict[str, Any]]:
	"""Every DocType of the app, by name."""
	found = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*/*.json")))
	return {doctype["name"]: doctype for doctype in found}


def sections(doctype: dict[str, Any]) -> Iterator[Section]:
	"""The sections that hold a value, in the order of the form."""
	by_name = {df["fieldname"]: df for df in doctype["fields"]}
	current, tab = Section("", "", ""), ""
	for fieldname in doctype["field_order"]:
		df = by_name[fieldname]
		if df["fieldtype"] in ("Tab Break", "Section Break"):
			if current.fields:
				yield current
			if df["fieldtype"] == "Tab Break":
				tab = df.get("label", "")
				current = Section(tab, "", "")
			else:
				current = Section(tab, df.get("label") or "", df.get("description") or "")
		elif df["fieldtype"] not in SHOWS_ONLY | LAYOUT and not df.get("hidden"):
			current.fields.append(df)
	if current.fields:
		yield current


def fields_table(fields: list[dict[str, Any]], *, with_default: bool = True) -> str:
	columns = ("field", "type", *(("unless changed",) if with_default else ()), "what it is")
	return table(
		columns,
		(
			(
				f"{text(df.get('label'))}<br>{code(df['fieldname'])}",
				kind(df),
				*((default(df),) if with_default else ()),
				sentence(df.get("description")),
			)
			for df in fields
		),
	)


def kind(df: dict[str, Any]) -> str:
	"""The type in words of Frappe, with what it links to, its choices, and whether it must or can't be filled in."""
	fieldtype, options = df["fieldtype"], df.get("options") or ""
	if fieldtype == "Select":
		shown = f"one of {codes(option for option in options.split(chr(10)) if option)}"
	elif fieldtype in TABLES:
		shown = f"table of {link(options)}"
	elif fieldtype == "Link":
		shown = f"link to {link(options)}"
	elif fieldtype == "Code" and options:
		shown = options
	else:
		shown = fieldtype
	marks = [word for flag, word in (("reqd", "required"), ("read_only", "read-only")) if df.get(flag)]
	return ", ".join([shown, *marks])


def link(doctype: str) -> str:
	"""The name of a DocType; one of ours leads to its section."""
	if doctype not in doctypes():
		return doctype
	return f"[{doctype}](doctypes.md#{doctype.lower().replace(' ', '-')})"


def default(df: dict[str, Any]) -> str:
	value = df.get("default")
	if df["fieldname"] in WRITTEN_AT_INSTALLATION:
		return WRITTEN_AT_INSTALLATION[df["fieldname"]]
	if df["fieldtype"] == "Check":
		return "ticked" if value == "1" else "not ticked"
	if value in (None, ""):
		return "empty" if df["fieldtype"] not in ("Int", "Float") else "0"
	return code(value)
