"""The load: HTTP clients with one connection each that is kept alive, driven from one thread.

Written for its cost, which is the same for every door: a request is sent as bytes made beforehand, and an answer is compared as bytes
with the one that was proven right. Anything else than that answer ends the measurement.
"""

import gc
import math
import selectors
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Address = tuple[str, int]
TIMEOUT = 60.0
"""Seconds after which an answer counts as lost."""
BURST = 5
"""Calls in a row where several doors are asked in turn: each first call finds the processor's caches full of another's."""


class WrongAnswer(Exception):
	"""An answer that is not the proven one, or none at all."""


@dataclass(frozen=True)
class Answer:
	"""What a server said."""

	status: int
	body: bytes
	head: bytes
	closes: bool
	"""Whether the connection ends with it."""


@dataclass(frozen=True)
class Block:
	"""What was measured in one go: the seconds of each call, and of all of them together."""

	seconds: list[float]
	elapsed: float
	calls: int = 0
	"""With those that are not counted."""
	cpu: float = 0.0
	"""Seconds that the workers computed meanwhile; 0 where nobody looked."""

	@property
	def per_second(self) -> float:
		return len(self.seconds) / self.elapsed


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
	"""An HTTP/1.1 request as it goes over the wire."""
	lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
	if body:
		lines.append(f"Content-Length: {len(body)}")
	return "\r\n".join([*lines, "", ""]).encode() + body


def parts(data: bytes) -> dict[str, Any]:
	"""A request's path, method, headers and body."""
	head, _, body = data.decode().partition("\r\n\r\n")
	first, *lines = head.split("\r\n")
	method, path, _ = first.split(" ")
	headers = dict(line.split(": ", 1) for line in lines)
	return {"path": path, "method": method, "headers": headers, "body": body}


class Connection:
	"""One connection, with at most one request on its way."""

	def __init__(self, address: Address):
		self.address = address
		self.socket = socket.create_connection(address, TIMEOUT)
		self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
		self._parts: list[bytes] = []
		self._missing = -1
		"""Bytes of the body that are still to come; -1 while the head is not complete."""
		self._head = b""
		self.sent = 0.0

	def send(self, data: bytes) -> None:
		self.sent = time.perf_counter()
		self.socket.sendall(data)

	def receive(self) -> Answer | None:
		"""The answer if it is complete with what has just come.

		:raises WrongAnswer: the connection has ended, or the answer does not say how long it is
		"""
		part = self.socket.recv(1 << 18)
		if not part:
			raise WrongAnswer("the server has closed the connection")
		if self._missing < 0:
			part = self._head + part
			self._head, found, rest = part.partition(b"\r\n\r\n")
			if not found:
				return None
			self._missing = _content_length(self._head)
			part = rest
		self._parts.append(part)
		self._missing -= len(part)
		if self._missing > 0:
			return None
		head, body = self._head, b"".join(self._parts)
		self._parts, self._missing, self._head = [], -1, b""
		return Answer(int(head.split(b" ", 2)[1]), body, head, b"connection: close" in head.lower())

	def ask(self, data: bytes) -> Answer:
		"""Sends a request and waits for its answer."""
		self.send(data)
		while (answer := self.receive()) is None:
			pass
		return answer

	def close(self) -> None:
		self.socket.close()


def ask(address: Address, data: bytes) -> Answer:
	"""One request on a connection of its own."""
	connection = Connection(address)
	try:
		return connection.ask(data)
	finally:
		connection.close()


def spread(addresses: Sequence[Address], clients: int, first: int = 0) -> list[Address]:
	"""Which server each client is connected to: one after the other, beginning with `first`."""
	return [addresses[(first + i) % len(addresses)] for i in range(clients)]


def drive(
	addresses: Sequence[Address], data: bytes, expected: Mapping[Address, bytes], seconds: float
) -> Block:
	"""Lets one client per address send the same request again and again, each as soon as it has its answer.

	It is counted from when every client has had an answer, on the connection that it keeps.

	:param expected: the body of every answer, by who gives it
	:raises WrongAnswer: there was another one
	"""
	connections = [Connection(address) for address in addresses]
	taken: list[float] = []
	cold = set(connections)
	started = until = math.inf
	made = 0
	gc.collect()
	gc.disable()
	try:
		with selectors.EpollSelector() as selector:
			for connection in connections:
				selector.register(connection.socket, selectors.EVENT_READ, connection)
				connection.send(data)
			waiting = len(connections)
			while waiting:
				ready = selector.select(TIMEOUT)
				if not ready:
					raise WrongAnswer(f"no answer within {TIMEOUT:.0f} seconds")
				for key, _ in ready:
					connection = key.data
					answer = connection.receive()
					if answer is None:
						continue
					now = time.perf_counter()
					made += 1
					check(answer, expected[connection.address])
					if cold:
						cold.discard(connection)
						if not cold:
							started, until = now, now + seconds
					else:
						taken.append(now - connection.sent)
					if now < until:
						connection.send(data)
					else:
						waiting -= 1
			return Block(taken, time.perf_counter() - started, made)
	finally:
		gc.enable()
		for connection in connections:
			connection.close()


def alternate(asked: Sequence[tuple[Address, bytes, Mapping[Address, bytes]]], seconds: float) -> list[Block]:
	"""One client that asks each in turn, a few calls at a time, so that whatever else the machine does meets all alike.

	:param asked: of each: who, what, and the answer that was proven
	:param seconds: about so many for each
	:raises WrongAnswer: there was another one
	"""
	connections = [Connection(address) for address, _, _ in asked]
	taken: list[list[float]] = [[] for _ in asked]
	gc.collect()
	gc.disable()
	try:
		for connection, (address, data, expected) in zip(connections, asked, strict=True):
			check(connection.ask(data), expected[address])
		until = time.perf_counter() + seconds * len(asked)
		while time.perf_counter() < until:
			for connection, (address, data, expected), of_one in zip(connections, asked, taken, strict=True):
				for _ in range(BURST):
					answer = connection.ask(data)
					of_one.append(time.perf_counter() - connection.sent)
					check(answer, expected[address])
		return [Block(of_one, sum(of_one), len(of_one) + 1) for of_one in taken]
	finally:
		gc.enable()
		for connection in connections:
			connection.close()


def check(answer: Answer, expected: bytes) -> None:
	"""
	:raises WrongAnswer: it is not the proven one, or the connection ends with it
	"""
	if answer.status != 200 or answer.body != expected:
		start = max(0, _parting(answer.body, expected) - 60)
		raise WrongAnswer(
			f"HTTP {answer.status}, from byte {start} of {len(answer.body)}: {answer.body[start : start + 400]!r}, "
			f"expected: {expected[start : start + 400]!r}"
		)
	if answer.closes:
		raise WrongAnswer("the server does not keep the connection alive")


def _parting(one: bytes, other: bytes) -> int:
	"""Where two texts begin to differ."""
	pairs = enumerate(zip(one, other, strict=False))
	return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _content_length(head: bytes) -> int:
	for line in head.split(b"\r\n")[1:]:
		name, _, value = line.partition(b":")
		if name.strip().lower() == b"content-length":
			return int(value)
	raise WrongAnswer(f"no Content-Length: {head!r}")
