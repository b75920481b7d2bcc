"""completion/complete: how the DocType, the document or the report of a resource, or a link of a prompt, may go on."""

from typing import Any

from erpnext_mcp.documents.lists import search_documents
from erpnext_mcp.documents.schema import can_be_searched
from erpnext_mcp.mcp_server import prompts
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.reports import open_reports
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema
from erpnext_mcp.policy.operations import READ, SELECT

MOST = 20
"""Values given at once; the protocol allows 100."""
LONGEST_TERM = 140

DOCTYPES, DOCUMENTS, REPORTS, PROMPT = "doctypes", "documents", "reports", "prompt"


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	kind, value = arguments["kind"], arguments["value"].strip()
	doctype = arguments.get("doctype", "")
	if kind == PROMPT:
		doctype = prompts.linked_doctype(context.caller.user, arguments["prompt"], arguments["argument"])
		kind = DOCUMENTS
	if kind == DOCTYPES:
		found = _matching(context.grant.doctypes(), value)
	elif kind == REPORTS:
		found = _matching(open_reports(context.grant), value)
	else:
		found = _documents(context, doctype, value)
	context.note.row_count = len(found)
	return {"values": found[:MOST], "has_more": len(found) > MOST}


def _documents(context: Context, doctype: str, value: str) -> list[str]:
	"""The names of documents that the search would find; none for what can't be searched, whatever the reason."""
	access = context.access_to(doctype, SELECT, READ) if doctype else None
	if access is None or not can_be_searched(doctype) or len(value) > LONGEST_TERM:
		return []
	context.note.reference_doctype = doctype
	context.note.read(fields=list(access.fields.search_fields))
	found = search_documents(access, value, ("name",), MOST + 1)
	return [str(row["name"]) for row in found["documents"]]


def _matching(names: Any, value: str) -> list[str]:
	"""Those that begin with it, then those that contain it."""
	wanted = value.casefold()
	containing = [n for n in names if wanted in n.casefold()]
	return sorted(containing, key=lambda n: (not n.casefold().startswith(wanted), n))


TEXT = {"type": "string"}

tool = Tool(
	name="completion/complete",
	title="Complete",
	description="",
	perform=perform,
	input_schema=object_schema(
		{
			"kind": {"type": "string", "enum": [DOCTYPES, DOCUMENTS, REPORTS, PROMPT]},
			"value": TEXT,
			"doctype": TEXT,
			"prompt": TEXT,
			"argument": TEXT,
		},
		required=("kind", "value"),
	),
	output_schema=answer_schema({"values": {"type": "array"}, "has_more": {"type": "boolean"}}),
)
