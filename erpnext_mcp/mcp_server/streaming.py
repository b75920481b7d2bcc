"""An answer that tells its client how far it is: MCP's notifications as server-sent events, before the result.

The work is done while the response is being sent, on the request's own thread: WSGI's `write` (PEP 3333) is called from
wherever there is something to tell, so that tools stay plain functions and `frappe.local` and the database connection
are those of the request. By then Frappe has committed what it had of its own (nothing: the pipeline commits for itself)
and has run its after_request hooks; it takes `frappe.local` away only when the server closes the response.

Nothing is sent before there is something to tell: a call that is refused at once, or has nothing to report, is
answered in JSON as any other.
"""

from collections.abc import Callable, Mapping
from typing import Any

import frappe
from werkzeug.wrappers import Request, Response

from erpnext_mcp.errors import Cancelled
from erpnext_mcp.mcp_server import jsonrpc

EVENTS = "text/event-stream"
INTERNAL_ERROR = -32603

Emit = Callable[[Mapping[str, Any]], None]
"""Sends one JSON-RPC notification to the client. Raises `Cancelled` when it is gone."""


def accepted_by(request: Request) -> bool:
	"""Whether the client names event streams as what it takes; `*/*` does not mean that it can read one."""
	return any(kind.lower() == EVENTS and quality > 0 for kind, quality in request.accept_mimetypes)


class Streamed(Response):
	"""The response to a request that may have something to tell on its way.

	:param answer: does the work and gives the response; gets the function to tell by
	"""

	def __init__(self, answer: Callable[[Emit], Response]):
		super().__init__(headers={"Cache-Control": "no-store"}, mimetype="application/json")
		self._answer = answer

	def __call__(self, environ: dict[str, Any], start_response: Callable) -> Any:
		"""WSGI. Never raises: Frappe would not clean up after it."""
		stream = _Stream(self, start_response)
		try:
			answer = self._answer(stream.send)
		except Exception:
			frappe.logger("mcp").error("a streamed request failed", exc_info=True)
			answer = jsonrpc.error(500, None, INTERNAL_ERROR, "The site could not handle the request")
		if stream.is_open:
			stream.end(answer)
			return []
		self.status = answer.status
		# Beside those that Frappe has put here.
		self.headers.update(answer.headers)
		self.set_data(answer.get_data())
		return super().__call__(environ, start_response)


class _Stream:
	"""The events of one response, which begins with the first of them."""

	def __init__(self, response: Response, start_response: Callable):
		self._headers = response.headers.copy()
		self._start_response = start_response
		self._write: Callable[[bytes], Any] | None = None

	@property
	def is_open(self) -> bool:
		return self._write is not None

	def send(self, message: Mapping[str, Any]) -> None:
		if self._write is None:
			self._headers.remove("Content-Length")
			self._headers["Content-Type"] = EVENTS
			self._headers["Cache-Control"] = "no-store, no-transform"
			self._headers["X-Accel-Buffering"] = "no"  # nginx would hold it back
			self._write = self._start_response("200 OK", self._headers.to_wsgi_list())
		try:
			self._write(event(jsonrpc.encode(message)))
		except Exception as e:
			# Each server has an exception of its own for a client that is gone.
			raise Cancelled("The client is gone.", reason="the client has closed the connection") from e

	def end(self, answer: Response) -> None:
		"""The response itself; whether anybody is there to read it makes no difference any more."""
		assert self._write is not None
		try:
			self._write(event(answer.get_data()))
		except Exception:
			pass


def event(data: bytes) -> bytes:
	"""One server-sent event. JSON has no line breaks of its own."""
	return b"event: message\ndata: " + data + b"\n\n"
