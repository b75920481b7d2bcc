"""Everything that one run has found, as a value: for the tables, the chart and the JSON file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from dev.benchmark.doors import calls, goals, phases_names
from dev.benchmark.doors.cold import First
from dev.benchmark.doors.doors import REST, SITE, UVICORN
from dev.benchmark.doors.goals import Verdict
from dev.benchmark.doors.measure import Key, Samples, figures, p50, percentile, ratio, throughput


@dataclass
class Findings:
	"""What was measured, and on what."""

	lane: str
	about: Mapping[str, Any]
	conditions: dict[str, Any]
	samples: Samples
	sizes: Mapping[tuple[str, str], int] = field(default_factory=dict)
	"""By work and door: bytes of the answer."""
	phases: Mapping[str, Any] = field(default_factory=dict)
	memory: Mapping[str, float] = field(default_factory=dict)
	"""By door: MB of a worker at the end."""
	new_workers: Mapping[str, First] = field(default_factory=dict)
	silence: Mapping[str, First] = field(default_factory=dict)
	grown: Mapping[str, Any] = field(default_factory=dict)

	def verdicts(self) -> list[Verdict]:
		"""All goals that this run can tell of."""
		return [*self._doors(), *self._shares(), *self._growth(), *self._memory(), *self._silence()]

	def _doors(self) -> list[Verdict]:
		found = []
		for clients, value, limits, what in (
			(1, p50, goals.P50, "p50 of REST's, 1 client"),
			(8, throughput, goals.THROUGHPUT, "calls/s of REST's, 8 clients"),
		):
			for work in (calls.LIST, calls.GET):
				for door, goal in limits.items():
					key, base = (work, door, clients), (work, REST, clients)
					if key in self.samples.blocks:
						found.append(
							self._ratio(
								f"{work}, {door}: {what}", key, base, value, goal, value is throughput
							)
						)
		return found

	def _shares(self) -> list[Verdict]:
		found = []
		for work in (calls.LIST, calls.GET):
			measured = self.phases.get(work)
			if measured:
				total, parts = measured["total_ms"], measured["parts_ms"]
				ours = (phases_names.POLICY, phases_names.PROTOCOL, phases_names.TRANSACTION)
				both = sum(parts.get(part, 0) for part in ours)
				audit = parts.get(phases_names.AUDIT, 0)
				for what, part, goal in (
					("policy, protocol and transaction", both, goals.POLICY_AND_PROTOCOL),
					("audit", audit, goals.AUDIT),
				):
					found.append(
						Verdict(
							f"{work}: {what} of the site door's call", part / total * 100, goal, unit=" %"
						)
					)
		return found

	def _growth(self) -> list[Verdict]:
		found = []
		for kind, name in (("rows", calls.rows_work), ("rules", calls.rules_work)):
			counts = sorted(self.grown.get(kind, {}), key=int)
			for door in (SITE, UVICORN) if len(counts) > 1 else ():
				least, most = (name(counts[0]), door, 1), (name(counts[-1]), door, 1)
				if least in self.samples.blocks:
					what = f"{door}: p50 with {int(counts[-1]):,} {kind} of that with {int(counts[0]):,}"
					found.append(self._ratio(what, most, least, p50, goals.FLAT))
		return found

	def _memory(self) -> list[Verdict]:
		return [
			Verdict(
				f"{door}: memory of a worker over plain Frappe's",
				self.memory[door] - self.memory[REST],
				goals.MEMORY,
				unit=" MB",
			)
			for door in (SITE, UVICORN)
			if door in self.memory
		]

	def _silence(self) -> list[Verdict]:
		seconds = self.conditions.get("silence_seconds")
		return [
			Verdict(
				f"{door}: the first call after {seconds:g} s of silence, of a warm one",
				self.silence[door].of_warm,
				goals.SILENCE,
			)
			for door in (SITE, UVICORN)
			if door in self.silence
		]

	def _ratio(
		self, what: str, key: Key, base: Key, value: Any, goal: float, at_least: bool = False
	) -> Verdict:
		r = ratio(self.samples.blocks, key, base, value)
		return Verdict(what, r.median, goal, at_least, spread=f"{r.least:.2f} to {r.most:.2f}")

	def as_json(self) -> dict[str, Any]:
		"""For programs. Keys of more than one part are joined by ` | `."""
		return {
			"lane": self.lane,
			"about": dict(self.about),
			"conditions": self.conditions,
			"figures": {" | ".join(map(str, key)): asdict(f) for key, f in figures(self.samples).items()},
			"in_process_ms": {
				work: percentile([s for round_ in rounds for s in round_], 50)
				for work, rounds in self.samples.floor.items()
			},
			"bytes": {" | ".join(key): size for key, size in self.sizes.items()},
			"phases": dict(self.phases),
			"memory_mb": dict(self.memory),
			"new_workers_ms": {door: asdict(f) for door, f in self.new_workers.items()},
			"after_silence_ms": {door: asdict(f) for door, f in self.silence.items()},
			"goals": [{**asdict(v), "value": round(v.value, 4), "verdict": v.words} for v in self.verdicts()],
		}
