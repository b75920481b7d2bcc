"""What came of it, as values, as a table, and as JSON."""

import csv
import json
import os
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dev.torture import checker
from dev.torture.answers import CLIENT, Fate
from dev.torture.calls import Call
from dev.torture.outages import Disturbance, slow, unexplained

SHOWN = 10
"""Of each promise that was broken, as many examples."""


@dataclass
class Report:
	"""`broken`: by promise, how often; `examples`: of each the first few. `faults`: by kind `{times, outage, recovery}`, the longest in seconds."""

	minutes: float
	clients: int
	on: str
	faults: dict[str, dict[str, float]] = field(default_factory=dict)
	policy_changes: dict[str, int] = field(default_factory=dict)
	slowest_change: float = 0.0
	deadlocks: int = 0
	calls: int = 0
	fates: dict[str, int] = field(default_factory=dict)
	codes: dict[str, int] = field(default_factory=dict)
	milliseconds: dict[str, float] = field(default_factory=dict)
	entries: int = 0
	documents: dict[str, int] = field(default_factory=dict)
	broken: dict[str, int] = field(default_factory=dict)
	examples: dict[str, list[str]] = field(default_factory=dict)

	@property
	def kept(self) -> bool:
		"""Whether every promise was."""
		return not any(self.broken.values())

	@property
	def longest_recovery(self) -> float:
		return max((f["recovery"] for f in self.faults.values()), default=0.0)


BROKEN = {
	"wrong": "wrong answers",
	checker.LOST: "lost audit entries",
	checker.DOUBLE: "double audit entries",
	checker.HALF_DONE: "half-done documents",
	checker.UNKEPT: "writes other than they were told",
	checker.CHAIN: "breaks in the chain of seals",
	"unexplained": "failures without a fault",
	"slow": "recoveries that came late or never",
	"crashed": "parts of the torture itself that failed",
}


def put_together(
	minutes: float,
	clients: int,
	calls: Sequence[Call],
	wrong: Sequence[tuple[str, str]],
	done: Sequence[Disturbance],
	changes: Mapping[str, int],
	observed: checker.Observed,
	crashed: Sequence[str] = (),
) -> Report:
	"""Holds everything against the promises.

	:param wrong: answers: the ids of their requests, and what is wrong
	:param crashed: what failed of the torture itself
	"""
	problems: dict[str, list[str]] = {name: [] for name in BROKEN}
	problems["wrong"] = [f"{request_id}: {problem}" for request_id, problem in wrong]
	for promise, how in checker.check(calls, observed):
		problems[promise].append(how)
	problems["unexplained"] = unexplained(calls, done)
	problems["slow"] = slow(done)
	problems["crashed"] = list(crashed)
	faults = {
		kind: {
			"times": len(of_kind),
			"outage": max(d.outage for d in of_kind),
			"recovery": max(d.recovery for d in of_kind),
		}
		for kind in dict.fromkeys(d.kind for d in done)
		for of_kind in [[d for d in done if d.kind == kind]]
	}
	hung_up = sum(c.cause == CLIENT for c in calls)
	faults["client hung up"] = {"times": hung_up, "outage": 0.0, "recovery": 0.0}
	return Report(
		minutes=minutes,
		clients=clients,
		on=f"{os.cpu_count()} cores, load average {os.getloadavg()[1]:.1f}",
		faults=faults,
		policy_changes=dict(changes),
		calls=len(calls),
		fates=dict(Counter(str(c.fate) for c in calls)),
		codes=dict(
			Counter(f"{c.code}{f' ({c.cause})' if c.cause else ''}" for c in calls if c.code).most_common()
		),
		milliseconds=_milliseconds(calls),
		entries=len(observed.entries),
		documents={
			"accounts": len(observed.accounts),
			"changes of accounts": sum(a["counter"] for a in observed.accounts),
			"orders": len(observed.orders),
			"invoices": len(observed.invoices),
		},
		broken={name: len(found) for name, found in problems.items()},
		examples={name: found[:SHOWN] for name, found in problems.items() if found},
	)


