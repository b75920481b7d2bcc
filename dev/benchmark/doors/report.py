"""What was measured, as Markdown tables."""

from collections.abc import Callable, Iterable, Sequence

from dev.benchmark.doors import calls
from dev.benchmark.doors.doors import REST, SITE, UVICORN
from dev.benchmark.doors.findings import Findings
from dev.benchmark.doors.goals import Verdict
from dev.benchmark.doors.load import Block
from dev.benchmark.doors.measure import Figure, figures, p50, percentile, ratio, throughput
from dev.benchmark.doors.phases_names import ALL

CPU_CLIENTS = 8
"""At which the workers' computing is told."""


def text(found: Findings) -> str:
	"""All tables that there is something for."""
	parts = [
		_conditions(found),
		_doors_tables(found),
		_growth_table(found),
		_sizes_table(found),
		_phases_table(found),
		_memory_table(found),
		_first_table(found),
		verdict_table(found.verdicts()),
	]
	return "\n\n".join(part for part in parts if part)


def _conditions(found: Findings) -> str:
	both = {**found.about, **found.conditions}
	return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in both.items()) + "."


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
	lines = [f"| {' | '.join(row)} |" for row in rows]
	if not lines:
		return ""
	return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines])


def _doors_tables(found: Findings) -> str:
	"""Milliseconds, then calls per second, of every door; both with their ratio to Frappe's REST."""
	of_key, blocks = figures(found.samples), found.samples.blocks
	doors = list(dict.fromkeys(door for _, door, _ in of_key))

	def row(
		work: str, clients: int, cell: Callable[[Figure], str], value: Callable[[Block], float]
	) -> list[str]:
		cells = [work, str(clients)]
		for door in doors:
			key, base = (work, door, clients), (work, REST, clients)
			part = "" if door == REST else f", × {ratio(blocks, key, base, value).median:.2f}"
			cells.append(cell(of_key[key]) + part)
		return cells

	keys = [
		(work, clients)
		for work in (calls.LIST, calls.GET, calls.COUNT)
		for clients in calls.CLIENTS
		if (work, REST, clients) in of_key
	]
	milliseconds = _table(
		["p50 (p95) ms", "clients", *doors, "in process"],
		[
			[*row(work, clients, lambda f: f"{f.p50:.1f} ({f.p95:.1f})", p50), _floor(found, work, clients)]
			for work, clients in keys
		],
	)
	per_second = _table(
		["calls/s", "clients", *doors],
		[row(work, clients, lambda f: f"{f.per_second:.0f}", throughput) for work, clients in keys],
	)
	computed = _table(
		["ms that the worker computes for a call", *doors],
		[
			[work, *(f"{of_key[work, door, clients].cpu:.1f}" for door in doors)]
			for work, clients in keys
			if clients == CPU_CLIENTS
		],
	)
	return f"{milliseconds}\n\n{per_second}\n\n{computed}"


def _floor(found: Findings, work: str, clients: int) -> str:
	rounds = found.samples.floor.get(work, [])
	seconds = [second for of_round in rounds for second in of_round]
	if clients > 1 or not seconds:
		return ""
	return f"{percentile(seconds, 50):.1f} ({percentile(seconds, 95):.1f})"


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
