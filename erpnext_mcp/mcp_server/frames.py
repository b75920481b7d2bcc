"""MCP's stdio framing: one JSON-RPC message a line, in UTF-8, and nothing else on the channel (T51)."""

import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from erpnext_mcp.mcp_server.jsonrpc import MAX_BODY_BYTES, encode

MAX_LINE_BYTES = MAX_BODY_BYTES
"""The longest message."""


class TooLong(Exception):
	"""A line longer than `MAX_LINE_BYTES`, which was skipped."""


def take_over() -> tuple[BinaryIO, BinaryIO]:
	"""The process's standard input and output for frames alone.

	Whatever else reads or prints from now on gets nothing and goes to standard error: `print` of a report script, the
	programs that Frappe starts (Frappe v15's Cash Flow prints, wkhtmltopdf would read).
	"""
	sys.stdout.flush()
	incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
	with open(os.devnull, "rb") as nothing:
		os.dup2(nothing.fileno(), 0)
	os.dup2(2, 1)
	sys.stdout = sys.stderr
	return incoming, outgoing


def lines(incoming: BinaryIO, limit: int = MAX_LINE_BYTES) -> Iterator[bytes | TooLong]:
	"""The messages as they come, until the other side closes; of one that is too long nothing but that."""
	while line := incoming.readline(limit + 1):
		if len(line) > limit and not line.endswith(b"\n"):
			while not line.endswith(b"\n") and (line := incoming.readline(limit)):
				pass
			yield TooLong()
		elif line.strip():
			yield line


def send(outgoing: BinaryIO, message: Mapping[str, Any]) -> None:
	"""Writes one message.

	:raises BrokenPipeError: nobody reads any more
	"""
	outgoing.write(encode(message) + b"\n")
	outgoing.flush()
