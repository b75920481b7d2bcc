"""submit_generic_document: a draft becomes final and posts to the ledgers."""

from typing import Any

from erpnext_mcp.documents.lifecycle import submit
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import CHANGES, Tool, Transaction
from erpnext_mcp.mcp_server.writing import STEP_ARGUMENTS, carried_out, step_answer, without_document
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
	input_schema=STEP_ARGUMENTS,
	output_schema=step_answer(docstatus={"type": "integer"}, changed={"type": "object"}),
	operations=(SUBMIT,),
	transaction=Transaction.WRITE,
	annotations=CHANGES,
)
