"""cancel_generic_document: takes a submitted document back."""

from typing import Any

from erpnext_mcp.documents.lifecycle import cancel
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import CHANGES, Tool, Transaction
from erpnext_mcp.mcp_server.writing import STEP_ARGUMENTS, carried_out, linking, step_answer, without_document
from erpnext_mcp.policy.operations import CANCEL


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	access, name, version = context.access, arguments["name"], arguments.get("expected_version")
	context.note.wrote(name=name)
	answer = carried_out(
		context,
		arguments,
		name,
		lambda: cancel(
			access,
			name,
			version,
			dry_run=arguments["dry_run"],
			linking=linking(context, name, submitted=True),
		),
	)
	return without_document(answer)


tool = Tool(
	name="cancel_generic_document",
	title="Cancel document",
	description="Cancels a submitted document.",
	perform=perform,
	input_schema=STEP_ARGUMENTS,
	output_schema=step_answer(docstatus={"type": "integer"}, changed={"type": "object"}),
	operations=(CANCEL,),
	transaction=Transaction.WRITE,
	annotations=CHANGES,
)
