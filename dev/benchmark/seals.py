"""What the proof of the audit costs: `python -m dev.benchmark.seals` (ENGINE_DB=mariadb for the other lane).

Writes entries, seals them in one go while another connection goes on writing entries as calls do, verifies, exports and drops them.
Prints a table and writes build/benchmark/seals-<database>.json. Fails if sealing takes longer than the goal.
"""

import argparse
import gc
import os
import platform
import statistics
import sys
import threading
import time
from collections.abc import Callable

import psutil

from dev.benchmark import lane
from dev.engine import sites

ENTRIES = 100_000
GOAL = 60
"""Seconds to seal them."""
PER_TRANSACTION = 1000


def write(count: int) -> None:
	"""Entries as the pipeline writes them, many in a transaction."""
	import frappe

	from erpnext_mcp.audit import entry as audit

	for start in range(0, count, PER_TRANSACTION):
		audit.write(
			[
				audit.Entry(
					name=audit.new_name(),
					user=f"user{number % 50}@example.com",
					outcome=audit.ALLOWED,
					tool="list_generic_documents",
					operation="read",
					profile="Benchmark",
					profile_revision="2026-01-01 00:00:00.000000",
					reference_doctype="Sales Order",
					field_names=["name", "customer", "transaction_date", "grand_total", "status"],
					row_count=20,
					byte_count=2500,
					duration_ms=12.3,
					transport="streamable-http",
					credential="API key 0123456789abcde",
					ip_address="192.0.2.1",
					client_name="benchmark/1.0",
					protocol_version="2026-07-28",
					request_id=str(number),
					session="0123456789abcdef",
				)
				for number in range(start, min(count, start + PER_TRANSACTION))
			],
			text_log=False,
		)
		frappe.db.commit()


class Caller:
	"""Writes an entry every few milliseconds on a connection of its own, and remembers how long each took."""

	def __init__(self, site: str):
		self.site = site
		self.milliseconds: list[float] = []
		self._stop = threading.Event()
		self._thread = threading.Thread(target=self._run)

	def __enter__(self) -> "Caller":
		self._thread.start()
		return self

	def __exit__(self, *error: object) -> None:
		self._stop.set()
		self._thread.join()

	def _run(self) -> None:
		import frappe

		frappe.init(self.site, force=True)
		frappe.connect()
		try:
			while not self._stop.wait(0.005):
				before = time.perf_counter()
				write(1)
				self.milliseconds.append((time.perf_counter() - before) * 1000)
		finally:
			frappe.destroy()


def timed(work: Callable[[], object]) -> float:
	"""Seconds."""
	gc.collect()
	before = time.perf_counter()
	work()
	return time.perf_counter() - before


def main() -> int:
	parser = argparse.ArgumentParser(description=__doc__)
	parser.add_argument("--entries", type=int, default=ENTRIES)
	count: int = parser.parse_args().entries
	with lane.connected() as db:
		import frappe

		from erpnext_mcp.audit import export, retention, seal, table, verify

		took: dict[str, float] = {}
		frappe.db.delete("MCP Audit Entry")
		frappe.db.commit()
		with Caller(sites.SITE) as alone:
			time.sleep(5)
		took["writing"] = timed(lambda: write(count))
		with Caller(sites.SITE) as beside:
			took["sealing"] = timed(seal.seal)
		seal.seal()
		memory = psutil.Process().memory_info().rss
		took["verifying"] = timed(lambda: check(verify.verify()))
		grown = psutil.Process().memory_info().rss - memory

		def read_all() -> None:
			with table.snapshot():
				for _ in export.lines(export.entries(), export.JSON_LINES, export.COLUMNS):
					pass

		took["exporting as JSON lines"] = timed(read_all)
		sealed = frappe.db.count("MCP Audit Entry")
		now = retention.now_datetime
		retention.now_datetime = lambda: frappe.utils.add_days(now(), 2)
		took["dropping"] = timed(lambda: retention.drop_older_than(1))
		assert frappe.db.count("MCP Audit Entry") == 0
		seconds = timed(lambda: check(verify.verify()))
		took["verifying the seals of dropped entries"] = seconds
	on = f"{db}, Python {platform.python_version()}, {os.cpu_count()} cores"
	print(f"{sealed} entries on {on}:\n\n| what | seconds | µs per entry |\n|---|---|---|")
	for name, seconds in took.items():
		print(f"| {name} | {seconds:.1f} | {seconds / sealed * 1e6:.0f} |")
	calls = {name: _latency(c.milliseconds) for name, c in (("alone", alone), ("while sealing", beside))}
	print("\n| entries written by a call | number | median ms | 99 % ms | most ms |\n|---|---|---|---|---|")
	for name, (number, *figures) in calls.items():
		print(f"| {name} | {number:.0f} | {' | '.join(f'{f:.1f}' for f in figures)} |")
	print(f"\nMemory grew by {grown / 2**20:.0f} MB while verifying.")
	result = {"on": on, "entries": sealed, "goal": GOAL, "seconds": took, "calls": calls, "grown": grown}
	lane.write(f"seals-{db}", result)
	missed = took["sealing"] > GOAL * count / ENTRIES
	print(f"The goal of {GOAL} s for {ENTRIES:,} entries is {'missed' if missed else 'met'}.")
	return int(missed)


def check(verdict) -> None:
	assert verdict.problem is None, verdict.problem


def _latency(milliseconds: list[float]) -> tuple[float, float, float, float]:
	return (
		len(milliseconds),
		statistics.median(milliseconds),
		statistics.quantiles(milliseconds, n=100)[98],
		max(milliseconds),
	)


if __name__ == "__main__":
	sys.exit(main())
