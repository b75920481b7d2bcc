"""Several documents in one call: one transaction, one audit entry for each of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from erpnext_mcp.documents.side_effects import check_dry_run
from erpnext_mcp.errors import CallError
from erpnext_mcp.mcp_server import asking
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.policy.profile import BULK

MOST = 50
SHORT = ("name", "version", "overridden", "changed")


def in_bulk(
	context: Context,
	arguments: dict[str, Any],
	one: Callable[[dict[str, Any]], dict[str, Any]],
	names: Sequence[str] = (),
) -> dict[str, Any]:
	"""Does one thing after the other; the first that is refused refuses all, and says which it is.

	:param one: gives the answer for one of `arguments["documents"]`
	:param names: of documents that there are already
	:returns: `{doctype, results[], dry_run?}`
	:raises CallError: with `position` among its details, from 0
	:raises Cancelled: nobody waits for the rest
	"""
	doctype, dry_run, documents = context.access.doctype, arguments["dry_run"], arguments["documents"]
	if dry_run:
		check_dry_run(doctype)
	else:
		asking.require(context, arguments, BULK, *names)
	results, fields = [], []
	for position, document in enumerate(documents):
		try:
			results.append(one(document))
		except CallError as e:
			e.message = f"documents[{position}]: {e.message}"
			e.details["position"] = position
			raise
		fields += context.note.field_names
		if dry_run:
			results[-1].pop("version", None)
		context.progress(len(results), len(documents))
	context.note.written = [result["name"] for result in results]
	context.note.wrote(fields=list(dict.fromkeys(fields)))
	context.note.row_count = len(results)
	return {"doctype": doctype, "results": results, **({"dry_run": True} if dry_run else {})}


def units(arguments: Mapping[str, Any]) -> int:
	"""What a bulk call counts for in the limits: a write for each document, whatever else is wrong with it."""
	documents = arguments.get("documents")
	return min(max(1, len(documents)), MOST) if isinstance(documents, list) else 1


def short(answer: dict[str, Any]) -> dict[str, Any]:
	"""An answer without the document: fifty of them are too much to read."""
	return {k: v for k, v in answer.items() if k in SHORT and v not in ([], {})}
