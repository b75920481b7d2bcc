"""get_doctype_schema: the fields of a DocType and of its tables, as far as the caller may know of them."""

from typing import Any

from erpnext_mcp.documents.schema import get_schema
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE
from erpnext_mcp.policy.operations import READ


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	return get_schema(context.access, lambda doctype: bool(context.grant.operations(doctype)))


tool = Tool(
	name="get_doctype_schema",
	title="Get DocType schema",
	description="The fields of a DocType and of its tables: types, choices, links.",
	perform=perform,
	input_schema=object_schema({"doctype": DOCTYPE}, required=("doctype",)),
	output_schema=answer_schema(
		{
			"doctype": {"type": "string"},
			"description": {"type": "string"},
			"submittable": {"type": "boolean"},
			"single": {"type": "boolean"},
			"title_field": {"type": "string"},
			"fields": {
				"type": "array",
				"items": answer_schema(
					{
						"fieldname": {"type": "string"},
						"label": {"type": "string"},
						"type": {"type": "string"},
					},
					required=("fieldname", "type"),
				),
			},
		},
		required=("doctype", "fields"),
	),
	operations=(READ,),
)
