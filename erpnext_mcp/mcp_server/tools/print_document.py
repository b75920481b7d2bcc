"""print_document: a document as a PDF."""

from typing import Any

from erpnext_mcp.documents.printing import choose_format
from erpnext_mcp.documents.printing import print_document as make_print
from erpnext_mcp.mcp_server.context import AnswerFile, Context
from erpnext_mcp.mcp_server.tool import Tool, Transaction, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, NAME
from erpnext_mcp.policy.fields import hides_nothing
from erpnext_mcp.policy.operations import PRINT
from erpnext_mcp.policy.printing import check_print


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	access = context.access
	context.note.read(name=arguments["name"])
	rule = context.grant.profile.rules[access.doctype]
	check_print(rule, hides_nothing(access.doctype, access.fields))
	chosen = choose_format(access.doctype, arguments.get("format", ""), rule.print_formats)
	made = make_print(access, arguments["name"], chosen)
	context.files.append(AnswerFile(made.filename, "application/pdf", made.pdf))
	context.note.read(name=made.name, rows=1)
	return {
		"doctype": access.doctype,
		"name": made.name,
		"format": made.format,
		"file": made.filename,
		"bytes": len(made.pdf),
	}


tool = Tool(
	name="print_document",
	title="Print document",
	description="A document as PDF.",
	perform=perform,
	input_schema=object_schema(
		{
			"doctype": DOCTYPE,
			"name": NAME,
			"format": {"type": "string", "maxLength": 140, "description": "Print format"},
		},
		required=("doctype", "name"),
	),
	output_schema=answer_schema(
		{
			"doctype": {"type": "string"},
			"name": {"type": "string"},
			"format": {"type": "string"},
			"file": {"type": "string"},
			"bytes": {"type": "integer"},
		},
		required=("doctype", "name", "format", "file", "bytes"),
	),
	operations=(PRINT,),
	transaction=Transaction.UNDONE,
)
