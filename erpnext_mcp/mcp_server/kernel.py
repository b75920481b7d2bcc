"""Drives the official SDK's kernel on the thread that Frappe runs on: no event loop, no other thread, no ASGI.

`ServerRunner.on_request` is a coroutine that never waits unless a handler does, and ours don't: it is sent to its end
here and now, with `frappe.local` as it is. Measured against the alternatives: DESIGN decision in docs/decisions.md.
"""

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
from mcp.server.connection import Connection
from mcp.server.models import InitializationOptions
from mcp.server.runner import ServerRunner
from mcp.shared.exceptions import MCPError, NoBackChannelError
from mcp.shared.inbound import ERROR_CODE_HTTP_STATUS
from mcp.shared.message import ServerMessageMetadata
from mcp.shared.transport_context import TransportContext
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, ErrorData
from pydantic import ValidationError

from erpnext_mcp.mcp_server.caller import Caller
from erpnext_mcp.mcp_server.server import get_server, initialization_options


@dataclass
class Exchange:
	"""The `mcp.shared.dispatcher.DispatchContext` of one request that is answered at once.

	There is no channel back to the client: requests to it are refused, notifications are dropped.
	"""

	transport: TransportContext
	request_id: str | int
	message_metadata: ServerMessageMetadata
	progress_token: str | int | None = None
	cancel_requested: anyio.Event = field(default_factory=anyio.Event)
	can_send_request: bool = False

	async def send_raw_request(self, method: str, params: Any, opts: Any = None) -> dict[str, Any]:
		raise NoBackChannelError(method)

	async def notify(self, method: str, params: Any, opts: Any = None) -> None:
		return None

	async def progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
		return None


@dataclass(frozen=True)
class Reply:
	"""A JSON-RPC response and the HTTP status that belongs to it in the 2026-07-28 protocol."""

	body: dict[str, Any]
	status: int = 200


def serve(
	caller: Caller,
	connection: Connection,
	request_id: str | int,
	method: str,
	params: Mapping[str, Any] | None,
	headers: Mapping[str, str],
) -> Reply:
	"""Answers one JSON-RPC request.

	:param connection: made from the request's envelope (2026-07-28) or for its handshake revision
	:param headers: with lower-case names
	:raises RuntimeError: a handler waited for something, which can't be served here
	"""
	server = get_server()
	options: InitializationOptions = initialization_options()
	exchange = Exchange(
		TransportContext(kind=caller.transport, can_send_request=False, headers=headers),
		request_id,
		ServerMessageMetadata(request_context=caller),
	)
	runner = ServerRunner(server, connection, {}, init_options=options)
	try:
		result = drive(runner.on_request(exchange, method, params))
	except Exception as e:
		error = error_data(e)
		body = {
			"jsonrpc": "2.0",
			"id": request_id,
			"error": error.model_dump(by_alias=True, mode="json", exclude_none=True),
		}
		return Reply(body, ERROR_CODE_HTTP_STATUS.get(error.code, 200))
	return Reply({"jsonrpc": "2.0", "id": request_id, "result": result})


def drive(coroutine: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
	"""Runs a coroutine that does not wait to its end and returns its value."""
	try:
		coroutine.send(None)
	except StopIteration as done:
		return done.value
	coroutine.close()
	raise RuntimeError("an MCP handler waited for something; this transport has no event loop")


def error_data(error: Exception) -> ErrorData:
	"""The JSON-RPC error for what the kernel raised; anything unforeseen keeps its words to itself (T43)."""
	if isinstance(error, MCPError):
		return error.error
	if isinstance(error, ValidationError):
		return ErrorData(code=INVALID_PARAMS, message="Invalid request parameters")
	import frappe

	frappe.logger("mcp").error("the MCP kernel failed", exc_info=True)
	return ErrorData(code=INTERNAL_ERROR, message="Internal error")
