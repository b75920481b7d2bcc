"""Drives the official SDK's kernel on the thread that Frappe runs on: no event loop, no other thread, no ASGI.

`ServerRunner.on_request` is a coroutine that never waits unless a handler does, and ours don't: it is sent to its end
here and now, with `frappe.local` as it is. Measured against the alternatives: DESIGN decision in docs/decisions.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
from mcp.server.connection import Connection
from mcp.server.runner import ServerRunner
from mcp.shared.exceptions import MCPError, NoBackChannelError
from mcp.shared.inbound import ERROR_CODE_HTTP_STATUS
from mcp.shared.message import ServerMessageMetadata
from mcp.shared.transport_context import TransportContext
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, ErrorData
from pydantic import ValidationError

from erpnext_mcp.mcp_server import server as protocol
from erpnext_mcp.mcp_server.at_once import run
from erpnext_mcp.mcp_server.caller import Caller
from erpnext_mcp.mcp_server.streaming import Emit


@dataclass
class Exchange:
	"""The `mcp.shared.dispatcher.DispatchContext` of one request that is answered at once.

	Requests to the client are refused: there is no way for it to answer. Notifications are dropped unless there is `emit`.
	"""

	transport: TransportContext
	request_id: str | int
	message_metadata: ServerMessageMetadata
	emit: Emit | None = None
	progress_token: str | int | None = None
	cancel_requested: anyio.Event = field(default_factory=anyio.Event)
	can_send_request: bool = False
	reached: float = -1
	"""The progress that the client knows of."""

	async def send_raw_request(self, method: str, params: Any, opts: Any = None) -> dict[str, Any]:
		raise NoBackChannelError(method)

	async def notify(self, method: str, params: Any, opts: Any = None) -> None:
		if self.emit is not None:
			self.emit({"jsonrpc": "2.0", "method": method, "params": dict(params or {})})

	async def progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
		# It must increase (MCP, Progress), and a call that is tried again begins anew.
		if self.progress_token is None or progress <= self.reached:
			return
		self.reached = progress
		params = {
			"progressToken": self.progress_token,
			"progress": progress,
			"total": total,
			"message": message,
		}
		await self.notify(
			"notifications/progress", {name: value for name, value in params.items() if value is not None}
		)


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
	emit: Emit | None = None,
) -> Reply:
	"""Answers one JSON-RPC request.

	:param connection: made from the request's envelope (2026-07-28) or for its handshake revision
	:param headers: with lower-case names
	:param emit: None where the transport can send nothing but the answer
	"""
	exchange = Exchange(
		TransportContext(kind=caller.transport, can_send_request=False, headers=headers),
		request_id,
		ServerMessageMetadata(request_context=caller),
		emit,
		protocol.progress_token(params),
	)
	try:
		runner = ServerRunner(
			protocol.get_server(), connection, {}, init_options=protocol.initialization_options()
		)
		result = run(runner.on_request(exchange, method, params))
	except Exception as e:
		error = error_data(e)
		body = {
			"jsonrpc": "2.0",
			"id": request_id,
			"error": error.model_dump(by_alias=True, mode="json", exclude_none=True),
		}
		return Reply(body, ERROR_CODE_HTTP_STATUS.get(error.code, 200))
	return Reply({"jsonrpc": "2.0", "id": request_id, "result": result})


def error_data(error: Exception) -> ErrorData:
	"""The JSON-RPC error for what the kernel raised; anything unforeseen keeps its words to itself (T43)."""
	if isinstance(error, MCPError):
		return error.error
	if isinstance(error, ValidationError):
		return ErrorData(code=INVALID_PARAMS, message="Invalid request parameters")
	import frappe

	frappe.logger("mcp").error("the MCP kernel failed", exc_info=True)
	return ErrorData(code=INTERNAL_ERROR, message="Internal error")
