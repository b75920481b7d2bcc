"""An ASGI request as a WSGI environment (PEP 3333). Pure."""

from collections.abc import Mapping
from io import BytesIO
from sys import stderr
from typing import Any

JOINED_BY_SEMICOLON = "cookie"
PROXIES = frozenset({"127.0.0.1", "::1", ""})
"""Where a proxy's word on the scheme is taken; a Unix socket has no address."""


def environ_of(scope: Mapping[str, Any], body: bytes) -> dict[str, Any]:
	"""
	:param scope: of the type `http`
	:param body: the whole body
	"""
	server = scope.get("server") or ("localhost", None)
	client = scope.get("client") or ("", 0)
	environ: dict[str, Any] = {
		"REQUEST_METHOD": scope["method"],
		"SCRIPT_NAME": "",
		"PATH_INFO": scope["path"].encode("utf-8", "surrogateescape").decode("latin-1"),
		"QUERY_STRING": scope["query_string"].decode("latin-1"),
		"SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
		"SERVER_NAME": server[0] or "localhost",
		"SERVER_PORT": str(server[1] or 80),
		"REMOTE_ADDR": client[0] or "",
		"REMOTE_PORT": str(client[1]),
		"wsgi.version": (1, 0),
		"wsgi.url_scheme": scope.get("scheme", "http"),
		"wsgi.input": BytesIO(body),
		"wsgi.errors": stderr,
		"wsgi.multithread": True,
		"wsgi.multiprocess": True,
		"wsgi.run_once": False,
	}
	headers: dict[str, list[str]] = {}
	for name, value in scope["headers"]:
		# What WSGI can't tell from a name with hyphens is somebody's attempt to pass for one (X_Forwarded_For).
		if b"_" not in name:
			headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
	for name, values in headers.items():
		joined = ("; " if name == JOINED_BY_SEMICOLON else ", ").join(values)
		key = name.upper().replace("-", "_")
		environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = joined
	# As gunicorn takes it from a proxy on the same machine; URLs that clients are told depend on it.
	if environ["REMOTE_ADDR"] in PROXIES and environ.get("HTTP_X_FORWARDED_PROTO") == "https":
		environ["wsgi.url_scheme"] = "https"
	environ["CONTENT_LENGTH"] = str(len(body))
	environ.pop("HTTP_TRANSFER_ENCODING", None)
	return environ
