"""assign: a document to a user who can read it."""

from typing import Any

from erpnext_mcp.documents import assignments
from erpnext_mcp.documents.assignments import PRIORITIES
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import ADDS, Tool, Transaction, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, NAME
from erpnext_mcp.mcp_server.writing import DRY_RUN
from erpnext_mcp.policy.operations import ASSIGN


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	context.note.wrote(name=arguments["name"])
	answer = assignments.assign(
		context.access,
		arguments["name"],
		arguments["user"],
		arguments["description"],
		arguments.get("due_date"),
		arguments["priority"],
	)
	context.note.wrote(name=answer["name"])
	return {**answer, "dry_run": arguments["dry_run"]}


tool = Tool(
	name="assign",
	title="Assign document",
	description="Assigns a document as a task to a user who can read it; he is notified.",
	perform=perform,
	input_schema=object_schema(
		{
			"doctype": DOCTYPE,
			"name": NAME,
			"user": {"type": "string", "minLength": 1, "maxLength": 140},
			"description": {"type": "string", "maxLength": 2_000, "default": ""},
			"due_date": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
			"priority": {"type": "string", "enum": list(PRIORITIES), "default": "Medium"},
			"dry_run": DRY_RUN,
		},
		required=("doctype", "name", "user"),
	),
	output_schema=answer_schema(
		{
			"doctype": {"type": "string"},
			"name": {"type": "string"},
			"user": {"type": "string"},
			"dry_run": {"type": "boolean"},
		},
		required=("doctype", "name", "user", "dry_run"),
	),
	operations=(ASSIGN,),
	transaction=Transaction.WRITE,
	annotations=ADDS,
)
