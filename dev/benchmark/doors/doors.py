"""The doors that are compared, each served by the same number of workers with the same number of threads."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from dev.benchmark.doors import calls, load
from dev.benchmark.doors.calls import Work
from dev.benchmark.doors.lanes import Lane
from dev.benchmark.doors.load import Address
from dev.benchmark.doors.measure import Subject
from dev.benchmark.doors.processes import Server

REST = "Frappe REST"
REST_WITH_APP = "Frappe REST, app installed"
SITE = "site door"
UVICORN = "uvicorn door"


@dataclass(frozen=True)
class Doors:
	"""The servers that run."""

	plain: Sequence[Server]
	"""Frappe without the app's request hooks."""
	site: Sequence[Server]
	"""Frappe with the app: its REST, and the site door."""
	uvicorn: Sequence[Server]

	def servers(self, door: str) -> Sequence[Server]:
		return {REST: self.plain, REST_WITH_APP: self.site, SITE: self.site, UVICORN: self.uvicorn}[door]

	def cpu(self, addresses: Iterable[Address]) -> float:
		"""Seconds that these servers have computed so far."""
		wanted = set(addresses)
		every = (*self.plain, *self.site, *self.uvicorn)
		return sum(server.cpu() for server in every if server.address in wanted)


@contextmanager
def open_doors(lane: Lane, workers: int) -> Iterator[Doors]:
	"""So many workers for each door. Each is a server of its own, so that clients can be spread over them on purpose."""
	with ExitStack() as stack:

		def started(server: Server) -> Server:
			stack.callback(server.stop)
			return server

		yield Doors(
			[started(lane.gunicorn(f"plain{i}", plain=True)) for i in range(workers)],
			[started(lane.gunicorn(f"site{i}")) for i in range(workers)],
			[started(lane.uvicorn(f"uvicorn{i}")) for i in range(workers)],
		)


def proven(doors: Doors, works: Sequence[Work], made: Mapping[str, Any], with_app: bool) -> list[Subject]:
	"""Asks every worker of every door, and gives what may be timed.

	:param with_app: time Frappe's REST in the app's workers, too
	:raises calls.NotTheSame: an answer is not right, or two workers differ
	"""
	subjects = []
	for work in works:
		asked = [(SITE, work.mcp), (UVICORN, work.mcp)]
		if work.rest is not None:
			both = with_app and len(work.clients) > 1
			asked = [(REST, work.rest), *([(REST_WITH_APP, work.rest)] if both else []), *asked]
		by_worker = {
			door: _answers(doors.servers(door), data, f"{door}, {work.name}") for door, data in asked
		}
		answers = {door: next(iter(found.values())) for door, found in by_worker.items()}
		if work.rest is not None:
			for door in (SITE, UVICORN):
				calls.prove(work, answers[REST], answers[door], made)
			if REST_WITH_APP in answers:
				_equal(f"{work.name}: REST with and without the app", answers[REST], answers[REST_WITH_APP])
		elif b'"isError":true' in answers[SITE] or b'"error":' in answers[SITE][:40]:
			raise calls.NotTheSame(f"{work.name}: {answers[SITE][:500]!r}")
		_equal(f"{work.name}: the doors", answers[SITE], answers[UVICORN])
		subjects += [Subject(work.name, door, data, by_worker[door], work.clients) for door, data in asked]
	return subjects


def _answers(servers: Sequence[Server], data: bytes, what: str) -> dict[Address, bytes]:
	"""What each worker says. Byte for byte it may differ: Frappe 15 writes a document's tables in an order of each process's own.

	:raises calls.NotTheSame: two say something else
	"""
	found: dict[Address, bytes] = {}
	for server in servers:
		answer = load.ask(server.address, data)
		if answer.status != 200:
			log = server.log.read_text(errors="replace")[-1500:] if os.path.exists(server.log) else ""
			raise calls.NotTheSame(f"{what}: HTTP {answer.status}: {answer.body[:800]!r} {log}")
		found[server.address] = answer.body
	one, *others = found.values()
	for other in others:
		_equal(f"{what}: two workers", one, other)
	return found


def _equal(what: str, one: bytes, other: bytes) -> None:
	if _content(one) != _content(other):
		raise calls.NotTheSame(f"{what} differ: {one[:1500]!r} and {other[:1500]!r}")


def _content(body: bytes) -> Any:
	"""What an answer says, without the text that the app's answers repeat it in."""
	message = json.loads(body)
	result = message.get("result") if isinstance(message, dict) else None
	if isinstance(result, dict) and "structuredContent" in result:
		return {**result, "content": None}
	return message
