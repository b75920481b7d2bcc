"""make_mapped_document: what a new document would hold that ERPNext makes of another one."""

from typing import Any

from erpnext_mcp.access import Access
from erpnext_mcp.documents.mappers import all_mappers, targets_of
from erpnext_mcp.documents.mapping import as_data, mapped, no_mapper
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool, Transaction, answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, NAME
from erpnext_mcp.policy.grant import Grant
from erpnext_mcp.policy.operations import CREATE, READ


def perform(context: Context, arguments: dict[str, Any]) -> dict[str, Any]:
	source, name, target = (arguments[key] for key in ("source_doctype", "source_name", "target_doctype"))
	context.note.reference_doctype = source
	context.note.read(name=name)
	source_access, target_access = pair(context, source, target)
	doc = mapped(source_access, name, target)
	data = as_data(source_access, target_access, doc)
	context.note.read(name=name, fields=data, rows=1)
	return {"doctype": target, "data": data, "source": {"doctype": source, "name": name}}


def pair(context: Context, source: str, target: str) -> tuple[Access, Access]:
	"""The accesses to read the source and to create the target.

	:raises NotFound, NotPermitted: the source's DocType does not exist for the caller, or he may not read it
	:raises InvalidArguments: there is no way from the one to the other for him, whatever the reason (T13)
	"""
	source_access = context.grant.access(source, READ)
	ways = targets_of(source)
	target_access = context.access_to(target, CREATE) if target in ways else None
	if target_access is None:
		raise no_mapper(source, [t for t in sorted(ways) if context.access_to(t, CREATE)])
	return source_access, target_access


def available(grant: Grant) -> bool:
	"""Whether the caller may read some source and create a target of it."""
	return any(
		READ in grant.operations(source) and any(CREATE in grant.operations(target) for target in targets)
		for source, targets in all_mappers().items()
	)


tool = Tool(
	name="make_mapped_document",
	title="Make a document of another",
	description="Data and source to create what follows a document, such as the invoice of an order.",
	perform=perform,
	input_schema=object_schema(
		{"source_doctype": DOCTYPE, "source_name": NAME, "target_doctype": DOCTYPE},
		required=("source_doctype", "source_name", "target_doctype"),
	),
	output_schema=answer_schema(
		{"doctype": {"type": "string"}, "data": {"type": "object"}, "source": {"type": "object"}},
		required=("doctype", "data", "source"),
	),
	transaction=Transaction.UNDONE,
	available=available,
)
