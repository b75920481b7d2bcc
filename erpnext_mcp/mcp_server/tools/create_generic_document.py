"""create_generic_document: a new document, with the rows of its tables."""

from typing import Any

from erpnext_mcp.documents import idempotency
from erpnext_mcp.documents.mapping import mapped
from erpnext_mcp.documents.read import get_document
from erpnext_mcp.documents.write import create
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import ADDS, Tool, Transaction, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, NAME
from erpnext_mcp.mcp_server.writing import DATA, DRY_RUN, carried_out
from erpnext_mcp.policy.change import parse_change
from erpnext_mcp.policy.operations import CREATE, READ

NOT_PAYLOAD = frozenset({"idempotency_key", "dry_run"})


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	access = context.access
	change = parse_change(arguments["data"], access.fields, creating=True, takes_name=access.takes_name)
	context.note.wrote(fields=change.fieldnames)
	key = "" if arguments["dry_run"] else arguments.get("idempotency_key", "")
	if key:
		payload = {k: v for k, v in arguments.items() if k not in NOT_PAYLOAD}
		earlier = idempotency.repeated(access.user, context.tool_name, key, payload)
		if earlier is not None:
			context.note.wrote(name=earlier)
			context.note.reason = "a repeated idempotency key: answered with the document of the first call"
			return again(context, earlier)

	def work() -> dict[str, Any]:
		template = None
		if source := arguments.get("source"):
			template = mapped(context.grant.access(source["doctype"], READ), source["name"], access.doctype)
		return create(access, change, template)

	answer = carried_out(context, arguments, "", work)
	context.note.wrote(name=answer["name"])
	if key:
		idempotency.keep(access.user, context.tool_name, key, access.doctype, answer["name"])
	return answer


def again(context: Context, name: str) -> dict[str, Any]:
	"""The document of the first call as the caller may read it today (T71)."""
	if READ not in context.access.operations:
		return {"doctype": context.access.doctype, "name": name, "repeated": True}
	return {**get_document(context.access, name), "repeated": True}


tool = Tool(
	name="create_generic_document",
	title="Create document",
	description="Creates a document. dry_run shows the result and undoes it.",
	perform=perform,
	input_schema=object_schema(
		{
			"doctype": DOCTYPE,
			"data": {**DATA, "description": "Values by fieldname; tables as arrays of rows"},
			"source": {
				**object_schema({"doctype": DOCTYPE, "name": NAME}, required=("doctype", "name")),
				"description": "From make_mapped_document",
			},
			"dry_run": DRY_RUN,
			"idempotency_key": {
				"type": "string",
				"minLength": 1,
				"maxLength": 140,
				"description": "Repeats give the first result",
			},
		},
		required=("doctype", "data"),
	),
	output_schema=answer_schema(
		{
			"doctype": {"type": "string"},
			"name": {"type": "string"},
			"document": {"type": "object"},
			"version": {"type": "string"},
			"overridden": {"type": "array", "items": {"type": "object"}},
			"dry_run": {"type": "boolean"},
		},
		required=("doctype", "name"),
	),
	operations=(CREATE,),
	transaction=Transaction.WRITE,
	annotations=ADDS,
)
