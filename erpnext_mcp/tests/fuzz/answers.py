"""What any answer must be, whatever was asked."""

import json
from collections.abc import Mapping

INSIDES = (
	b"Traceback",
	b"traceback",
	b'File "',
	b"exc_type",
	b'"exc"',
	b"_server_messages",
	b"site-packages",
	b"/apps/",
	b"/frappe/",
	b"sqlite3",
	b"pymysql",
	b"pydantic",
	b"SELECT ",
)
LEAKS = (*INSIDES, b"<html", b"<!DOCTYPE")
INTERNAL_ERROR = -32603


def check(status: int, headers: Mapping[str, str], body: bytes) -> None:
	"""No 5xx, nothing of the server's insides, JSON-RPC or nothing, and nothing that was not foreseen.

	:param headers: with lower-case names
	:raises AssertionError: it is not so
	"""
	assert 200 <= status < 500, (status, body)
	for leak in LEAKS:
		assert leak not in body, (leak, body)
	if not body:
		assert status == 202
		return
	kind = headers["content-type"].partition(";")[0]
	if kind == "text/event-stream":
		body = body.rpartition(b"\ndata: ")[2]
	else:
		assert kind == "application/json", (kind, body)
	answer = json.loads(body)
	assert answer["jsonrpc"] == "2.0" and "id" in answer
	assert ("result" in answer) != ("error" in answer), answer
	if status != 200:
		assert "error" in answer, answer
	if "error" in answer:
		assert answer["error"]["code"] != INTERNAL_ERROR, answer
		assert answer["error"]["message"]
		content = answer["error"].get("data")
	else:
		content = answer["result"].get("structuredContent")
	if isinstance(content, dict):
		assert content.get("code") not in ("internal", "unavailable"), answer
