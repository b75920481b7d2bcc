"""All tools there are, by name, in the order clients see them."""

from erpnext_mcp.errors import CallError
from erpnext_mcp.mcp_server.narrowing import GENERIC, OWN, Narrowing
from erpnext_mcp.mcp_server.own_tools import offer as own_tools
from erpnext_mcp.mcp_server.requests import complete, get_prompt, list_prompts, list_resources
from erpnext_mcp.mcp_server.tool import Tool
from erpnext_mcp.mcp_server.tools import (
	add_comment,
	aggregate_generic_documents,
	amend_generic_document,
	apply_workflow_action,
	assign,
	bulk_create_documents,
	bulk_update_documents,
	cancel_generic_document,
	count_generic_documents,
	create_generic_document,
	delete_generic_document,
	explain_access,
	get_doctype_permissions,
	get_doctype_schema,
	get_generic_document,
	get_linked_documents,
	get_pending_approvals,
	get_report_info,
	get_system_info,
	list_attachments,
	list_doctypes,
	list_generic_documents,
	list_tools,
	make_mapped_document,
	print_document,
	read_attachment,
	run_report,
	search_generic_documents,
	submit_generic_document,
	test_connection,
	update_generic_document,
)
from erpnext_mcp.policy.grant import Grant

LIST_TOOLS = list_tools.tool

REQUESTS: dict[str, Tool] = {
	tool.name: tool
	for tool in (
		LIST_TOOLS,
		list_resources.tool,
		list_prompts.tool,
		get_prompt.tool,
		complete.tool,
	)
}
"""Requests of the protocol that go the way of every call; no client can call them as tools."""

TOOLS: dict[str, Tool] = {
	module.tool.name: module.tool
	for module in (
		test_connection,
		get_system_info,
		list_doctypes,
		get_doctype_permissions,
		get_doctype_schema,
		explain_access,
		list_generic_documents,
		get_generic_document,
		search_generic_documents,
		count_generic_documents,
		aggregate_generic_documents,
		create_generic_document,
		make_mapped_document,
		update_generic_document,
		delete_generic_document,
		submit_generic_document,
		cancel_generic_document,
		amend_generic_document,
		apply_workflow_action,
		bulk_create_documents,
		bulk_update_documents,
		get_linked_documents,
		get_pending_approvals,
		get_report_info,
		run_report,
		print_document,
		list_attachments,
		read_attachment,
		add_comment,
		assign,
	)
}


class UnknownTool(CallError):
	"""No tool of this name. The protocol has its own error for it (-32602), so no client sees this code."""

	code = "invalid_arguments"


ANY = Narrowing()


def find(name: str, grant: Grant | None, narrowing: Narrowing = ANY) -> Tool:
	"""The tool, or the request of the protocol that goes the same way.

	:param grant: of the caller; None when no profile applies to him
	:param narrowing: what he asks for himself
	:raises UnknownTool: there is none
	"""
	if name in REQUESTS:
		return REQUESTS[name]
	tool, kind = TOOLS.get(name), GENERIC
	if tool is None and grant:
		tool, kind = own_tools.find(name, grant), OWN
	if tool is None or not _wanted(tool, kind, narrowing):
		raise UnknownTool("Unknown tool.", "Call tools/list.")
	return tool


def visible(grant: Grant | None, narrowing: Narrowing = ANY) -> list[Tool]:
	"""The tools a caller can use now, of those he wants: those without a DocType, those whose operation some DocType allows
	him, and those of one DocType."""
	if grant is None:
		return [t for t in TOOLS.values() if not t.needs_profile]
	doctypes = grant.doctypes()
	operations = {o for allowed in doctypes.values() for o in allowed}
	for_all = [
		t
		for t in TOOLS.values()
		if _wanted(t, GENERIC, narrowing)
		and (not t.operations or operations.intersection(t.operations))
		and (t.available is None or t.available(grant))
	]
	if narrowing.tools is not None and OWN not in narrowing.tools and narrowing.tools <= {GENERIC, *TOOLS}:
		return for_all  # making the others is work
	offered = own_tools.offered(grant, doctypes)
	return [*for_all, *(t for t in offered if t.name not in TOOLS and _wanted(t, OWN, narrowing))]


def _wanted(tool: Tool, kind: str, narrowing: Narrowing) -> bool:
	"""What says why nothing else works is always there."""
	return not tool.needs_profile or narrowing.shows(tool.name, kind)
