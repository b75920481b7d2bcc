"""The ASGI app: /mcp of all sites of the bench, and /health."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from erpnext_mcp.mcp_server.jsonrpc import MAX_BODY_BYTES, error_body
from erpnext_mcp.mcp_server.uvicorn_door.environ import environ_of
from erpnext_mcp.mcp_server.uvicorn_door.exchange import END, Application, Exchange, Head
from erpnext_mcp.mcp_server.uvicorn_door.foreseeing import foreseeing
from erpnext_mcp.mcp_server.uvicorn_door.health import health

PATHS = ("/mcp", "/api/method/erpnext_mcp.api.mcp.handle")
"""What `api.mcp` serves. Everything else is for the site's own workers."""

THREADS_VARIABLE = "ERPNEXT_MCP_THREADS"
SITE_VARIABLE = "ERPNEXT_MCP_SITE"
"""The one site that is served, where there is one."""
THREADS = 8
"""How many calls a process works on at once; each holds a database connection while it does."""
QUEUED_PER_THREAD = 16
"""How many more may wait for a thread before callers are sent away: memory is bounded, and so is their wait."""

SWITCH_INTERVAL = 0.0005
"""Seconds for which a thread may go on that another waits for. With Python's own 5 ms, each of the many questions that a call asks
MariaDB and Redis, and the event loop that carries its answer, would wait as long for whoever computes meanwhile."""

INVALID_REQUEST = -32600
SERVER_ERROR = -32000
OWN_TYPES = ("application/json", "text/event-stream")


class Door:
	"""The endpoint, as an ASGI app.

	:param application: Frappe's WSGI application
	:param threads: how many requests are worked on at once
	"""

	def __init__(self, application: Application, threads: int):
		self._application = application
		self.executor = ThreadPoolExecutor(threads, "mcp")
		self._most = threads * (1 + QUEUED_PER_THREAD)
		self.open = 0
		"""Requests that are worked on or wait."""

	async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
		if self.open >= self._most:
			answer = error(503, SERVER_ERROR, "The server is busy", {"Retry-After": "1"})
			return await answer(scope, receive, send)
		self.open += 1
		try:
			await self._serve(scope, receive, send)
		finally:
			self.open -= 1

	async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
		body = await read_body(receive)
		if body is None:
			return await error(413, INVALID_REQUEST, "Request body is too large")(scope, receive, send)
		exchange = Exchange(self._application, environ_of(scope, body))
		watch = asyncio.create_task(_watch(receive, exchange))
		started = False
		try:
			async with contextlib.aclosing(exchange.run(self.executor)) as pieces:
				async for piece in pieces:
					if isinstance(piece, Head):
						if not _is_ours(piece):
							# Frappe's own page, such as of a site that there isn't.
							status = piece.status if piece.status >= 400 else 502
							message = "The site could not handle the request"
							return await error(status, SERVER_ERROR, message)(scope, receive, send)
						await send(
							{"type": "http.response.start", "status": piece.status, "headers": piece.headers}
						)
						started = True
					elif piece is END:
						await send({"type": "http.response.body", "body": b"", "more_body": False})
					else:
						await send({"type": "http.response.body", "body": piece, "more_body": True})
		except Exception:
			if started:
				raise
			await error(500, SERVER_ERROR, "The site could not handle the request")(scope, receive, send)
			raise
		finally:
			watch.cancel()


def create_app(application: Application | None = None, threads: int = 0) -> Starlette:
	"""
	:param application: Frappe's, unless a test has another
	:param threads: else the environment says it
	"""
	if application is None:
		import frappe.app

		# The first call of a site's worker loads it; here nothing is served before it is there.
		import erpnext_mcp.mcp_server.wsgi

		application = frappe.app.application
		if only := os.environ.get(SITE_VARIABLE):
			# As `bench serve` has it (`frappe.app.serve`).
			frappe.app._site = only
	door = Door(foreseeing(application), threads or int(os.environ.get(THREADS_VARIABLE) or THREADS))

	@contextlib.asynccontextmanager
	async def lifespan(app: Starlette) -> AsyncIterator[None]:
		before = sys.getswitchinterval()
		sys.setswitchinterval(SWITCH_INTERVAL)
		yield
		sys.setswitchinterval(before)
		# uvicorn has waited for the answers; now nothing is left half done either.
		door.executor.shutdown(wait=True)

	async def on_health(request: Request) -> Response:
		host = request.headers.get("x-frappe-site-name") or request.url.hostname or ""
		loop = asyncio.get_running_loop()
		found = await loop.run_in_executor(None, health, host)
		return JSONResponse({**found, "open": door.open}, 200 if found["status"] == "ok" else 503)

	app = Starlette(
		routes=[*(Route(path, door) for path in PATHS), Route("/health", on_health, methods=["GET"])],
		exception_handlers={404: _not_here},
		lifespan=lifespan,
	)
	# /mcp/ is another path: a redirect would lose the body.
	app.router.redirect_slashes = False
	return app


def error(status: int, code: int, message: str, headers: dict[str, str] | None = None) -> Response:
	"""A JSON-RPC error."""
	body = json.dumps(error_body(None, code, message))
	return Response(body, status, {"Cache-Control": "no-store", **(headers or {})}, "application/json")


async def read_body(receive: Receive) -> bytes | None:
	"""The whole body; None when it is too large, of which nothing is kept."""
	parts: list[bytes] = []
	size = 0
	while True:
		message = await receive()
		if message["type"] == "http.disconnect":
			return b""
		part = message.get("body", b"")
		size += len(part)
		if size > MAX_BODY_BYTES:
			return None
		parts.append(part)
		if not message.get("more_body"):
			return b"".join(parts)


async def _watch(receive: Receive, exchange: Exchange) -> None:
	message: MutableMapping[str, Any] = {}
	while message.get("type") != "http.disconnect":
		message = await receive()
	exchange.client_gone()


def _is_ours(head: Head) -> bool:
	content_type = next((v for name, v in head.headers if name == b"content-type"), b"").decode("latin-1")
	return head.status == 202 or content_type.partition(";")[0].strip() in OWN_TYPES


async def _not_here(request: Request, exception: Exception) -> Response:
	return error(404, INVALID_REQUEST, f"Use {PATHS[0]}; everything else is served by the site itself")
