"""bulk_create_documents: several new documents of one DocType, all or none."""

from typing import Any

from erpnext_mcp.documents.write import create
from erpnext_mcp.mcp_server.bulk import MOST, in_bulk, short, units
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import ADDS, Tool, Transaction, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE
from erpnext_mcp.mcp_server.writing import DATA, DRY_RUN
from erpnext_mcp.policy.change import parse_change
from erpnext_mcp.policy.operations import CREATE


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	access = context.access

	def one(data: dict[str, Any]) -> dict[str, Any]:
		change = parse_change(data, access.fields, creating=True, takes_name=access.takes_name)
		context.note.wrote(fields=change.fieldnames)
		return short(create(access, change))

	return in_bulk(context, arguments, one)


tool = Tool(
	name="bulk_create_documents",
	title="Create documents",
	description=f"Creates up to {MOST} documents: all or none.",
	perform=perform,
	input_schema=object_schema(
		{
			"doctype": DOCTYPE,
			"documents": {
				"type": "array",
				"items": DATA,
				"minItems": 1,
				"maxItems": MOST,
				"description": "data of each",
			},
			"dry_run": DRY_RUN,
		},
		required=("doctype", "documents"),
	),
	output_schema=answer_schema(
		{
			"results": {"type": "array", "items": {"type": "object"}},
			"dry_run": {"type": "boolean"},
		},
		required=("results",),
	),
	operations=(CREATE,),
	transaction=Transaction.WRITE,
	units=units,
	annotations=ADDS,
	reports_progress=True,
)
