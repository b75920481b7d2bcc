"""read_attachment: one file of a document: texts a page at a time, everything else as it is."""

from typing import Any

from erpnext_mcp.documents import attachments
from erpnext_mcp.documents.attachments import TEXT_PAGE
from erpnext_mcp.mcp_server.context import AnswerFile, Context
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, NAME
from erpnext_mcp.policy.operations import ATTACHMENTS


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	file = arguments["file"]
	context.note.read(name=arguments["name"], fields=[f"File {file}"])
	content = attachments.read_attachment(context.access, arguments["name"], file)
	context.note.row_count = 1
	answer: dict[str, Any] = {
		"file": file,
		"file_name": content.file_name,
		"mime_type": content.mime_type,
		"size": len(content.data),
	}
	if content.text is None:
		context.files.append(AnswerFile(content.file_name, content.mime_type, content.data))
		return answer
	end = arguments["offset"] + TEXT_PAGE
	answer["text"] = content.text[arguments["offset"] : end]
	answer["truncated"] = end < len(content.text)
	if answer["truncated"]:
		answer["next_offset"] = end
	return answer


tool = Tool(
	name="read_attachment",
	title="Read attachment",
	description="The content of an attached file: text, or the file itself.",
	perform=perform,
	input_schema=object_schema(
		{
			"doctype": DOCTYPE,
			"name": NAME,
			"file": {
				"type": "string",
				"minLength": 1,
				"maxLength": 140,
				"description": "From list_attachments",
			},
			"offset": {"type": "integer", "minimum": 0, "maximum": 10_000_000, "default": 0},
		},
		required=("doctype", "name", "file"),
	),
	output_schema=answer_schema(
		{
			"file": {"type": "string"},
			"file_name": {"type": "string"},
			"mime_type": {"type": "string"},
			"size": {"type": "integer"},
			"text": {"type": "string"},
			"truncated": {"type": "boolean"},
			"next_offset": {"type": "integer"},
		},
		required=("file", "file_name", "mime_type", "size"),
	),
	operations=(ATTACHMENTS,),
)
