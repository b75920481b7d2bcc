"""count_generic_documents: how many documents match that the caller could list."""

from typing import Any

from erpnext_mcp.access import filters_of
from erpnext_mcp.documents.aggregates import count_documents
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, FILTERS
from erpnext_mcp.policy.operations import READ
from erpnext_mcp.policy.query import parse_filters


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	access = context.access
	filters = parse_filters(arguments.get("filters"), access.fields, access.doctype)
	or_filters = parse_filters(arguments.get("or_filters"), access.fields, access.doctype, "or_filters")
	context.note.read(fields=[f.fieldname for f in filters_of((*filters, *or_filters))])
	return count_documents(access, filters, or_filters)


tool = Tool(
	name="count_generic_documents",
	title="Count documents",
	description="How many documents match.",
	perform=perform,
	input_schema=object_schema(
		{"doctype": DOCTYPE, "filters": FILTERS, "or_filters": FILTERS}, required=("doctype",)
	),
	output_schema=answer_schema(
		{"doctype": {"type": "string"}, "count": {"type": "integer"}}, required=("doctype", "count")
	),
	operations=(READ,),
	kept_as="count",
)
