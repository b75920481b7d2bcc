"""Sixteen clients for twenty minutes: `make soak`, or `python -m dev.benchmark.soak --minutes 20`.

Two server processes on MariaDB and Redis, on loopback. Prints latencies by kind of call, what became of the calls, and the memory of
the servers over time; then holds the audit against what the clients saw. Writes build/benchmark/soak.json.

Fails if a call had an outcome that it should not have, if an entry is missing or there twice, if the chain of seals does not hold, or
if the memory has grown.
"""

import argparse
import os
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

from dev.benchmark import lane
from dev.benchmark.load import Client, Kind
from dev.engine import serve

CLIENTS = 16
SERVERS = 2
CUSTOMERS = 50
SAMPLE_EVERY = 5.0
"""Seconds between two looks at the servers' memory."""
SEAL_EVERY = 60.0
"""As the scheduler of a bench does."""
MOST_GROWTH = 0.10
"""Of a server's memory, from the second fifth of the time to the last."""
PLENTY = 100_000_000
"""Limits that are counted but never reached."""


def kinds(names: list[str], north: str, group: str) -> list[Kind]:
	"""The mix."""

	def customer(chance: Any, number: int) -> dict[str, Any]:
		return {
			"customer_name": f"MCP Soak {number}",
			"customer_type": "Company",
			"customer_group": group,
			"territory": north,
		}

	def one(chance: Any) -> dict[str, Any]:
		return {"doctype": "Customer", "name": chance.choice(names)}

	def update(chance: Any, number: int, **more: Any) -> tuple[str, dict[str, Any]]:
		data = {"website": f"https://example.com/{number}"}
		return "update_generic_document", {**one(chance), "data": data, **more}

	listed = {"doctype": "Customer", "fields": ["customer_name", "territory", "website"], "limit": 20}
	return [
		Kind("list", 30, lambda c, n: ("list_generic_documents", {**listed, "offset": c.randrange(20)})),
		Kind("get", 25, lambda c, n: ("get_generic_document", one(c))),
		Kind(
			"search",
			5,
			lambda c, n: ("search_generic_documents", {"doctype": "Customer", "search_term": "MCP"}),
		),
		Kind("system info", 5, lambda c, n: ("get_system_info", {})),
		Kind(
			"create",
			5,
			lambda c, n: ("create_generic_document", {"doctype": "Customer", "data": customer(c, n)}),
		),
		# Two that change one document at the same time wait for each other, and may be told to come again.
		Kind("update", 12, update, frozenset({"ok", "conflict", "unavailable"})),
		Kind(
			"dry run",
			6,
			lambda c, n: update(c, n, dry_run=True),
			frozenset({"ok", "conflict", "unavailable"}),
		),
		Kind(
			"refused: closed",
			6,
			lambda c, n: ("list_generic_documents", {"doctype": "User"}),
			frozenset({"not_found"}),
		),
		Kind(
			"refused: hidden field",
			3,
			lambda c, n: ("list_generic_documents", {"doctype": "Customer", "fields": ["no_such_field"]}),
			frozenset({"field_not_permitted"}),
		),
		Kind(
			"refused: arguments",
			3,
			lambda c, n: ("get_generic_document", {"doctype": "Customer"}),
			frozenset({"invalid_arguments"}),
		),
	]


def prepare() -> tuple[list[str], list[Kind]]:
	"""Users with keys, customers, a profile, limits that are counted: the keys, and the mix."""
	import frappe

	from erpnext_mcp.tests import world

	world.build()
	group = frappe.get_value("Customer", world.ALPHA, "customer_group")
	names = []
	for i in range(CUSTOMERS):
		doc = frappe.get_doc(
			{
				"doctype": "Customer",
				"customer_name": f"MCP Soaked {i}",
				"customer_type": "Company",
				"customer_group": group,
				"territory": world.NORTH,
			}
		)
		names.append(doc.insert().name)
	settings = frappe.get_doc("MCP Gateway Settings")
	settings.update(dict.fromkeys(world.LIMITS, PLENTY))
	settings.save()
	frappe.db.commit()
	return [world.api_key(world.MASTER), world.api_key(world.READER)], kinds(names, world.NORTH, group)


def run(clients: list[Client], processes: list[psutil.Process]) -> tuple[list[list[int]], list[float]]:
	"""Lets the clients run; meanwhile seals the audit. Gives the servers' memory in bytes at each look, and the seconds of
	each sealing."""
	from erpnext_mcp.audit import seal

	memory: list[list[int]] = []
	sealings: list[float] = []
	for client in clients:
		client.start()
	next_seal = time.monotonic() + SEAL_EVERY
	while any(client.is_alive() for client in clients):
		memory.append([process.memory_info().rss for process in processes])
		if time.monotonic() > next_seal:
			next_seal += SEAL_EVERY
			started = time.perf_counter()
			seal.seal()
			sealings.append(time.perf_counter() - started)
		deadline = time.monotonic() + SAMPLE_EVERY
		for client in clients:
			client.join(max(0.0, deadline - time.monotonic()))
	return memory, sealings


