"""list_doctypes: the DocTypes that exist for the caller."""

from typing import Any

from erpnext_mcp.documents.schema import describe
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	search = arguments.get("search", "").casefold()
	doctypes = [
		{"doctype": doctype, "operations": operations, "description": describe(doctype)}
		for doctype, operations in context.grant.doctypes().items()
		if search in doctype.casefold()
	]
	context.note.read(rows=len(doctypes))
	return {"doctypes": doctypes}


tool = Tool(
	name="list_doctypes",
	title="List DocTypes",
	description="The DocTypes (kinds of documents) you can use, and your operations. Start here.",
	perform=perform,
	input_schema=object_schema({"search": {"type": "string", "maxLength": 140}}),
	output_schema=answer_schema(
		{
			"doctypes": {
				"type": "array",
				"items": answer_schema(
					{
						"doctype": {"type": "string"},
						"operations": {"type": "array", "items": {"type": "string"}},
						"description": {"type": "string"},
					}
				),
			}
		},
		required=("doctypes",),
	),
)
