"""One tools/call over HTTP: to any of the servers, with connections that are kept while they are fresh."""

import http.client
import json
import random
import select
import time
from typing import Any
from urllib.parse import urlsplit

from dev.torture.answers import CLIENT, CUT, Answer, Fate, read

TIMEOUT = 60
"""Seconds after which a call counts as cut."""
FRESH = 2.0
"""Seconds for which an idle connection is used again, if the server has not closed it: as clients of HTTP do."""


class Wire:
	"""Of one client; not shared.

	:param host: what the Host header says, for servers that choose the site by it
	"""

	def __init__(self, key: str, host: str):
		self._headers = {
			"Content-Type": "application/json",
			"Accept": "application/json",
			"Authorization": key,
			"Host": host,
			"MCP-Protocol-Version": "2025-11-25",
		}
		self._open: dict[str, tuple[http.client.HTTPConnection, float]] = {}

	def call(self, url: str, request_id: str, tool: str, arguments: dict[str, Any]) -> Answer:
		"""The answer, whatever became of it."""
		connection = self._connection(url)
		try:
			self._send(connection, request_id, tool, arguments)
			response = connection.getresponse()
			answer = read(response.status, response.read())
		except (OSError, http.client.HTTPException):
			connection.close()
			return CUT
		self._open[url] = connection, time.monotonic()
		return answer

	def hang_up(self, url: str, request_id: str, tool: str, arguments: dict[str, Any]) -> Answer:
		"""Sends the call and goes away before it is answered."""
		connection = self._connection(url)
		try:
			self._send(connection, request_id, tool, arguments)
			time.sleep(random.random() * 0.05)
		except (OSError, http.client.HTTPException):
			pass
		connection.close()
		return Answer(Fate.CUT, cause=CLIENT)

	def close(self) -> None:
		for connection, _ in self._open.values():
			connection.close()

	def _connection(self, url: str) -> http.client.HTTPConnection:
		connection, used = self._open.pop(url, (None, 0.0))
		if connection and time.monotonic() - used < FRESH and _is_open(connection):
			return connection
		if connection:
			connection.close()
		parts = urlsplit(url)
		return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)

	def _send(
		self, connection: http.client.HTTPConnection, request_id: str, tool: str, arguments: dict[str, Any]
	) -> None:
		params = {"name": tool, "arguments": arguments}
		message = {"jsonrpc": "2.0", "id": request_id, "method": "tools/call", "params": params}
		connection.request("POST", "/mcp", json.dumps(message), self._headers)


def _is_open(connection: http.client.HTTPConnection) -> bool:
	"""Between two calls a server has nothing to say but that it hangs up."""
	if connection.sock is None:
		return True  # the next request opens it
	poll = select.poll()
	poll.register(connection.sock, select.POLLIN | select.POLLHUP | select.POLLERR)
	return not poll.poll(0)
