"""list_generic_documents: a page of documents of one DocType."""

from typing import Any

from erpnext_mcp.access import Query
from erpnext_mcp.documents.lists import list_documents
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, FIELDS, FILTERS, limit_of
from erpnext_mcp.policy.operations import READ
from erpnext_mcp.policy.query import parse_fields, parse_filters, parse_order_by


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	access = context.access
	query = Query(
		fields=parse_fields(arguments.get("fields"), access.fields),
		filters=parse_filters(arguments.get("filters"), access.fields, access.doctype),
		or_filters=parse_filters(arguments.get("or_filters"), access.fields, access.doctype, "or_filters"),
		order_by=parse_order_by(arguments.get("order_by"), access.fields.filterable),
		limit=limit_of(context, arguments),
		offset=int(arguments["offset"]),
	)
	context.note.read(fields=query.fieldnames)
	answer = list_documents(access, query)
	context.note.row_count = len(answer["documents"])
	return answer


tool = Tool(
	name="list_generic_documents",
	title="List documents",
	description="A page of the documents that match.",
	perform=perform,
	input_schema=object_schema(
		{
			"doctype": DOCTYPE,
			"fields": {**FIELDS, "description": 'Default: main columns; ["*"]: all'},
			"filters": {
				**FILTERS,
				"description": '{"status":"Open","total":[">",9]}, [["status","=","Open"],…] or [[…],"or",[…]]. '
				"Operators: = != > < >= <= like, not like, in, not in, between, is (set | not set)",
			},
			"or_filters": {**FILTERS, "description": "One must hold"},
			"order_by": {"type": "string", "maxLength": 500, "description": '"field asc, other desc"'},
			"limit": {"type": "integer", "minimum": 1},
			"offset": {"type": "integer", "minimum": 0, "maximum": 10_000_000, "default": 0},
		},
		required=("doctype",),
	),
	output_schema=answer_schema(
		{
			"doctype": {"type": "string"},
			"documents": {"type": "array", "items": {"type": "object"}},
			"has_more": {"type": "boolean"},
			"next_offset": {"type": "integer"},
		},
		required=("doctype", "documents", "has_more"),
	),
	operations=(READ,),
	kept_as="list",
)
