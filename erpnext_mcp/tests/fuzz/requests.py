"""Random requests to the endpoint: from bytes that are nothing to calls that are nearly right.

Everything is read from drawn bytes (`Dice`), which is faster than drawing each choice; zeros give the plainest request.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from erpnext_mcp.tests.endpoint import META, MODERN
from erpnext_mcp.tests.noninterference.strategies import Dice

MOST_BYTES = 160

METHODS = (
	"tools/call",
	"tools/call",
	"tools/call",
	"tools/list",
	"resources/read",
	"resources/list",
	"resources/templates/list",
	"prompts/get",
	"prompts/list",
	"completion/complete",
	"initialize",
	"ping",
	"server/discover",
	"logging/setLevel",
	"subscriptions/listen",
	"notifications/initialized",
	"notifications/cancelled",
	"sampling/createMessage",
	"tasks/get",
	"rpc.discover",
	"",
	"tools/call\n",
	"TOOLS/CALL",
	"../tools/list",
	5,
	None,
)
TEXTS = (
	"Customer",
	"name",
	"",
	"Territory",
	"User",
	"Sales Order",
	"MCP Alpha",
	"customer_name asc",
	"%",
	"' or 1=1 --",
	"`tabUser`.`api_secret`",
	"../../../etc/passwd",
	"{{ frappe.db }}",
	"<script>alert(1)</script>",
	"a\x00b",
	"\r\nX-Injected: 1",
	"\u202eevil\u200b",
	"\U0001f4a9",
	"\ud800",
	"é" * 300,
	"x" * 5000,
	"1e999",
	"9" * 400,
	"2024-02-30",
	"erpnext://doctype/Customer",
	"erpnext://document/Customer/MCP%20Alpha",
	"erpnext://%zz/../..",
	"file:///etc/passwd",
	"__proto__",
	"create update",
	'{"name": "x"}',
	"[",
)
NUMBERS = (0, 1, 5, -1, 2**31, 2**63, -(2**63) - 1, 10**30, 10**320, 0.5, -0.0, 1e308, 5e-324)
LITERALS = (
	"NaN",
	"Infinity",
	"-Infinity",
	"1e999",
	"-1e999",
	"01",
	"1.",
	"'x'",
	"undefined",
	"\\ud800",
	"0x1",
)
TOOLS = (
	"list_generic_documents",
	"get_generic_document",
	"search_generic_documents",
	"count_generic_documents",
	"aggregate_generic_documents",
	"get_doctype_schema",
	"get_doctype_permissions",
	"explain_access",
	"list_doctypes",
	"test_connection",
	"get_system_info",
	"create_generic_document",
	"update_generic_document",
	"delete_generic_document",
	"submit_generic_document",
	"cancel_generic_document",
	"amend_generic_document",
	"bulk_create_documents",
	"bulk_update_documents",
	"apply_workflow_action",
	"make_mapped_document",
	"run_report",
	"get_report_info",
	"print_document",
	"list_attachments",
	"read_attachment",
	"add_comment",
	"assign",
	"get_linked_documents",
	"get_pending_approvals",
	"tools/list",
	"resources/list",
	"no_such_tool",
	"",
)
ARGUMENTS = (
	"doctype",
	"name",
	"fields",
	"filters",
	"or_filters",
	"order_by",
	"limit",
	"offset",
	"data",
	"documents",
	"search_term",
	"aggregates",
	"group_by",
	"operation",
	"fieldname",
	"expected_version",
	"idempotency_key",
	"source",
	"remove",
	"report",
	"format",
	"action",
	"text",
	"users",
	"cmd",
	"x",
)
OPERATORS = ("=", "in", "like", "between", "is", ">", "descendants of", "regexp", "not in", "", 5, None)
VERSIONS = (
	None,
	None,
	"2025-11-25",
	"2025-11-25",
	MODERN,
	MODERN,
	MODERN,
	"2024-11-05",
	"2099-01-01",
	"",
	"é",
)
TYPES = (
	"application/json",
	"application/json",
	"application/json; charset=utf-16",
	"application/json; charset=nonsense",
	"application/json; boundary=x",
	"text/plain",
	"application/x-www-form-urlencoded",
	"multipart/form-data; boundary=x",
	"multipart/form-data",
	"application/vnd.api+json",
	"x",
	"",
)
ACCEPTS = (
	"application/json, text/event-stream",
	"application/json",
	"*/*",
	"text/event-stream",
	"text/html",
	"application/json;q=nonsense, text/event-stream;q=-1",
	";;;,",
	None,
)
QUERIES = (
	"",
	"",
	"",
	"readonly=1",
	"readonly=maybe",
	"doctypes=Customer",
	"doctypes=%ff%fe",
	"tools=generic&tools=own",
	"cmd=ping",
	"doctypes[]=x&&&=",
	"%zz",
	"_=1",
)
ODD_HEADERS = (
	("Origin", "null"),
	("Origin", "http://["),
	("Origin", "https://evil.example"),
	("X-Forwarded-For", "not an address, 1.2.3.4"),
	("X-Forwarded-For", "[::"),
	("X-Forwarded-Host", "evil.example"),
	("X-Forwarded-Proto", "gopher"),
	("X-HTTP-Method-Override", "DELETE"),
	("Content-Encoding", "gzip"),
	("Cookie", "sid=Administrator; system_user=yes"),
	("Cookie", "sid=" + "x" * 3000),
	("X-Frappe-CSRF-Token", "x"),
	("X-Requested-With", "XMLHttpRequest"),
	("Accept-Language", "xx-nonsense, *;q=?"),
	("X-MCP-Doctypes", "Customer,,\xff"),
	("X-MCP-Readonly", "perhaps"),
	("Mcp-Session-Id", "x"),
	("Last-Event-ID", "1"),
	("Mcp-Name", "=?base64?%%%?="),
	("Mcp-Method", "ping"),
	("Frappe-Authorization-Source", "User"),
	("Frappe-Authorization-Source", "Customer"),
	("Frappe-Authorization-Source", "nonsense"),
	("If-Modified-Since", "yesterday"),
	("Range", "bytes=5-1"),
)
CREDENTIALS = (
	"token {key}",
	"token {key}",
	"token {key}",
	"token {key}",
	"token {key}",
	"token {key}",
	"token wrong:wrong",
	"token {key}:",
	"Bearer {key}",
	"Bearer \xff",
	"Basic {key}",
	"Basic " + "=" * 50,
	"token",
	"token :",
	"Negotiate x",
	"",
	None,
)
"""How a caller may say who he is, `{key}` being what is right."""


@dataclass(frozen=True)
class Request:
	"""A POST to the endpoint. A header that is None is left out."""

	body: bytes = b""
	headers: dict[str, str | None] = field(default_factory=dict)
	query: str = ""


def requests() -> st.SearchStrategy[Request]:
	"""Any request."""
	return st.binary(max_size=MOST_BYTES).map(lambda drawn: request(Dice(drawn), drawn))


def request(dice: Dice, drawn: bytes) -> Request:
	version = dice.pick(VERSIONS)
	message = dice.pick((_call, _call, _call, _call, _message, _message, _value, _raw))
	if message is _raw:
		body, head = drawn[1:], None
	else:
		head = message(dice, version)
		body = _encoded(dice, head)
	headers: dict[str, str | None] = {
		"Content-Type": dice.pick(TYPES) if dice.pick(range(5)) == 4 else "application/json",
		"Accept": ACCEPTS[0] if dice.often() else dice.pick(ACCEPTS),
		"Authorization": dice.pick(CREDENTIALS),
		"MCP-Protocol-Version": version,
	}
	if version == MODERN and isinstance(head, dict) and dice.often():
		params = head.get("params")
		headers["Mcp-Method"] = _header(head.get("method"))
		headers["Mcp-Name"] = (
			_header(params.get("name", params.get("uri"))) if isinstance(params, dict) else None
		)
	if dice.pick(range(4)) == 3:
		headers.update([dice.pick(ODD_HEADERS), dice.pick(ODD_HEADERS)])
	return Request(body, headers, dice.pick(QUERIES))


def _header(value: Any) -> str | None:
	return value if isinstance(value, str) and value.isascii() and value.isprintable() else None


def _raw(dice: Dice, version: Any) -> Any:
	raise NotImplementedError


def _call(dice: Dice, version: Any) -> dict[str, Any]:
	"""A call of a tool, or a request that names what there may be."""
	method = dice.pick(
		("tools/call", "tools/call", "tools/call", "resources/read", "prompts/get", "completion/complete")
	)
	params: dict[str, Any]
	if method == "tools/call":
		params = {
			"name": dice.pick(TOOLS),
			"arguments": {
				"doctype": "Customer" if dice.often() else dice.pick(TEXTS),
				**{dice.pick(ARGUMENTS): _argument(dice) for _ in range(dice.pick(range(4)))},
			},
		}
	elif method == "resources/read":
		params = {"uri": dice.pick(TEXTS)}
	elif method == "prompts/get":
		params = {"name": dice.pick(TEXTS), "arguments": {dice.pick(TEXTS): dice.pick(TEXTS)}}
	else:
		ref = dice.pick(
			(
				{"type": "ref/resource", "uri": "erpnext://document/{doctype}/{name}"},
				{"type": "ref/prompt", "name": "x"},
				{},
			)
		)
		params = {
			"ref": ref,
			"argument": {"name": dice.pick(("doctype", "name", "x")), "value": dice.pick(TEXTS)},
		}
	if version == MODERN:
		params["_meta"] = {META + "protocolVersion": MODERN, META + "clientCapabilities": {}}
	elif not dice.often():
		params["_meta"] = {"progressToken": dice.pick((1, "x", None, {}))}
	return {
		"jsonrpc": "2.0",
		"id": dice.pick((1, "x", 0, "é", "\ud800", 10**30)),
		"method": method,
		"params": params,
	}


def _argument(dice: Dice) -> Any:
	if dice.often():
		return _value(dice, None)
	return dice.pick(
		(
			[[dice.pick(TEXTS), dice.pick(OPERATORS), _value(dice, None)]],
			{dice.pick(TEXTS): [dice.pick(OPERATORS), _value(dice, None)]},
			["customer_name", dice.pick(TEXTS)],
			[{"function": "count", "field": dice.pick(TEXTS), "as": dice.pick(TEXTS)}],
			{"customer_name": _value(dice, None), "territory": _value(dice, None)},
			[{"customer_name": _value(dice, None)}],
		)
	)


def _message(dice: Dice, version: Any) -> dict[str, Any]:
	"""Something like a JSON-RPC message."""
	message = {
		"jsonrpc": dice.pick(("2.0", "2.0", "2.0", "2.0", "1.0", 2, None)),
		"id": dice.pick((1, "x", None, True, 1.5, {}, [], "y" * 300, 10**300, -(10**30))),
		"method": dice.pick(METHODS),
		"params": _value(dice, None),
	}
	for name in ("params", "id", "method", "jsonrpc"):
		if dice.pick(range(8)) == 7:
			del message[name]
	if dice.pick(range(8)) == 7:
		message[dice.pick(("cmd", "result", "error", "doctype", "data", "_"))] = _value(dice, None)
	return message


def _value(dice: Dice, version: Any, depth: int = 0) -> Any:
	"""Any JSON."""
	kind = dice.pick(("text", "object", "number", "list", "constant", "text", "deep"))
	if kind == "deep" and depth == 0:
		value: Any = dice.pick(TEXTS)
		for _ in range(dice.pick((10, 50, 100, 200))):
			value = [value] if dice.pick((True, False)) else {"a": value}
		return value
	if kind == "object" and depth < 3:
		return {
			dice.pick((*ARGUMENTS, *TEXTS)): _value(dice, None, depth + 1) for _ in range(dice.pick(range(4)))
		}
	if kind == "list" and depth < 3:
		return [_value(dice, None, depth + 1) for _ in range(dice.pick(range(4)))]
	if kind == "number":
		return dice.pick(NUMBERS)
	if kind == "constant":
		return dice.pick((None, True, False))
	return dice.pick(TEXTS)


def _encoded(dice: Dice, message: Any) -> bytes:
	"""As JSON, and sometimes not quite."""
	text = json.dumps(message, ensure_ascii=dice.pick((True, False)))
	match dice.pick(range(24)):
		case 17:
			text = text.replace('"x"', dice.pick(LITERALS), 1)
		case 18:
			text = text[: len(text) // 2]
		case 19:
			text = text.replace("{", '{"id": 1, ', 1)
		case 20:
			return text.encode("utf-16", "surrogatepass")
		case 21:
			return b"\xef\xbb\xbf" + text.encode("utf-8", "surrogatepass")
		case 22:
			text = f"[{text}]"
		case 23:
			text += dice.pick((" ", "\x00", "}", "[]", text))
	return text.encode("utf-8", "surrogatepass")
