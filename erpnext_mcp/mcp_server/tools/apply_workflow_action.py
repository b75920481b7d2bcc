"""apply_workflow_action: takes a document a step further in its workflow."""

from typing import Any

from erpnext_mcp.documents.lifecycle import apply_action, workflow_operation
from erpnext_mcp.documents.workflow_states import active_workflow
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import CHANGES, Tool, Transaction, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, NAME
from erpnext_mcp.mcp_server.writing import DRY_RUN, EXPECTED_VERSION, carried_out, without_document
from erpnext_mcp.policy.grant import Grant
from erpnext_mcp.policy.operations import CANCEL, SUBMIT, UPDATE


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	name, action = arguments["name"], arguments["action"]
	context.note.wrote(name=name)
	operation = workflow_operation(context.access, name, action)
	context.note.operation = operation
	access = context.grant.access(context.access.doctype, operation)
	answer = carried_out(
		context,
		arguments,
		name,
		lambda: apply_action(
			access, name, action, arguments.get("expected_version"), dry_run=arguments["dry_run"]
		),
		active_workflow(access.doctype) or "",
	)
	return without_document(answer)


def available(grant: Grant) -> bool:
	"""Whether a DocType that the caller may change has an active workflow."""
	wanted = {UPDATE, SUBMIT, CANCEL}
	return any(wanted.intersection(o) and active_workflow(d) for d, o in grant.doctypes().items())


tool = Tool(
	name="apply_workflow_action",
	title="Apply workflow action",
	description="Takes an action of a document's workflow.",
	perform=perform,
	input_schema=object_schema(
		{
			"doctype": DOCTYPE,
			"name": NAME,
			"action": {"type": "string", "minLength": 1, "maxLength": 140},
			"expected_version": EXPECTED_VERSION,
			"dry_run": DRY_RUN,
		},
		required=("doctype", "name", "action"),
	),
	output_schema=answer_schema(
		{
			"state": {"type": "string"},
			"next_actions": {"type": "array", "items": {"type": "string"}},
			"docstatus": {"type": "integer"},
			"done": {"type": "boolean"},
			"dry_run": {"type": "boolean"},
		},
		required=("done",),
	),
	operations=(UPDATE, SUBMIT, CANCEL),
	transaction=Transaction.WRITE,
	available=available,
	annotations=CHANGES,
)
