"""The rounds: in each, every door does every piece of work once, one after the other, so that a busy machine slows all alike."""

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dev.benchmark.doors import load
from dev.benchmark.doors.load import Address, Block


@dataclass(frozen=True)
class Subject:
	"""One piece of work at one door: the request, and of each worker the answer that was proven."""

	work: str
	door: str
	data: bytes
	expected: Mapping[Address, bytes]
	clients: tuple[int, ...]


Key = tuple[str, str, int]
"""Work, door, clients."""


@dataclass
class Samples:
	"""What the rounds have measured: per key one block of each round, in order."""

	blocks: dict[Key, list[Block]] = field(default_factory=dict)
	floor: dict[str, list[list[float]]] = field(default_factory=dict)
	"""By work: the seconds of each call in process, per round."""


def run(
	subjects: Sequence[Subject],
	most_clients: int,
	rounds: int,
	seconds: float,
	floor: Callable[[str, float], list[float]],
	cpu: Callable[[Iterable[Address]], float],
	say: Callable[[str], None],
) -> Samples:
	"""
	:param most_clients: what would take more of them is left out
	:param floor: gives the seconds of each call in process, of a piece of work within so many seconds; of some works
	:param cpu: the seconds that these servers have computed so far
	:raises load.WrongAnswer: a door has given another answer than the proven one
	"""
	samples = Samples()
	works = list(dict.fromkeys(subject.work for subject in subjects))
	floored = [work for work in works if floor(work, 0.2)]
	for number in range(rounds):
		say(f"round {number + 1} of {rounds}")
		for work in works:
			of_work = [subject for subject in subjects if subject.work == work]
			# Nobody is always the first after another's load.
			turn = number % len(of_work)
			in_turn = of_work[turn:] + of_work[:turn]
			for count in in_turn[0].clients:
				if count > most_clients:
					continue
				try:
					blocks = (
						_together(in_turn, number, seconds)
						if count == 1
						else [_alone(subject, count, number, seconds, cpu) for subject in in_turn]
					)
				except load.WrongAnswer as e:
					raise load.WrongAnswer(f"{work}, {count} clients: {e}") from e
				for subject, block in zip(in_turn, blocks, strict=True):
					samples.blocks.setdefault((work, subject.door, count), []).append(block)
			if work in floored:
				samples.floor.setdefault(work, []).append(floor(work, seconds))
	return samples


def _together(subjects: Sequence[Subject], number: int, seconds: float) -> list[Block]:
	"""One client asks all of them in turn."""
	asked = [
		(load.spread(list(subject.expected), 1, first=number)[0], subject.data, subject.expected)
		for subject in subjects
	]
	return load.alternate(asked, seconds)


def _alone(
	subject: Subject, clients: int, number: int, seconds: float, cpu: Callable[[Iterable[Address]], float]
) -> Block:
	"""So many clients ask one of them."""
	addresses = load.spread(list(subject.expected), clients, first=number)
	before = cpu(subject.expected)
	block = load.drive(addresses, subject.data, subject.expected, seconds)
	return replace(block, cpu=cpu(subject.expected) - before)


def percentile(seconds: Sequence[float], percent: int) -> float:
	"""Milliseconds."""
	if len(seconds) < 2:
		return seconds[0] * 1000
	return statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1000


@dataclass(frozen=True)
class Figure:
	"""Medians over the rounds: milliseconds and calls per second; by how many calls; and the milliseconds that a worker
	computes for one, of those that were counted or not."""

	p50: float
	p95: float
	per_second: float
	calls: int
	cpu: float


def figures(samples: Samples) -> dict[Key, Figure]:
	"""One figure for each key."""
	return {
		key: Figure(
			statistics.median(percentile(block.seconds, 50) for block in blocks),
			statistics.median(percentile(block.seconds, 95) for block in blocks),
			statistics.median(block.per_second for block in blocks),
			sum(len(block.seconds) for block in blocks),
			sum(block.cpu for block in blocks) / sum(block.calls for block in blocks) * 1000,
		)
		for key, blocks in samples.blocks.items()
	}


@dataclass(frozen=True)
class Ratio:
	"""A door's figure divided by the base's of the same round: the median over the rounds, the least and the most."""

	median: float
	least: float
	most: float


def ratio(
	blocks: Mapping[Key, Sequence[Block]], key: Key, base: Key, value: Callable[[Block], float]
) -> Ratio:
	"""
	:param value: what of a block is compared
	"""
	of_rounds = [value(block) / value(other) for block, other in zip(blocks[key], blocks[base], strict=True)]
	return Ratio(statistics.median(of_rounds), min(of_rounds), max(of_rounds))


def p50(block: Block) -> float:
	return percentile(block.seconds, 50)


def throughput(block: Block) -> float:
	return block.per_second
