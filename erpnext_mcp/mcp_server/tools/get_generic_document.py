"""get_generic_document: one document with the rows of its tables."""

from typing import Any

from erpnext_mcp.documents.read import get_document
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, FIELDS, NAME
from erpnext_mcp.policy.operations import READ
from erpnext_mcp.policy.query import check_field


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	access = context.access
	fields = arguments.get("fields") or None
	if fields is not None:
		fields = [check_field(f, access.fields.readable, "read", "fields") for f in fields]
	context.note.read(name=arguments["name"], fields=fields or access.fields.readable)
	answer = get_document(access, arguments["name"], fields)
	context.note.read(name=answer["name"], fields=fields or access.fields.readable, rows=1)
	return answer


tool = Tool(
	name="get_generic_document",
	title="Get document",
	description="One document by its exact name (ID), with the rows of its tables.",
	perform=perform,
	input_schema=object_schema(
		{
			"doctype": DOCTYPE,
			"name": NAME,
			"fields": {**FIELDS, "description": "Default: all"},
		},
		required=("doctype", "name"),
	),
	output_schema=answer_schema(
		{
			"doctype": {"type": "string"},
			"name": {"type": "string"},
			"document": {"type": "object"},
			"version": {"type": "string", "description": "Token of the document's state"},
		},
		required=("doctype", "name", "document", "version"),
	),
	operations=(READ,),
	kept_as="get",
)
