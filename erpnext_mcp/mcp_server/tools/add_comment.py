"""add_comment: a comment of the caller on a document."""

from typing import Any

from erpnext_mcp.documents import comments
from erpnext_mcp.documents.comments import LONGEST_COMMENT
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import ADDS, Tool, Transaction, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, NAME
from erpnext_mcp.mcp_server.writing import DRY_RUN
from erpnext_mcp.policy.operations import COMMENT


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	context.note.wrote(name=arguments["name"])
	answer = comments.add_comment(context.access, arguments["name"], arguments["text"])
	context.note.wrote(name=answer["name"])
	return {**answer, "dry_run": arguments["dry_run"]}


tool = Tool(
	name="add_comment",
	title="Add comment",
	description="Adds a comment, plain text, to a document.",
	perform=perform,
	input_schema=object_schema(
		{
			"doctype": DOCTYPE,
			"name": NAME,
			"text": {"type": "string", "maxLength": LONGEST_COMMENT, "pattern": "\\S"},
			"dry_run": DRY_RUN,
		},
		required=("doctype", "name", "text"),
	),
	output_schema=answer_schema(
		{
			"doctype": {"type": "string"},
			"name": {"type": "string"},
			"comment": {"type": "string"},
			"dry_run": {"type": "boolean"},
		},
		required=("doctype", "name", "comment", "dry_run"),
	),
	operations=(COMMENT,),
	transaction=Transaction.WRITE,
	annotations=ADDS,
)
