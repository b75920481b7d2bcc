"""Answers of documents that are given again where a rule ticks *Cache Documents* (DESIGN §8).

Nothing is decided here: the access was, for this very call. An answer is found again by all that it was made from (user,
profile, arguments, what Frappe and the policy decide by), and only while no document that it depends on has changed.
"""

import json
from hashlib import sha256
from typing import Any

from erpnext_mcp.access import Access
from erpnext_mcp.documents.decided_by import decided_by, trees
from erpnext_mcp.documents.transactions import new_snapshot
from erpnext_mcp.limits import cache
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool


def perform(tool: Tool, context: Context, arguments: dict[str, Any], revision: str | None) -> dict[str, Any]:
	"""What the tool answers, kept or anew; the note is the same either way.

	:param revision: of the policy; None while it can't be known
	:raises Exception: whatever the tool raises; failures are not kept
	"""
	key = _key(tool, context, arguments, revision)
	found = cache.find(key, [context.access.doctype, *trees(context.access)]) if key else None
	if key is None or found is None:
		return tool.perform(context, arguments)
	if found.text is not None:
		kept = json.loads(found.text)
		context.note.read(name=kept["name"], fields=kept["fields"], rows=kept["rows"])
		return kept["answer"]
	# The access may have been decided in an older one than the generations are of.
	new_snapshot()
	answer = tool.perform(context, arguments)
	note = context.note
	text = json.dumps(
		{"name": note.reference_name, "fields": note.field_names, "rows": note.row_count, "answer": answer},
		ensure_ascii=False,
		allow_nan=False,
	)
	cache.keep(key, found.generation, text.encode(), context.settings.cache_ttl, context.settings.cache_size)
	return answer


def _key(tool: Tool, context: Context, arguments: dict[str, Any], revision: str | None) -> str | None:
	"""What makes two calls the same; None where nothing is to be kept."""
	access, settings = context.decided_access, context.settings
	if not tool.kept_as or access is None or not revision or not settings.caches or context.grant.is_narrowed:
		return None
	profile = context.grant.profile
	if not profile.rules[access.doctype].cache_documents:
		return None
	decisive = decided_by(access)
	if decisive is None:
		return None
	parts = [
		tool.kept_as,
		arguments,
		context.caller.user,
		profile.name,
		profile.revision,
		revision,
		settings.default_page_size,
		_decided(access),
		decisive,
	]
	return sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def _decided(access: Access) -> list[Any]:
	"""The decision, as far as reading depends on it; today's row filter among it."""
	return [
		access.doctype,
		access.operation,
		sorted(access.operations),
		access.fields.digest,
		repr(access.row_filter),
		access.max_rows,
		access.mask_scope,
	]
