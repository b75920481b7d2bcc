"""The doors that are compared, each served by the same number of workers with the same number of threads."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from dev.benchmark.doors import calls, load
from dev.benchmark.doors.calls import Work
from dev.benchmark.doors.lanes import Lane
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
		answers = {door: _answer(doors.servers(door), data, f"{door}, {work.name}") for door, data in asked}
		if work.rest is not None:
			for door in (SITE, UVICORN):
				calls.prove(work, answers[REST], answers[door], made)
			_equal(work, REST_WITH_APP, REST, answers)
		elif b'"isError":true' in answers[SITE] or b'"error":' in answers[SITE][:40]:
			raise calls.NotTheSame(f"{work.name}: {answers[SITE][:500]!r}")
		_equal(work, UVICORN, SITE, answers)
		subjects += [
			Subject(
				work.name, door, data, answers[door], [s.address for s in doors.servers(door)], work.clients
			)
			for door, data in asked
		]
	return subjects


def _answer(servers: Sequence[Server], data: bytes, what: str) -> bytes:
	found = set()
	for server in servers:
		answer = load.ask(server.address, data)
		if answer.status != 200:
			log = server.log.read_text(errors="replace")[-1500:] if os.path.exists(server.log) else ""
			raise calls.NotTheSame(f"{what}: HTTP {answer.status}: {answer.body[:800]!r} {log}")
		found.add(answer.body)
	if len(found) > 1:
		raise calls.NotTheSame(f"{what}: two workers answer differently: {[f[:300] for f in found]}")
	return found.pop()


def _equal(work: Work, door: str, other: str, answers: Mapping[str, bytes]) -> None:
	if door in answers and answers[door] != answers[other]:
		raise calls.NotTheSame(
			f"{work.name}: {door} says {answers[door][:300]!r}, {other} {answers[other][:300]!r}"
		)
