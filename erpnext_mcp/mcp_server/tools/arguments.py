"""Arguments that several tools share, so that they mean the same everywhere."""

from typing import Any

from erpnext_mcp.errors import InvalidArguments
from erpnext_mcp.mcp_server.context import Context

DOCTYPE: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 140}
NAME: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 255}
"""The exact name (ID) of a document. Said once, in get_generic_document: a model reads the whole list."""
REPORT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 140}
FIELDS: dict[str, Any] = {
	"type": "array",
	"items": {"type": "string", "maxLength": 140},
	"maxItems": 200,
}
FILTERS: dict[str, Any] = {
	"type": ["object", "array", "string"],
	"items": {},
}
"""The shapes are described by list_generic_documents, which whoever has one of the others has too."""


def limit_of(context: Context, arguments: dict[str, Any]) -> int:
	"""How many rows a call may have.

	:raises InvalidArguments: it asks for more than the rule and the settings allow
	"""
	most = context.access.max_rows
	limit = int(arguments.get("limit", min(context.settings.default_page_size, most)))
	if limit > most:
		raise InvalidArguments(
			f"limit: at most {most} rows a call.", "Ask for the next rows with offset, or narrow the filters."
		)
	return limit
