"""What the tools that write have in common: dry runs, links that stand against something, what the audit keeps."""

from collections.abc import Callable
from typing import Any

from erpnext_mcp.access import Access
from erpnext_mcp.documents.ledger import known_entries, ledger_entries
from erpnext_mcp.documents.links import linking_documents
from erpnext_mcp.documents.side_effects import check_dry_run
from erpnext_mcp.mcp_server import asking
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import answer_schema, object_schema
from erpnext_mcp.mcp_server.tools.arguments import DOCTYPE, NAME
from erpnext_mcp.policy.operations import READ

DRY_RUN: dict[str, Any] = {"type": "boolean", "default": False}
EXPECTED_VERSION: dict[str, Any] = {"type": "string", "maxLength": 2000}
DATA: dict[str, Any] = {"type": "object"}
REMOVE: dict[str, Any] = {
	"type": "object",
	"additionalProperties": {"type": "array", "items": {"type": "string"}, "maxItems": 500},
}
LINKING_SHOWN = 20

STEP_ARGUMENTS = object_schema(
	{"doctype": DOCTYPE, "name": NAME, "expected_version": EXPECTED_VERSION, "dry_run": DRY_RUN},
	required=("doctype", "name"),
)
"""What every step in the life of a document takes."""


def step_answer(**members: Any) -> dict[str, Any]:
	"""The schema of what such a step answers.

	:param members: what this one has beside the rest
	"""
	return answer_schema(
		{
			"doctype": {"type": "string"},
			"name": {"type": "string"},
			**members,
			"done": {"type": "boolean"},
			"dry_run": {"type": "boolean"},
		},
		required=("doctype", "name", "done"),
	)


def carried_out(
	context: Context,
	arguments: dict[str, Any],
	name: str,
	work: Callable[[], dict[str, Any]],
	workflow: str = "",
) -> dict[str, Any]:
	"""Does what a tool is there for; for a dry run with what it would write to ledgers.

	:param name: of the document; empty where it is yet to be created
	:param work: gives the answer
	:param workflow: the workflow whose action this is
	:returns: the answer; a dry run has `dry_run: true`, no `version` and, where there are any, `ledger_entries`
	:raises CallError: a person has to agree first, or did not
	:raises Unsupported: a dry run of this DocType could not be undone
	"""
	if not arguments["dry_run"]:
		operation = context.note.operation or context.access.operation
		asking.require(context, arguments, operation, *([name] if name else []))
		return work()
	doctype = context.access.doctype
	check_dry_run(doctype, workflow)
	known = known_entries(doctype, name, access_to_read(context)) if name else frozenset()
	answer = work()
	entries = ledger_entries(doctype, answer["name"], access_to_read(context), known)
	# The state that it would be the version of is undone.
	answer.pop("version", None)
	return {**answer, **({"ledger_entries": entries} if entries else {}), "dry_run": True}


def without_document(answer: dict[str, Any]) -> dict[str, Any]:
	"""The answer of a step that is done: who wants the document again can read it. A dry run has nowhere else to show it."""
	if not answer.get("dry_run"):
		answer.pop("document", None)
	return answer


def access_to_read(context: Context) -> Callable[[str], Access | None]:
	"""The caller's access to read further DocTypes."""
	return lambda doctype: context.access_to(doctype, READ)


def linking(context: Context, name: str, *, submitted: bool = False) -> Callable[[], dict[str, Any]]:
	"""Names the documents that link to one, as far as the caller can read them (T25).

	:param submitted: only those that stand against a cancellation
	"""

	def found() -> dict[str, Any]:
		linked, has_more = linking_documents(
			context.grant.doctypes(),
			access_to_read(context),
			context.access.doctype,
			name,
			LINKING_SHOWN,
			submitted=submitted,
		)
		return {"linked": linked, "has_more": has_more}

	return found
