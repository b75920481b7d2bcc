"""MCP's Streamable HTTP in the site's own web workers: one POST, one answer, nothing kept in between.

The answer is JSON; events only where the client asks for progress and a tool reports some.

Serves both eras on one URL: 2026-07-28, and the handshake revisions 2024-11-05 to 2025-11-25 without sessions.
"""

from collections.abc import Mapping
from typing import Any

from mcp.server.connection import Connection
from mcp.shared.inbound import (
	ERROR_CODE_HTTP_STATUS,
	InboundLadderRejection,
	classify_inbound_request,
	find_duplicated_routing_header,
)
from mcp_types import DEFAULT_NEGOTIATED_VERSION, HEADER_MISMATCH, INVALID_REQUEST, PARSE_ERROR
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from werkzeug.wrappers import Request, Response

from erpnext_mcp.errors import InvalidArguments
from erpnext_mcp.mcp_server import caller as callers
from erpnext_mcp.mcp_server import jsonrpc, kernel, streaming
from erpnext_mcp.mcp_server import server as protocol

TRANSPORT = callers.HTTP


def respond(request: Request) -> Response:
	"""The answer to one authenticated POST.

	:param request: Frappe's request; its user is `frappe.session.user`
	"""
	if request.mimetype != "application/json":
		return jsonrpc.error(415, None, INVALID_REQUEST, "Content-Type must be application/json")
	if not _accepts_json(request):
		return jsonrpc.error(406, None, INVALID_REQUEST, "Client must accept application/json")
	body = request.get_data()
	if len(body) > jsonrpc.MAX_BODY_BYTES:
		return jsonrpc.error(413, None, INVALID_REQUEST, "Request body is too large")
	try:
		message = jsonrpc.parse(body)
	except ValueError:
		return jsonrpc.error(400, None, PARSE_ERROR, "Parse error")
	if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
		return jsonrpc.error(
			400, None, INVALID_REQUEST, "Body must be a single JSON-RPC request or notification object"
		)

	headers = {name.lower(): value.strip(" \t") for name, value in request.headers.items()}
	version = headers.get("mcp-protocol-version")
	is_modern = version is not None and version not in HANDSHAKE_PROTOCOL_VERSIONS
	if "id" not in message:
		# A notification; or, in the handshake era, a client's response. Nothing waits for either here.
		if not isinstance(message.get("method"), str) and is_modern:
			return jsonrpc.error(400, None, INVALID_REQUEST, "Responses are not accepted")
		return Response(status=202)
	if "method" not in message and not is_modern:
		return Response(status=202)
	problem = jsonrpc.malformed(message)
	if problem:
		return jsonrpc.error(400, None, INVALID_REQUEST, problem)

	client_info: Any = None
	if is_modern:
		duplicated = find_duplicated_routing_header(request.headers.items())
		if duplicated:
			return jsonrpc.error(
				400, message["id"], HEADER_MISMATCH, f"{duplicated} header appears more than once"
			)
		verdict = classify_inbound_request(message, headers=headers)
		if isinstance(verdict, InboundLadderRejection):
			status = ERROR_CODE_HTTP_STATUS.get(verdict.code, 200)
			return jsonrpc.error(status, message["id"], verdict.code, verdict.message, verdict.data)
		client_info = verdict.client_info
		connection = Connection.from_envelope(
			verdict.protocol_version, client_info, verdict.client_capabilities
		)
	else:
		if message["method"] == "initialize":
			client_info = (message.get("params") or {}).get("clientInfo")
		connection = Connection.from_envelope(version or DEFAULT_NEGOTIATED_VERSION, None, None)

	method, params = message["method"], message.get("params")
	try:
		caller = callers.from_request(
			TRANSPORT,
			client_name=_client_name(client_info, headers),
			protocol_version=version or "",
			request_id=message["id"],
		)
	except InvalidArguments as e:
		return jsonrpc.error(400, message["id"], INVALID_REQUEST, e.message)

	def answer(emit: streaming.Emit | None = None) -> Response:
		reply = kernel.serve(caller, connection, message["id"], method, params, headers, emit)
		response = jsonrpc.response(reply.status if is_modern else 200, reply.body)
		retry_after = _retry_after(reply.body)
		if retry_after:
			response.headers["Retry-After"] = str(retry_after)
		return response

	if streaming.accepted_by(request) and protocol.may_report(method, params):
		return streaming.Streamed(answer)
	return answer()


def _retry_after(body: Mapping[str, Any]) -> int | None:
	"""The seconds that an error asks to wait, whichever kind of answer it came in."""
	if "error" in body:
		content = body["error"].get("data")
	else:
		content = body["result"].get("structuredContent") if body["result"].get("isError") else None
	return content.get("retry_after") if isinstance(content, Mapping) else None


def _accepts_json(request: Request) -> bool:
	return not request.headers.get("Accept") or "application/json" in request.accept_mimetypes


def _client_name(client_info: Any, headers: Mapping[str, str]) -> str:
	"""As the client says, else its User-Agent: stateless, the handshake's name is gone after it."""
	return callers.client_name(client_info) or headers.get("user-agent", "")
