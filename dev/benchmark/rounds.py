"""Interleaved measurements: every subject once per round, so that a busy machine slows all of them alike."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
	"""`call` is timed, one call at a time; `prepare` runs before each call and is not."""

	call: Callable[[], object]
	prepare: Callable[[], object] = lambda: None
	calls: int = 50
	"""In each round."""


@dataclass(frozen=True)
class Figure:
	"""Microseconds per call: the median of the rounds' medians, and the fastest and slowest round's."""

	median: float
	least: float
	most: float


def measure(subjects: Mapping[str, Subject], rounds: int) -> dict[str, Figure]:
	"""One figure for each subject."""
	medians: dict[str, list[float]] = {name: [] for name in subjects}
	for _ in range(rounds):
		for name, subject in subjects.items():
			medians[name].append(statistics.median(_round(subject)))
	return {name: Figure(statistics.median(m), min(m), max(m)) for name, m in medians.items()}


def _round(subject: Subject) -> list[float]:
	"""Microseconds of each call, garbage collection apart."""
	taken = []
	gc.collect()
	gc.disable()
	try:
		for _ in range(subject.calls):
			subject.prepare()
			before = time.perf_counter_ns()
			subject.call()
			taken.append((time.perf_counter_ns() - before) / 1000)
	finally:
		gc.enable()
	return taken
