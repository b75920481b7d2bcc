"""JSON-RPC 2.0 on HTTP: strict parsing, the form of a request, answers as werkzeug responses. Needs no SDK."""

import json
from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Response

MAX_ID_LENGTH = 255
MAX_DEPTH = 64
"""Deepest nesting of a body. Python's own limit differs between versions, and 3.14 has none worth the name."""


def parse(body: bytes) -> Any:
	"""The JSON of a request body.

	:raises ValueError: not UTF-8, not JSON, NaN or Infinity, a key twice in an object, or nested too deep (T50)
	"""
	try:
		message = json.loads(
			body.decode("utf-8"), object_pairs_hook=_unique_keys, parse_constant=_refuse_constant
		)
	except RecursionError:
		raise ValueError("nested too deep") from None
	if body.count(b"[") + body.count(b"{") > MAX_DEPTH:
		_check_depth(message)
	return message


def _check_depth(message: Any) -> None:
	level = [message]
	for _ in range(MAX_DEPTH + 1):
		level = [
			inner
			for outer in level
			if isinstance(outer, dict | list)
			for inner in (outer.values() if isinstance(outer, dict) else outer)
		]
		if not level:
			return
	raise ValueError("nested too deep")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
	found = dict(pairs)
	if len(found) != len(pairs):
		raise ValueError("a key appears twice")
	return found


def _refuse_constant(name: str) -> Any:
	raise ValueError(f"{name} is not JSON")


def malformed(message: Mapping[str, Any]) -> str | None:
	"""What is wrong with the form of a request that has an id; None when nothing is."""
	request_id, method, params = message.get("id"), message.get("method"), message.get("params")
	if isinstance(request_id, bool) or not isinstance(request_id, str | int):
		return "id must be a string or an integer"
	if len(str(request_id)) > MAX_ID_LENGTH:
		return f"id is longer than {MAX_ID_LENGTH} characters"
	if not isinstance(method, str):
		return "method must be a string"
	if params is not None and not isinstance(params, dict):
		return "params must be an object"
	return None


def response(status: int, body: Mapping[str, Any]) -> Response:
	"""An answer that no cache may keep."""
	return Response(
		json.dumps(body, ensure_ascii=False, separators=(",", ":")),
		status,
		headers={"Cache-Control": "no-store"},
		mimetype="application/json",
	)


def error(status: int, request_id: str | int | None, code: int, message: str, data: Any = None) -> Response:
	"""A JSON-RPC error with its HTTP status."""
	return response(status, error_body(request_id, code, message, data))


def error_body(request_id: str | int | None, code: int, message: str, data: Any = None) -> dict[str, Any]:
	"""A JSON-RPC error.

	:param request_id: None where the request could not be read so far
	"""
	detail: dict[str, Any] = {"code": code, "message": message}
	if data is not None:
		detail["data"] = data
	return {"jsonrpc": "2.0", "id": request_id, "error": detail}
