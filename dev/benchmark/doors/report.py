"""What was measured, as tables for people."""

from collections.abc import Sequence

from dev.benchmark.doors import goals
from dev.benchmark.doors.doors import REST
from dev.benchmark.doors.goals import Verdict
from dev.benchmark.doors.measure import Key, Samples, figures, p50, percentile, ratio, throughput


def doors_table(samples: Samples) -> str:
	"""Milliseconds and calls per second of every door, and both as ratios to Frappe's REST."""
	found = figures(samples)
	lines = [
		"| work | clients | door | p50 ms | p95 ms | calls/s | p50 of REST's | calls/s of REST's |",
		"|---|---|---|---|---|---|---|---|",
	]
	for (work, door, clients), f in sorted(found.items(), key=lambda item: _order(item[0], list(found))):
		base = (work, REST, clients)
		ratios = ["", ""]
		if base in found:
			ratios = [
				f"{ratio(samples.blocks, (work, door, clients), base, value).median:.2f}"
				for value in (p50, throughput)
			]
		lines.append(
			f"| {work} | {clients} | {door} | {f.p50:.2f} | {f.p95:.2f} | {f.per_second:.0f} | {ratios[0]} | {ratios[1]} |"
		)
	for work, rounds in samples.floor.items():
		seconds = [second for round_ in rounds for second in round_]
		lines.append(
			f"| {work} | 1 | in process | {percentile(seconds, 50):.2f} | {percentile(seconds, 95):.2f} | | | |"
		)
	return "\n".join(lines)


def _order(key: Key, keys: Sequence[Key]) -> tuple[int, int, int]:
	works = list(dict.fromkeys(work for work, _, _ in keys))
	doors = list(dict.fromkeys(door for _, door, _ in keys))
	return works.index(key[0]), key[2], doors.index(key[1])


def door_verdicts(samples: Samples, works: Sequence[str] = ("list", "get")) -> list[Verdict]:
	"""The goals of the doors."""
	found = []
	for clients, value, limits, what in (
		(1, p50, goals.P50, "p50 of REST's, 1 client"),
		(8, throughput, goals.THROUGHPUT, "calls/s of REST's, 8 clients"),
	):
		for work in works:
			for door, goal in limits.items():
				r = ratio(samples.blocks, (work, door, clients), (work, REST, clients), value)
				found.append(
					Verdict(
						f"{work}, {door}: {what}",
						r.median,
						goal,
						at_least=value is throughput,
						spread=f"{r.least:.2f} to {r.most:.2f}",
					)
				)
	return found


def verdict_table(verdicts: Sequence[Verdict]) -> str:
	lines = ["| goal | measured | rounds | wanted | |", "|---|---|---|---|---|"]
	lines += [f"| {v.what} | {v.measured} | {v.spread} | {v.wanted} | {v.words} |" for v in verdicts]
	return "\n".join(lines)


def quick(samples: Samples) -> str:
	return f"{doors_table(samples)}\n\n{verdict_table(door_verdicts(samples))}"
