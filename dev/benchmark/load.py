"""The mixed load of the soak: clients over HTTP, each with connections of its own, that keep what became of every call."""

import http.client
import itertools
import json
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

TIMEOUT = 30
"""Seconds after which a call counts as lost."""
UNANSWERED = "unanswered"

Request = Callable[[random.Random, int], tuple[str, dict]]
"""From chance and a number that is used once to the tool and its arguments."""


@dataclass(frozen=True)
class Kind:
	"""One kind of call: how often among a hundred, and what may become of it."""

	name: str
	share: int
	request: Request
	expected: frozenset[str] = frozenset({"ok"})


@dataclass
class Record:
	"""What a client has seen."""

	seconds: dict[str, list[float]] = field(default_factory=dict)
	"""By kind, of each call."""
	outcomes: dict[tuple[str, str], int] = field(default_factory=dict)
	"""By kind and outcome."""
	answered: list[str] = field(default_factory=list)
	"""Ids of the requests that were answered: each must have one audit entry."""
	unanswered: list[str] = field(default_factory=list)


class Client(threading.Thread):
	"""One client until `until`, a time of the monotonic clock."""

	def __init__(
		self, number: int, base_url: str, key: str, kinds: Sequence[Kind], until: float, pause: float
	):
		super().__init__(name=f"client {number}")
		self.record = Record()
		self._number, self._key, self._kinds, self._until, self._pause = number, key, kinds, until, pause
		parts = urlsplit(base_url)
		self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
		self._chance = random.Random(number)

	def run(self) -> None:
		weights = [kind.share for kind in self._kinds]
		for count in itertools.count():
			if time.monotonic() > self._until:
				break
			(kind,) = self._chance.choices(self._kinds, weights)
			self._call(kind, count)
			time.sleep(self._chance.random() * 2 * self._pause)
		self._connection.close()

	def _call(self, kind: Kind, count: int) -> None:
		tool, arguments = kind.request(self._chance, self._number * 10_000_000 + count)
		request_id = f"soak-{self._number}-{count}"
		started = time.perf_counter()
		try:
			outcome = self._send(request_id, tool, arguments)
			self.record.answered.append(request_id)
		except (OSError, http.client.HTTPException):
			self._connection.close()
			outcome = UNANSWERED
			self.record.unanswered.append(request_id)
		self.record.seconds.setdefault(kind.name, []).append(time.perf_counter() - started)
		key = (kind.name, outcome)
		self.record.outcomes[key] = self.record.outcomes.get(key, 0) + 1

	def _send(self, request_id: str, tool: str, arguments: dict) -> str:
		message = {
			"jsonrpc": "2.0",
			"id": request_id,
			"method": "tools/call",
			"params": {"name": tool, "arguments": arguments},
		}
		headers = {
			"Content-Type": "application/json",
			"Accept": "application/json",
			"Authorization": self._key,
			"MCP-Protocol-Version": "2025-11-25",
		}
		self._connection.request("POST", "/mcp", json.dumps(message), headers)
		response = self._connection.getresponse()
		body = response.read()
		if response.status != 200:
			return f"HTTP {response.status}"
		answer = json.loads(body)
		if "error" in answer:
			return f"JSON-RPC {answer['error']['code']}"
		result = answer["result"]
		return result["structuredContent"]["code"] if result.get("isError") else "ok"
