"""update_generic_document: changes fields and rows of a document."""

from typing import Any

from erpnext_mcp.documents.write import update
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import CHANGES, Tool, Transaction, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, NAME
from erpnext_mcp.mcp_server.writing import DATA, DRY_RUN, EXPECTED_VERSION, REMOVE, carried_out
from erpnext_mcp.policy.change import parse_change
from erpnext_mcp.policy.operations import UPDATE


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	access, name = context.access, arguments["name"]
	context.note.wrote(name=name)
	change = parse_change(arguments["data"], access.fields, remove=arguments.get("remove"))
	context.note.wrote(fields=change.fieldnames)
	answer = carried_out(
		context, arguments, name, lambda: update(access, name, change, arguments.get("expected_version"))
	)
	context.note.wrote(name=answer["name"])
	return answer


tool = Tool(
	name="update_generic_document",
	title="Update document",
	description="Changes the fields sent. Rows with name are changed, without added, others kept.",
	perform=perform,
	input_schema=object_schema(
		{
			"doctype": DOCTYPE,
			"name": NAME,
			"data": DATA,
			"remove": {**REMOVE, "description": "Row names by table"},
			"expected_version": {**EXPECTED_VERSION, "description": "Conflict if changed since"},
			"dry_run": DRY_RUN,
		},
		required=("doctype", "name", "data"),
	),
	output_schema=answer_schema(
		{
			"doctype": {"type": "string"},
			"name": {"type": "string"},
			"document": {"type": "object"},
			"version": {"type": "string"},
			"overridden": {"type": "array", "items": {"type": "object"}},
			"changed": {"type": "object"},
			"dry_run": {"type": "boolean"},
		},
		required=("doctype", "name"),
	),
	operations=(UPDATE,),
	transaction=Transaction.WRITE,
	annotations=CHANGES,
)
