"""doctypes.md: every field of every DocType of the app but the settings, which have a page of their own."""

from typing import Any

from dev.docs.reference import settings
from dev.docs.reference.doctype_fields import Section, doctypes, fields_table, sections
from dev.docs.reference.page import NOTHING, page, sentence, table

PURPOSE = {
	"MCP Permission Profile": "Who may do what. Exactly one profile applies to a call, and it can only take away from what Frappe allows the user.",
	"MCP DocType Rule": "A row of a profile: what is open of one DocType.",
	"MCP Field Rule": "A row of a profile: one field that is not open as the rest is.",
	"MCP Condition": "A row of a profile: what has to hold for a document that is written.",
	"MCP Report Rule": "A row of a profile: a report that is open.",
	"MCP Profile User": "A row of a profile: a user whom it is for.",
	"MCP Profile Role": "A row of a profile, of the settings or of a prompt: a role.",
	"MCP Profile Client": "A row of a profile or of the settings: an OAuth client.",
	"MCP Profile Network": "A row of a profile: from where calls may come.",
	"MCP Prompt": "A text that users choose in their client, with blanks to fill in.",
	"MCP Prompt Argument": "A row of a prompt: one of its blanks.",
}
"""What the DocTypes are that have no description in the desk."""

ORDER = (
	"MCP Permission Profile",
	"MCP DocType Rule",
	"MCP Field Rule",
	"MCP Condition",
	"MCP Report Rule",
	"MCP Profile User",
	"MCP Profile Role",
	"MCP Profile Client",
	"MCP Profile Network",
	"MCP Audit Entry",
	"MCP Audit Seal",
	"MCP Client",
	"MCP Suspension",
	"MCP Approval Request",
	"MCP Prompt",
	"MCP Prompt Argument",
	"MCP Idempotency Key",
)
"""What an administrator works with comes first."""

RIGHTS = {"read": "read", "write": "change", "create": "make", "delete": "delete", "export": "export"}

MODES = """Fields that only show something, and hidden ones that hold nothing for people, are left out. *Read-only* fields are filled in by
the server."""


def doctypes_page() -> str:
	"""The page: a section each, with the fields in the order of the form."""
	found = doctypes()
	assert {*ORDER, settings.NAME} == set(found), (
		"dev/docs/reference/doctypes.py names other DocTypes than there are"
	)
	index = table(
		("DocType", "what it is"),
		((f"[{name}](#{name.lower().replace(' ', '-')})", sentence(_purpose(found[name]))) for name in ORDER),
	)
	others = f"[{settings.NAME}](settings.md) has a page of its own."
	return page("DocTypes", f"{MODES} {others}", index, *(_section(found[name]) for name in ORDER))


def _purpose(doctype: dict[str, Any]) -> str:
	return doctype.get("description") or PURPOSE[doctype["name"]]


def _section(doctype: dict[str, Any]) -> str:
	parts = [f"## {doctype['name']}", sentence(_purpose(doctype))]
	if not doctype.get("istable"):
		parts.append(f"In the desk: {_rights(doctype)}.")
	found = list(sections(doctype))
	by_the_server = all(df.get("read_only") for section in found for df in section.fields)
	for section in found:
		heading = _heading(section)
		if heading and len(found) > 1:
			parts.append(f"### {doctype['name']}: {heading}")
		parts += [sentence(section.description), fields_table(section.fields, with_default=not by_the_server)]
	return "\n\n".join(filter(None, parts))


def _heading(section: Section) -> str:
	return (
		section.label
		if section.label in ("", section.tab) or not section.tab
		else f"{section.tab}, {section.label}"
	)


def _rights(doctype: dict[str, Any]) -> str:
	"""Who may do what by the DocType's own permissions (level 0)."""
	said = []
	for permission in doctype["permissions"]:
		if permission.get("permlevel"):
			continue
		rights = [word for right, word in RIGHTS.items() if permission.get(right)]
		own = (
			" (their own)"
			if doctype["name"] in ("MCP Audit Entry", "MCP Approval Request")
			and permission["role"] == "Desk User"
			else ""
		)
		said.append(f"{permission['role']}: {', '.join(rights) or NOTHING}{own}")
	return "; ".join(said) or NOTHING
