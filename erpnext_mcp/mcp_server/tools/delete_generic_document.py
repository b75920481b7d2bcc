"""delete_generic_document: deletes a document, never by force."""

from typing import Any

from erpnext_mcp.documents.lifecycle import delete
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import CHANGES, Tool, Transaction
from erpnext_mcp.mcp_server.writing import STEP_ARGUMENTS, carried_out, linking, step_answer
from erpnext_mcp.policy.operations import DELETE


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	access, name, version = context.access, arguments["name"], arguments.get("expected_version")
	context.note.wrote(name=name)
	answer = carried_out(
		context,
		arguments,
		name,
		lambda: delete(access, name, version, linking=linking(context, name)),
	)
	return answer


tool = Tool(
	name="delete_generic_document",
	title="Delete document",
	description="Deletes a document that none links to.",
	perform=perform,
	input_schema=STEP_ARGUMENTS,
	output_schema=step_answer(),
	operations=(DELETE,),
	transaction=Transaction.WRITE,
	annotations=CHANGES,
)
