"""First calls: of a worker that has just been started, and after a silence."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dev.benchmark.doors import load
from dev.benchmark.doors.doors import REST, SITE, UVICORN, Doors
from dev.benchmark.doors.lanes import Lane
from dev.benchmark.doors.measure import Subject
from dev.benchmark.doors.processes import Server

WARM_CALLS = 20


@dataclass(frozen=True)
class First:
	"""Milliseconds: the first call, the second, and the median of the warm ones right after them; medians of several tries."""

	first: float
	second: float
	warm: float
	tries: int

	@property
	def of_warm(self) -> float:
		return self.first / self.warm


def of_new_workers(lane: Lane, subjects: Sequence[Subject], tries: int) -> dict[str, First]:
	"""By door: a worker is started, listens, and is called for the first time."""
	starts: dict[str, Callable[[str], Server]] = {
		REST: lambda name: lane.gunicorn(name, plain=True),
		SITE: lane.gunicorn,
		UVICORN: lane.uvicorn,
	}
	taken: dict[str, list[list[float]]] = {}
	for number in range(tries):
		for subject in subjects:
			if subject.door not in starts:
				continue
			server = starts[subject.door](f"new{number}")
			try:
				# The worker is there: gunicorn listens before it has forked it.
				time.sleep(1)
				taken.setdefault(subject.door, []).append(_calls(server.address, subject))
			finally:
				server.stop()
	return {door: _first(tries_of) for door, tries_of in taken.items()}


def after_silence(doors: Doors, subjects: Sequence[Subject], seconds: float, times: int) -> dict[str, First]:
	"""By door: nobody asks anything for so long, then each worker is called."""
	taken: dict[str, list[list[float]]] = {}
	for _ in range(times):
		time.sleep(seconds)
		for number in range(len(doors.plain)):
			for subject in subjects:
				if subject.door in (REST, SITE, UVICORN):
					calls = _calls(list(subject.expected)[number], subject)
					taken.setdefault(subject.door, []).append(calls)
	return {door: _first(tries) for door, tries in taken.items()}


def _calls(address: load.Address, subject: Subject) -> list[float]:
	connection = load.Connection(address)
	taken = []
	try:
		for _ in range(2 + WARM_CALLS):
			started = time.perf_counter()
			answer = connection.ask(subject.data)
			taken.append((time.perf_counter() - started) * 1000)
			# A new worker may write the same in another order: of that only the status is looked at.
			load.check(answer, subject.expected.get(address, answer.body))
	finally:
		connection.close()
	return taken


def _first(tries: Sequence[Sequence[float]]) -> First:
	return First(
		statistics.median(calls[0] for calls in tries),
		statistics.median(calls[1] for calls in tries),
		statistics.median(statistics.median(calls[2:]) for calls in tries),
		len(tries),
	)
