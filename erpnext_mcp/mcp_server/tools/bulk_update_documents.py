"""bulk_update_documents: changes several documents of one DocType, all or none."""

from typing import Any

from erpnext_mcp.documents.write import update
from erpnext_mcp.mcp_server.bulk import MOST, in_bulk, short, units
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import CHANGES, Tool, Transaction, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, NAME
from erpnext_mcp.mcp_server.writing import DATA, DRY_RUN, EXPECTED_VERSION, REMOVE
from erpnext_mcp.policy.change import parse_change
from erpnext_mcp.policy.operations import UPDATE


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	access = context.access

	def one(document: dict[str, Any]) -> dict[str, Any]:
		name = document["name"]
		context.note.wrote(name=name)
		change = parse_change(document["data"], access.fields, remove=document.get("remove"))
		context.note.wrote(fields=change.fieldnames)
		return short(update(access, name, change, document.get("expected_version")))

	return in_bulk(context, arguments, one, [d["name"] for d in arguments["documents"]])


tool = Tool(
	name="bulk_update_documents",
	title="Update documents",
	description=f"Updates up to {MOST} documents: all or none.",
	perform=perform,
	input_schema=object_schema(
		{
			"doctype": DOCTYPE,
			"documents": {
				"type": "array",
				"items": object_schema(
					{"name": NAME, "data": DATA, "remove": REMOVE, "expected_version": EXPECTED_VERSION},
					required=("name", "data"),
				),
				"minItems": 1,
				"maxItems": MOST,
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
	operations=(UPDATE,),
	transaction=Transaction.WRITE,
	units=units,
	annotations=CHANGES,
	reports_progress=True,
)