def latencies(clients: list[Client], mix: list[Kind]) -> dict[str, dict[str, float]]:
	"""Milliseconds by kind."""
	found = {}
	for name in [*(kind.name for kind in mix), "all"]:
		taken = [
			s * 1000
			for client in clients
			for kind, seconds in client.record.seconds.items()
			for s in seconds
			if name in (kind, "all")
		]
		if len(taken) > 1:
			cuts = statistics.quantiles(taken, n=100, method="inclusive")
			found[name] = {
				"calls": len(taken),
				"p50": cuts[49],
				"p95": cuts[94],
				"p99": cuts[98],
				"max": max(taken),
			}
	return found


def held_against_the_audit(clients: list[Client]) -> dict[str, int]:
	"""How many calls have no entry, how many have several, how many entries belong to no call."""
	import frappe

	frappe.db.rollback()
	entries = Counter(
		frappe.get_all("MCP Audit Entry", filters={"request_id": ("like", "soak-%")}, pluck="request_id")
	)
	answered = {i for client in clients for i in client.record.answered}
	unanswered = {i for client in clients for i in client.record.unanswered}
	return {
		"answered": len(answered),
		"entries": sum(entries.values()),
		"lost": len(answered - entries.keys()),
		"double": sum(count > 1 for count in entries.values()),
		"of no call": len(entries.keys() - answered - unanswered),
	}


def growth(memory: list[list[int]]) -> list[float]:
	"""For each server, by which part its memory grew from the second fifth of the time to the last."""
	fifth = max(1, len(memory) // 5)
	early, late = memory[fifth : 2 * fifth] or memory, memory[-fifth:]
	return [
		statistics.mean(row[i] for row in late) / statistics.mean(row[i] for row in early) - 1
		for i in range(len(memory[0]))
	]


def report(minutes: float, pause: float) -> dict[str, Any]:
	"""Everything that was measured, on the site this thread is connected to; `problems` names what is wrong."""
	import frappe

	keys, mix = prepare()
	bench = Path(os.getcwd()).parent
	servers = [serve.start_process(bench, frappe.local.site, worker=not i) for i in range(SERVERS)]
	try:
		processes = [p for p in psutil.Process().children() if "dev.engine.serve" in " ".join(p.cmdline())]
		until = time.monotonic() + minutes * 60
		clients = [
			Client(i, servers[i % SERVERS].base_url, keys[i // SERVERS % len(keys)], mix, until, pause)
			for i in range(CLIENTS)
		]
		memory, sealings = run(clients, processes)
	finally:
		for server in servers:
			server.stop()
	from erpnext_mcp.audit import seal, verify

	seal.seal()
	verdict = verify.verify()
	outcomes: Counter[tuple[str, str]] = Counter()
	for client in clients:
		outcomes.update(client.record.outcomes)
	audit = held_against_the_audit(clients)
	grown = growth(memory)
	expected = {kind.name: kind.expected for kind in mix}
	problems = [
		*(f"{kind}: {n} x {o}" for (kind, o), n in sorted(outcomes.items()) if o not in expected[kind]),
		*(f"{audit[what]} entries {what}" for what in ("lost", "double", "of no call") if audit[what]),
		*(f"server {i} grew by {part:.0%}" for i, part in enumerate(grown) if part > MOST_GROWTH),
		*([f"audit: {verdict.problem}"] if verdict.problem else []),
	]
	return {
		"minutes": minutes,
		"latencies": latencies(clients, mix),
		"outcomes": {f"{kind}: {outcome}": n for (kind, outcome), n in sorted(outcomes.items())},
		"memory_mb": [[round(bytes_ / 2**20, 1) for bytes_ in row] for row in memory],
		"growth": grown,
		"audit": audit,
		"chain": {"seals": verdict.seals, "entries": verdict.entries, "problem": verdict.problem},
		"slowest_sealing": max(sealings, default=0.0),
		"problems": problems,
	}


def told(found: dict[str, Any]) -> str:
	"""The same for people."""
	lines = ["| kind of call | calls | p50 ms | p95 ms | p99 ms | max ms |", "|---|---|---|---|---|---|"]
	for name, f in found["latencies"].items():
		lines.append(
			f"| {name} | {f['calls']:,} | {f['p50']:.0f} | {f['p95']:.0f} | {f['p99']:.0f} | {f['max']:.0f} |"
		)
	memory = found["memory_mb"]
	steps = memory[:: max(1, len(memory) // 10)]
	lines += [
		"",
		*(f"{what}: {n:,}" for what, n in found["outcomes"].items()),
		"",
		"Memory of the servers, MB: " + ", ".join("/".join(f"{mb:.0f}" for mb in row) for row in steps),
		"Growth: " + ", ".join(f"{part:+.1%}" for part in found["growth"]),
		f"Audit: {found['audit']}",
		f"Chain: {found['chain']}; slowest sealing {found['slowest_sealing']:.2f} s",
		"",
		"Wrong: " + "; ".join(found["problems"]) if found["problems"] else "Nothing is wrong.",
	]
	return "\n".join(lines)


def main() -> int:
	parser = argparse.ArgumentParser(description=__doc__)
	parser.add_argument("--minutes", type=float, default=20)
	parser.add_argument("--pause", type=float, default=0.1, help="mean seconds between two calls of a client")
	arguments = parser.parse_args()
	with lane.connected("mariadb"):
		found = report(arguments.minutes, arguments.pause)
	print(told(found))
	lane.write("soak", found)
	return 1 if found["problems"] else 0


if __name__ == "__main__":
	sys.exit(main())
