"""What was measured, as Markdown tables."""

from collections.abc import Iterable, Sequence

from dev.benchmark.doors import calls
from dev.benchmark.doors.doors import REST, SITE, UVICORN
from dev.benchmark.doors.findings import Findings
from dev.benchmark.doors.goals import Verdict
from dev.benchmark.doors.measure import Key, Samples, figures, p50, percentile, ratio, throughput
from dev.benchmark.doors.phases_names import ALL


def text(found: Findings) -> str:
	"""All tables that there is something for."""
	parts = [
		_conditions(found),
		doors_table(found.samples, (calls.LIST, calls.GET, calls.COUNT)),
		_growth_table(found),
		_sizes_table(found),
		_phases_table(found),
		_memory_table(found),
		_first_table(found),
		verdict_table(found.verdicts()),
	]
	return "\n\n".join(part for part in parts if part)


def _conditions(found: Findings) -> str:
	about = ", ".join(f"{name} {value}" for name, value in found.about.items())
	conditions = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in found.conditions.items())
	return f"{found.lane}: {about}\n{conditions}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
	lines = [f"| {' | '.join(row)} |" for row in rows]
	if not lines:
		return ""
	return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines])


def doors_table(samples: Samples, works: Sequence[str]) -> str:
	"""Milliseconds and calls per second of every door, and both as ratios to Frappe's REST."""
	found = figures(samples)
	keys = sorted((key for key in found if key[0] in works), key=lambda key: _order(key, list(found)))
	rows = []
	for work, door, clients in keys:
		f, base = found[work, door, clients], (work, REST, clients)
		of_rest = [
			f"{ratio(samples.blocks, (work, door, clients), base, value).median:.2f}" if base in found else ""
			for value in (p50, throughput)
		]
		rows.append(
			[work, str(clients), door, f"{f.p50:.2f}", f"{f.p95:.2f}", f"{f.per_second:.0f}", *of_rest]
		)
	for work, rounds in samples.floor.items():
		seconds = [second for of_round in rounds for second in of_round]
		numbers = [f"{percentile(seconds, percent):.2f}" for percent in (50, 95)]
		rows.append([work, "1", "in process", *numbers, "", "", ""])
	return _table(
		["work", "clients", "door", "p50 ms", "p95 ms", "calls/s", "p50 of REST's", "calls/s of REST's"], rows
	)


def _order(key: Key, keys: Sequence[Key]) -> tuple[int, int, int]:
	works = list(dict.fromkeys(work for work, _, _ in keys))
	doors = list(dict.fromkeys(door for _, door, _ in keys))
	return works.index(key[0]), key[2], doors.index(key[1])


def _growth_table(found: Findings) -> str:
	of_key = figures(found.samples)
	names = [
		name(count)
		for kind, name in (
			("rows", calls.rows_work),
			("rules", calls.rules_work),
			("tools", calls.tools_work),
		)
		for count in sorted(found.grown.get(kind, {}), key=int)
	]
	rows = []
	for name in names:
		numbers = [of_key.get((name, door, 1)) for door in (REST, SITE, UVICORN)]
		rows.append([name, *(f"{f.p50:.2f}" if f else "" for f in numbers)])
	return _table(["1 client, p50 ms", "Frappe REST", SITE, UVICORN], rows)


def _sizes_table(found: Findings) -> str:
	works = list(dict.fromkeys(work for work, _ in found.sizes))
	rows = []
	for work in works:
		theirs, ours = found.sizes.get((work, REST)), found.sizes[work, SITE]
		rows.append(
			[
				work,
				f"{theirs:,}" if theirs else "",
				f"{theirs // 4:,}" if theirs else "",
				f"{ours:,}",
				f"{ours // 4:,}",
			]
		)
	return _table(["answer", "REST, bytes", "tokens", "MCP, bytes", "tokens (bytes / 4)"], rows)


def _phases_table(found: Findings) -> str:
	rows = []
	for name, measured in found.phases.items():
		for part in ALL:
			ms = measured["parts_ms"].get(part)
			if ms is not None:
				trips = [f"{measured['trips'].get(f'{part}|{kind}', 0):.0f}" for kind in ("sql", "redis")]
				rows.append([name, part, f"{ms:.2f}", f"{ms / measured['total_ms'] * 100:.0f} %", *trips])
	return _table(["call, without HTTP", "part", "ms", "share", "SQL statements", "Redis calls"], rows)


def _memory_table(found: Findings) -> str:
	rows = [
		[door, f"{mb:.0f}", f"{mb - found.memory[REST]:+.0f}" if door != REST else ""]
		for door, mb in found.memory.items()
	]
	return _table(["worker of", "resident MB", "over plain Frappe"], rows)


def _first_table(found: Findings) -> str:
	silence = found.conditions.get("silence_seconds")
	rows = [
		[door, what, f"{f.first:.1f}", f"{f.second:.1f}", f"{f.warm:.1f}", f"{f.of_warm:.1f}", str(f.tries)]
		for what, firsts in (
			("of a new worker", found.new_workers),
			(f"after {silence} s of silence", found.silence),
		)
		for door, f in firsts.items()
	]
	return _table(
		["door", "first list", "ms", "the second", "warm right after", "first of warm", "tries"], rows
	)


def verdict_table(verdicts: Sequence[Verdict]) -> str:
	"""The goals."""
	rows = [[v.what, v.measured, v.spread, v.wanted, v.words] for v in verdicts]
	return _table(["goal", "measured", "least and most of the rounds", "wanted", ""], rows)
