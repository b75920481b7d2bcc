"""aggregate_generic_documents: counts, sums, averages and extremes, in groups."""

from typing import Any

from erpnext_mcp.access import AggregateQuery
from erpnext_mcp.documents.aggregates import aggregate_documents
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, FILTERS, limit_of
from erpnext_mcp.policy.aggregates import FUNCTIONS, parse_aggregates, parse_group_by
from erpnext_mcp.policy.operations import READ
from erpnext_mcp.policy.query import parse_filters, parse_order_by


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	access = context.access
	group_by = parse_group_by(arguments.get("group_by"), access.fields)
	aggregates = parse_aggregates(arguments["aggregates"], group_by, access.fields)
	query = AggregateQuery(
		aggregates=aggregates,
		group_by=group_by,
		filters=parse_filters(arguments.get("filters"), access.fields, access.doctype),
		order_by=parse_order_by(arguments.get("order_by"), [*group_by, *(a.alias for a in aggregates)]),
		limit=limit_of(context, arguments),
	)
	context.note.read(fields=query.fieldnames)
	answer = aggregate_documents(access, query)
	context.note.row_count = len(answer["rows"])
	return answer


tool = Tool(
	name="aggregate_generic_documents",
	title="Aggregate documents",
	description="Counts, sums, averages, extremes, by group. order_by names groups and aggregates.",
	perform=perform,
	input_schema=object_schema(
		{
			"doctype": DOCTYPE,
			"aggregates": {
				"type": "array",
				"minItems": 1,
				"maxItems": 10,
				"items": object_schema(
					{
						"function": {"type": "string", "enum": list(FUNCTIONS)},
						"field": {"type": "string", "maxLength": 140},
						"as": {"type": "string", "maxLength": 60},
					},
					required=("function",),
				),
			},
			"group_by": {"type": "array", "maxItems": 5, "items": {"type": "string", "maxLength": 140}},
			"filters": FILTERS,
			"order_by": {"type": "string", "maxLength": 500},
			"limit": {"type": "integer", "minimum": 1},
		},
		required=("doctype", "aggregates"),
	),
	output_schema=answer_schema(
		{
			"doctype": {"type": "string"},
			"rows": {"type": "array", "items": {"type": "object"}},
			"has_more": {"type": "boolean"},
		},
		required=("doctype", "rows", "has_more"),
	),
	operations=(READ,),
	kept_as="aggregate",
)