def _milliseconds(calls: Sequence[Call]) -> dict[str, float]:
	taken = [(c.received - c.sent) * 1000 for c in calls if c.fate is Fate.OK]
	if len(taken) < 2:
		return {}
	cuts = statistics.quantiles(taken, n=100, method="inclusive")
	return {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "max": round(max(taken), 1)}


def told(report: Report) -> str:
	"""For people, as Markdown."""
	lines = [
		f"{report.clients} clients, {report.minutes:g} minutes, on {report.on}.",
		"",
		"| fault | times | longest outage, s | of it after what was taken away was back, s |",
		"|---|---|---|---|",
	]
	for kind, found in sorted(report.faults.items()):
		lines.append(f"| {kind} | {found['times']:,} | {found['outage']:.1f} | {found['recovery']:.1f} |")
	for group, times in report.policy_changes.items():
		lines.append(f"| policy changed: {group} | {times:,} | | |")
	fates = report.fates
	lines += [
		"",
		"| what | how many |",
		"|---|---|",
		f"| calls | {report.calls:,} |",
		f"| answered: done | {fates.get('ok', 0):,} |",
		f"| answered: refused | {fates.get('refused', 0) + fates.get('unrecorded', 0):,} |",
		f"| answered: the server doesn't know whether it is done | {fates.get('undecided', 0):,} |",
		f"| answered by a bare error of the web server | {fates.get('broken', 0):,} |",
		f"| cut | {fates.get('cut', 0):,} |",
		f"| audit entries | {report.entries:,} |",
		*(f"| {name} | {number:,} |" for name, number in report.documents.items()),
		f"| deadlocks that MariaDB found | {report.deadlocks:,} |",
		*(f"| **{words}** | **{report.broken[name]:,}** |" for name, words in BROKEN.items()),
		f"| longest recovery | {report.longest_recovery:.1f} s |",
		"",
		"Refusals by code: " + ", ".join(f"{code} {n:,}" for code, n in report.codes.items()) + ".",
		"Milliseconds of what was done: "
		+ ", ".join(f"{k} {v:,.0f}" for k, v in report.milliseconds.items())
		+ ".",
	]
	for name, examples in report.examples.items():
		lines += ["", f"{BROKEN[name]}:", *(f"* {example}" for example in examples)]
	lines += ["", "Every promise was kept." if report.kept else "A PROMISE WAS BROKEN."]
	return "\n".join(lines)


def save_calls(calls: Sequence[Call], done: Sequence[Disturbance], began: float, folder: Path) -> None:
	"""Every call and every fault, to look things up in: calls.csv and faults.csv, with seconds since the beginning."""
	columns = (
		"sent",
		"received",
		"request_id",
		"user",
		"tool",
		"doctype",
		"fate",
		"code",
		"cause",
		"token",
		"name",
	)
	with open(folder / "calls.csv", "w", newline="") as file:
		writer = csv.writer(file)
		writer.writerow(columns)
		for call in sorted(calls, key=lambda c: c.sent):
			times = [round(t - began, 3) for t in (call.sent, call.received)]
			writer.writerow([*times, *(getattr(call, name) for name in columns[2:])])
	with open(folder / "faults.csv", "w", newline="") as file:
		writer = csv.writer(file)
		writer.writerow(("kind", "began", "back", "recovered"))
		for d in done:
			times = (d.began, d.back, d.recovered)
			writer.writerow([d.kind, *("" if t is None else round(t - began, 3) for t in times)])


def save(report: Report, folder: Path) -> None:
	"""As torture.json, and the table beside it."""
	folder.mkdir(parents=True, exist_ok=True)
	values: dict[str, Any] = {
		**asdict(report),
		"kept": report.kept,
		"longest_recovery": report.longest_recovery,
	}
	(folder / "torture.json").write_text(json.dumps(values, indent=1) + "\n")
	(folder / "torture.md").write_text(told(report) + "\n")
