"""amend_generic_document: a new draft of a cancelled document."""

from typing import Any

from erpnext_mcp.documents.lifecycle import amend
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import ADDS, Tool, Transaction
from erpnext_mcp.mcp_server.writing import STEP_ARGUMENTS, carried_out, step_answer
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
	input_schema=STEP_ARGUMENTS,
	output_schema=step_answer(docstatus={"type": "integer"}, document={"type": "object"}),
	operations=(AMEND,),
	transaction=Transaction.WRITE,
	annotations=ADDS,
)
