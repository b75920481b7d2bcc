"""search_generic_documents: documents by a piece of their name, title or search fields."""

from typing import Any

from erpnext_mcp.documents.lists import search_documents
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, FIELDS, limit_of
from erpnext_mcp.policy.operations import READ, SELECT
from erpnext_mcp.policy.query import parse_fields


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	access = context.access
	fields = parse_fields(arguments.get("fields"), access.fields)
	context.note.read(fields=[*fields, *access.fields.search_fields])
	answer = search_documents(access, arguments["search_term"].strip(), fields, limit_of(context, arguments))
	context.note.row_count = len(answer["documents"])
	return answer


tool = Tool(
	name="search_generic_documents",
	title="Search documents",
	description="Documents by a part of their ID, title or search fields.",
	perform=perform,
	input_schema=object_schema(
		{
			"doctype": DOCTYPE,
			"search_term": {"type": "string", "minLength": 1, "maxLength": 140, "pattern": "\\S"},
			"fields": FIELDS,
			"limit": {"type": "integer", "minimum": 1},
		},
		required=("doctype", "search_term"),
	),
	output_schema=answer_schema(
		{
			"doctype": {"type": "string"},
			"documents": {"type": "array", "items": {"type": "object"}},
			"has_more": {"type": "boolean"},
		},
		required=("doctype", "documents", "has_more"),
	),
	operations=(READ, SELECT),
	kept_as="search",
)
