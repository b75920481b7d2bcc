"""JSON-RPC 2.0 on HTTP: strict parsing, the form of a request, answers as werkzeug responses. Needs no SDK."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json
from werkzeug.wrappers import Response

MAX_BODY_BYTES = 4 * 1024 * 1024
MAX_ID_LENGTH = 255
MAX_DEPTH = 64
"""Deepest nesting of a body. Python's own limit differs between versions, and 3.14 has none worth the name."""
LONGEST_LOOKED_AT = 20_000
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
"""An escape of half a character. Two of them can be one; one alone is no text, and nothing can be done with it."""


def parse(body: bytes) -> Any:
	"""The JSON of a request body.

	:raises ValueError: not UTF-8, not JSON, NaN or Infinity, a number that is too large, half a character, a key twice in an
	        object, or nested too deep (T50)
	"""
	try:
		message = json.loads(
			body.decode("utf-8"),
			object_pairs_hook=_unique_keys,
			parse_constant=_refuse_constant,
			parse_float=_finite,
		)
	except RecursionError:
		raise ValueError("nested too deep") from None
	if body.count(b"[") + body.count(b"{") > MAX_DEPTH:
		_check_depth(message)
	if SURROGATE.search(body):
		json.dumps(message, ensure_ascii=False).encode()
	return message


def kind(body: bytes) -> tuple[str, ...]:
	"""What requests that do alike have in common: the method, a tool's name, the DocType. Empty for what is too long to look at twice,
	or not understood: that is answered elsewhere for what it is."""
	found: list[str] = []
	if len(body) > LONGEST_LOOKED_AT:
		return ()
	try:
		message = json.loads(body)
		found.append(message["method"])
		params = message.get("params") or {}
		found.append(params["name"])
		found.append(params["arguments"]["doctype"])
	except Exception:
		pass
	return tuple(part for part in found if isinstance(part, str))


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


def _finite(digits: str) -> float:
	number = float(digits)
	if not math.isfinite(number):
		raise ValueError(f"{digits} is too large")
	return number


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


def encode(message: Mapping[str, Any]) -> bytes:
	"""A message as it goes over the wire."""
	# Three times as fast as json; answers hold their content twice.
	return to_json(message, inf_nan_mode="null")


def response(status: int, body: Mapping[str, Any]) -> Response:
	"""An answer that no cache may keep."""
	return Response(
		encode(body),
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
