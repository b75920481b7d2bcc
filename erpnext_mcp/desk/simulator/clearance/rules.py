"""The rule of each tool."""

from collections.abc import Callable

from erpnext_mcp.desk.simulator.clearance import reading, writing
from erpnext_mcp.desk.simulator.clearance.case import Case, Clearance
from erpnext_mcp.mcp_server.registry import LIST_TOOLS, TOOLS

_BY_TOOL: dict[str, Callable[[Case], Clearance]] = {
	"test_connection": reading.everything,
	"get_system_info": reading.parts,
	"list_doctypes": reading.everything,
	"get_doctype_permissions": reading.parts,
	"get_doctype_schema": reading.everything,
	"explain_access": reading.explain,
	"list_generic_documents": reading.some,
	"get_generic_document": reading.get,
	"search_generic_documents": reading.search,
	"count_generic_documents": reading.some,
	"aggregate_generic_documents": reading.aggregate,
	"create_generic_document": writing.create,
	"make_mapped_document": writing.mapped,
	"update_generic_document": writing.update,
	"delete_generic_document": writing.step,
	"submit_generic_document": writing.step,
	"cancel_generic_document": writing.step,
	"amend_generic_document": writing.step,
	"apply_workflow_action": writing.step,
	"bulk_create_documents": writing.bulk_create,
	"bulk_update_documents": writing.bulk_update,
	"get_linked_documents": reading.linked,
	"get_pending_approvals": reading.approvals,
	"get_report_info": reading.parts,
	"run_report": reading.report,
	"print_document": reading.printed,
	"list_attachments": reading.attachments,
	"read_attachment": reading.attachments,
	"add_comment": writing.remark,
	"assign": writing.remark,
}
RULES: dict[Callable, Callable[[Case], Clearance]] = {
	LIST_TOOLS.perform: reading.everything,
	**{TOOLS[name].perform: rule for name, rule in _BY_TOOL.items()},
}
"""By what a tool does, so that a DocType's own tools have the rule of the generic one."""
