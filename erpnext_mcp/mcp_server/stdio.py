"""The stdio door: one local client, as one user of the site (MCP, stdio transport).

Whoever can run it has the bench's command line, so there is nothing to authenticate. Each message is a request of its own
to Frappe, with a new connection and a new `frappe.local`: nothing of one call is left for the next.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

import frappe
from mcp.server.connection import Connection
from mcp.shared.inbound import InboundLadderRejection, classify_inbound_request
from mcp_types import (
	CLIENT_INFO_META_KEY,
	DEFAULT_NEGOTIATED_VERSION,
	INTERNAL_ERROR,
	INVALID_REQUEST,
	PARSE_ERROR,
	PROTOCOL_VERSION_META_KEY,
)

from erpnext_mcp.errors import Cancelled
from erpnext_mcp.mcp_server import frames, jsonrpc, kernel
from erpnext_mcp.mcp_server.caller import Caller, client_name
from erpnext_mcp.mcp_server.streaming import Emit

TRANSPORT = "stdio"


class StdioServer:
	"""Answers the messages of one client.

	:param site: name of the site; its bench's `sites` is the working directory
	:param user: whom all calls are made as
	"""

	def __init__(self, site: str, user: str):
		self._site = site
		self._user = user
		self._version = DEFAULT_NEGOTIATED_VERSION
		self._client_name = ""

	def serve(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
		"""Until the client closes its end."""

		def emit(message: Mapping[str, Any]) -> None:
			try:
				frames.send(outgoing, message)
			except BrokenPipeError as e:
				raise Cancelled("The client is gone.", reason="the client has closed the channel") from e

		for line in frames.lines(incoming):
			answer = self.answer(line, emit)
			if answer is None:
				continue
			try:
				frames.send(outgoing, answer)
			except BrokenPipeError:
				return

	def answer(self, line: bytes | frames.TooLong, emit: Emit | None = None) -> dict[str, Any] | None:
		"""The response to one message; None where there is none to give. Never raises.

		:param emit: for what there is to tell before it
		"""
		if isinstance(line, frames.TooLong):
			return jsonrpc.error_body(None, INVALID_REQUEST, "The message is too large")
		try:
			message = jsonrpc.parse(line)
		except ValueError:
			return jsonrpc.error_body(None, PARSE_ERROR, "Parse error")
		if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
			return jsonrpc.error_body(None, INVALID_REQUEST, "Each line must be one JSON-RPC message")
		if "id" not in message or "method" not in message:
			return None  # a notification, or a response to what was never asked
		problem = jsonrpc.malformed(message)
		if problem:
			return jsonrpc.error_body(None, INVALID_REQUEST, problem)
		try:
			with _request(self._site, self._user):
				return self._respond(message, emit)
		except Exception:
			# The site is gone, or its database: the client may try again.
			frappe.logger("mcp").error("a request on stdio failed", exc_info=True)
			return jsonrpc.error_body(message["id"], INTERNAL_ERROR, "The site could not handle the request")

	def _respond(self, message: dict[str, Any], emit: Emit | None) -> dict[str, Any]:
		request_id, method, params = message["id"], message["method"], message.get("params")
		if method != "initialize" and PROTOCOL_VERSION_META_KEY in _meta(params):
			verdict = classify_inbound_request(message)
			if isinstance(verdict, InboundLadderRejection):
				return jsonrpc.error_body(request_id, verdict.code, verdict.message, verdict.data)
			version, info = verdict.protocol_version, verdict.client_info
			connection = Connection.from_envelope(version, info, verdict.client_capabilities)
			name = client_name(_meta(params).get(CLIENT_INFO_META_KEY))
		else:
			if method == "initialize" and isinstance(params, dict):
				self._client_name = client_name(params.get("clientInfo"))
			version, name = self._version, self._client_name
			connection = Connection.from_envelope(version, None, None)
		caller = Caller(
			self._user, TRANSPORT, client_name=name, protocol_version=version, request_id=str(request_id)
		)
		reply = kernel.serve(caller, connection, request_id, method, params, {}, emit)
		if method == "initialize" and "result" in reply.body:
			self._version = reply.body["result"]["protocolVersion"]
		return reply.body


def _meta(params: Any) -> Mapping[str, Any]:
	meta = params.get("_meta") if isinstance(params, dict) else None
	return meta if isinstance(meta, dict) else {}


@contextmanager
def _request(site: str, user: str) -> Iterator[None]:
	frappe.init(site, force=True)
	try:
		frappe.connect(set_admin_as_user=False)
		frappe.set_user(user)
		yield
	finally:
		frappe.destroy()
