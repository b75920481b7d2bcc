"""amend_generic_document: a new draft of a cancelled document."""

from typing import Any

from erpnext_mcp.documents.lifecycle import amend
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import ADDS, Tool, Transaction, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, NAME
from erpnext_mcp.mcp_server.writing import DRY_RUN, EXPECTED_VERSION, carried_out
from erpnext_mcp.policy.operations import AMEND


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	access, name, version = context.access, arguments["name"], arguments.get("expected_version")
	context.note.wrote(name=name)
	answer = carried_out(
		context,
		arguments,
		"",
		lambda: amend(access, name, version),
	)
	context.note.wrote(name=answer["name"])
	return answer


tool = Tool(
	name="amend_generic_document",
	title="Amend document",
	description="Makes a new draft of a cancelled document.",
	perform=perform,
	input_schema=object_schema(
		{"doctype": DOCTYPE, "name": NAME, "expected_version": EXPECTED_VERSION, "dry_run": DRY_RUN},
		required=("doctype", "name"),
	),
	output_schema=answer_schema(
		{
			"doctype": {"type": "string"},
			"name": {"type": "string"},
			"docstatus": {"type": "integer"},
			"document": {"type": "object"},
			"done": {"type": "boolean"},
			"dry_run": {"type": "boolean"},
		},
		required=("doctype", "name", "done"),
	),
	operations=(AMEND,),
	transaction=Transaction.WRITE,
	annotations=ADDS,
)
