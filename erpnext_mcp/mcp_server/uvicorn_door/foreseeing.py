"""Has requests begin with one question to Redis, in the place of those that Frappe's life cycle asks one by one."""

import hashlib
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from werkzeug.wsgi import ClosingIterator

from erpnext_mcp.limits import early_reads
from erpnext_mcp.mcp_server import jsonrpc
from erpnext_mcp.mcp_server.uvicorn_door.exchange import Application


def foreseeing(application: Application) -> Application:
	"""The same WSGI application. Each request has to come in a context of its own, as `exchange` sees to."""

	def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
		status = ""

		def start(code: str, *args: Any, **kwargs: Any) -> Any:
			nonlocal status
			status = code
			return start_response(code, *args, **kwargs)

		early_reads.begin(kind_of(environ))
		try:
			body = application(environ, start)
		except BaseException:
			early_reads.end(learn=False)
			raise
		return ClosingIterator(body, lambda: early_reads.end(learn=status.startswith("200 ")))

	return wrapped


def kind_of(environ: dict[str, Any]) -> early_reads.Kind:
	"""What a request has in common with others that read the same: site, credentials (nothing that could be used as such), and
	what it asks for."""
	body = environ["wsgi.input"]
	authorization = environ.get("HTTP_AUTHORIZATION", "").encode("latin-1", "replace")
	return (
		environ.get("HTTP_X_FRAPPE_SITE_NAME", ""),
		environ.get("HTTP_HOST", ""),
		hashlib.sha256(authorization).hexdigest(),
		*jsonrpc.kind(body.getvalue() if isinstance(body, BytesIO) else b""),
	)
