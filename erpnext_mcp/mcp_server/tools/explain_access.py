"""explain_access: whether something would be allowed, and which layer says no."""

from typing import Any

from erpnext_mcp.documents.read import may
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, NAME
from erpnext_mcp.policy import explain
from erpnext_mcp.policy.operations import CREATE, FRAPPE_PERMISSION, OPERATIONS


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	doctype, operation = arguments["doctype"], arguments["operation"]
	context.note.reference_doctype = doctype
	context.note.reference_name = arguments.get("name", "")
	access, answer = explain.explain_operation(context.grant, doctype, operation)
	if access is None:
		return answer
	if "fieldname" in arguments:
		about_field = explain.explain_field(access, arguments["fieldname"])
		if about_field is not None and not about_field["allowed"]:
			return about_field
		answer = about_field or answer
	if "name" in arguments and operation != CREATE:
		refusal = may(access, arguments["name"], FRAPPE_PERMISSION[operation])
		if refusal is not None:
			return {
				"allowed": False,
				"layer": explain.DOCUMENT,
				"reason": refusal.message,
				"hint": refusal.hint,
			}
	return answer | explain.explain_conditions(context.grant, access)


tool = Tool(
	name="explain_access",
	title="Explain access",
	description="Whether an operation would be allowed, and if not, why.",
	perform=perform,
	input_schema=object_schema(
		{
			"doctype": DOCTYPE,
			"operation": {"type": "string", "enum": list(OPERATIONS)},
			"name": NAME,
			"fieldname": {"type": "string", "minLength": 1, "maxLength": 140},
		},
		required=("doctype", "operation"),
	),
	output_schema=answer_schema(
		{
			"allowed": {"type": "boolean"},
			"layer": {"type": "string", "enum": ["doctype", "operation", "fields", "document"]},
			"reason": {"type": "string"},
			"hint": {"type": "string"},
			"conditions": {"type": "array", "items": {"type": "object"}},
			"row_filter": {"type": "array", "items": {"type": "array", "items": {}}},
			"other_restrictions": {"type": "boolean"},
		},
		required=("allowed", "layer", "reason"),
	),
)
