"""The URIs of resources, and which tool reads each of them. Pure.

`erpnext://doctype/{doctype}`, `erpnext://document/{doctype}/{name}`, `erpnext://report/{name}`, every variable percent-encoded
(RFC 6570, simple expansion).
"""

from typing import Any
from urllib.parse import quote, unquote

from erpnext_mcp.errors import InvalidArguments

SCHEME = "erpnext://"
DOCTYPE = SCHEME + "doctype/{doctype}"
DOCUMENT = SCHEME + "document/{doctype}/{name}"
REPORT = SCHEME + "report/{name}"

READ_BY = {
	"doctype": ("get_doctype_schema", ("doctype",)),
	"document": ("get_generic_document", ("doctype", "name")),
	"report": ("run_report", ("report",)),
}
"""By kind, the tool and the names of the arguments that the segments are."""
LONGEST = 2000


def doctype_uri(doctype: str) -> str:
	return DOCTYPE.format(doctype=quote(doctype, safe=""))


def document_uri(doctype: str, name: str) -> str:
	return DOCUMENT.format(doctype=quote(doctype, safe=""), name=quote(name, safe=""))


def report_uri(name: str) -> str:
	return REPORT.format(name=quote(name, safe=""))


def reading(uri: str) -> tuple[str, dict[str, Any]]:
	"""The tool that reads a resource, and its arguments.

	:raises InvalidArguments: there can be no such resource
	"""
	kind, *segments = uri.removeprefix(SCHEME).split("/") if uri.startswith(SCHEME) else [""]
	tool, names = READ_BY.get(kind, ("", ()))
	if not tool or len(segments) != len(names) or not all(segments) or len(uri) > LONGEST:
		raise InvalidArguments(
			"There is no such resource.",
			f"Resources are {DOCTYPE}, {DOCUMENT} and {REPORT}, percent-encoded.",
		)
	try:
		values = [unquote(segment, errors="strict") for segment in segments]
	except UnicodeDecodeError:
		raise InvalidArguments("The URI is not percent-encoded UTF-8.") from None
	return tool, dict(zip(names, values, strict=True))
