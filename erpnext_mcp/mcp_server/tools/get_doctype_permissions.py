"""get_doctype_permissions: what the caller may do with a DocType, down to its fields."""

from typing import Any

from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE
from erpnext_mcp.policy.describe import restrictions
from erpnext_mcp.policy.operations import CREATE, OPERATIONS, READ, UPDATE

NAMES = {"type": "array", "items": {"type": "string"}}


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	access = context.access
	may_write = bool(access.operations & {CREATE, UPDATE})
	fields = access.fields
	return {
		"doctype": access.doctype,
		"operations": [o for o in OPERATIONS if o in access.operations],
		"fields": {
			"readable": fields.readable,
			"writable": fields.writable if may_write else [],
			"masked": fields.masked,
		},
		**restrictions(access, context.grant.profile.rules[access.doctype]),
	}


tool = Tool(
	name="get_doctype_permissions",
	title="Get DocType permissions",
	description="Your operations, readable and writable fields, and conditions to keep.",
	perform=perform,
	input_schema=object_schema({"doctype": DOCTYPE}, required=("doctype",)),
	output_schema=answer_schema(
		{
			"doctype": {"type": "string"},
			"operations": NAMES,
			"fields": answer_schema(
				{"readable": NAMES, "writable": NAMES, "masked": NAMES},
				required=("readable", "writable", "masked"),
			),
			"conditions": {"type": "array", "items": {"type": "object"}},
			"row_filter": {"type": "array", "items": {"type": "array", "items": {}}},
			"other_restrictions": {"type": "boolean"},
		},
		required=("doctype", "operations", "fields"),
	),
	operations=(READ,),
)
