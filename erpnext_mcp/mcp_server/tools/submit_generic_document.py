"""submit_generic_document: a draft becomes final and posts to the ledgers."""

from typing import Any

from erpnext_mcp.documents.lifecycle import submit
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import CHANGES, Tool, Transaction, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, NAME
from erpnext_mcp.mcp_server.writing import DRY_RUN, EXPECTED_VERSION, carried_out, without_document
from erpnext_mcp.policy.operations import SUBMIT


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	access, name, version = context.access, arguments["name"], arguments.get("expected_version")
	context.note.wrote(name=name)
	answer = carried_out(
		context,
		arguments,
		name,
		lambda: submit(access, name, version, dry_run=arguments["dry_run"]),
	)
	return without_document(answer)


tool = Tool(
	name="submit_generic_document",
	title="Submit document",
	description="Submits a draft. status queued: not done yet.",
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
			"changed": {"type": "object"},
			"done": {"type": "boolean"},
			"dry_run": {"type": "boolean"},
		},
		required=("doctype", "name", "done"),
	),
	operations=(SUBMIT,),
	transaction=Transaction.WRITE,
	annotations=CHANGES,
)
