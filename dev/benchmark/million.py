"""A table of a million rows on MariaDB: `python -m dev.benchmark.million`.

The same questions to Frappe's own REST and to the app, over HTTP, to one server process, in turns, by one client; answers are proven
equal before anything is timed. Goal: the app takes at most a tenth longer, its process does not grow by what is in the
table, and its limits hold. Prints a table and writes build/benchmark/million.json; exit status 1 if a limit does not hold, an answer
differs or memory grows, not for times.
"""

import argparse
import http.client
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import psutil

from dev.benchmark import lane
from dev.engine import serve

GOAL = 1.10
MOST_GROWTH = 64
"""MB that a server may take at its peak beyond what it has taken warm; the table is some hundreds."""


@dataclass(frozen=True)
class Row:
	"""Milliseconds, medians over the rounds; `ratio` is the median of the ratios of neighbours."""

	question: str
	rest: float
	app: float
	ratio: float

	@property
	def met(self) -> bool:
		return self.ratio <= GOAL


class Client:
	"""One client with one kept-alive connection."""

	def __init__(self, base_url: str, key: str):
		parts = urlsplit(base_url)
		self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=300)
		self._key = key

	def rest(self, doctype: str, parameters: dict[str, Any], method: str = "") -> Any:
		"""REST's list, or the message of one of Frappe's methods."""
		texts = {k: v if isinstance(v, str | int) else json.dumps(v) for k, v in parameters.items()}
		if method:
			return self._ask("GET", f"/api/method/{method}?{urlencode({'doctype': doctype, **texts})}")[
				"message"
			]
		return self._ask("GET", f"/api/resource/{quote(doctype)}?{urlencode(texts)}")["data"]

	def tool(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
		"""The result; `isError` in it where it was refused."""
		params = {"name": name, "arguments": arguments}
		message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
		return self._ask("POST", "/mcp", json.dumps(message))["result"]

	def _ask(self, method: str, path: str, body: str | None = None) -> dict[str, Any]:
		headers = {
			"Authorization": self._key,
			"Accept": "application/json",
			"MCP-Protocol-Version": "2025-11-25",
		}
		if body:
			headers["Content-Type"] = "application/json"
		self._connection.request(method, path, body, headers)
		response = self._connection.getresponse()
		text = response.read()
		assert response.status == 200, (path, response.status, text[:500])
		return json.loads(text)


class Memory:
	"""The server's resident memory, as Linux counts it."""

	def __init__(self, pid: int):
		self._proc = Path("/proc") / str(pid)

	def forget_peak(self) -> None:
		(self._proc / "clear_refs").write_text("5")

	def peak(self) -> float:
		"""MB, since it was forgotten."""
		line = next(s for s in (self._proc / "status").read_text().splitlines() if s.startswith("VmHWM"))
		return int(line.split()[1]) / 1024


def taken(work: Callable[[], Any], calls: int) -> float:
	"""Milliseconds of a call, the median."""
	found = []
	for _ in range(calls):
		began = time.perf_counter()
		work()
		found.append((time.perf_counter() - began) * 1000)
	return statistics.median(found)


def measured(client: Client, rounds: int, only: str = "") -> tuple[list[Row], list[str]]:
	"""A row for each question, and the questions whose answers differ.

	:param only: what the names of the questions have in common
	"""
	from dev.benchmark import million_table

	doctype = million_table.DOCTYPE
	asked = [q for q in million_table.questions() if only in q.name]
	different = []
	for q in asked:
		theirs = q.theirs(client.rest(doctype, q.rest, q.method))
		result = client.tool(q.tool, {"doctype": doctype, **q.arguments})
		if result.get("isError") or q.ours(result["structuredContent"]) != theirs or not theirs:
			different.append(f"{q.name}: {str(theirs)[:300]} / {str(result['structuredContent'])[:300]}")
	times: dict[str, list[tuple[float, float]]] = {q.name: [] for q in asked}
	for number in range(rounds):
		for q in asked:
			ways = [
				lambda q=q: client.rest(doctype, q.rest, q.method),
				lambda q=q: client.tool(q.tool, {"doctype": doctype, **q.arguments}),
			]
			order = (0, 1) if number % 2 else (1, 0)
			found = {way: taken(ways[way], q.calls) for way in order}
			times[q.name].append((found[0], found[1]))
	rows = [
		Row(
			name,
			statistics.median(rest for rest, _ in pairs),
			statistics.median(app for _, app in pairs),
			statistics.median(app / rest for rest, app in pairs),
		)
		for name, pairs in times.items()
	]
	return rows, different


def limits_that_do_not_hold(client: Client) -> dict[str, str]:
	"""By limit, what was answered instead of the refusal; empty: it holds."""
	from dev.benchmark import million_table
	from erpnext_mcp.tests import world

	def code(tool: str, **arguments: Any) -> str:
		result = client.tool(tool, {"doctype": million_table.DOCTYPE, **arguments})
		return result["structuredContent"]["code"] if result.get("isError") else "an answer"

	def said(found: str, expected: str) -> str:
		return "" if found == expected else f"{found} instead of {expected}"

	by_title = {"aggregates": [{"function": "sum", "field": "amount", "as": "total"}], "group_by": ["title"]}
	found = {
		"maximum rows of the rule": said(
			code("list_generic_documents", limit=million_table.MOST_ROWS + 1), "invalid_arguments"
		),
		"maximum rows of an aggregate": said(
			code("aggregate_generic_documents", **by_title, limit=million_table.MOST_ROWS + 1),
			"invalid_arguments",
		),
		"distinct values": said(
			code(
				"aggregate_generic_documents", aggregates=[{"function": "count_distinct", "field": "title"}]
			),
			"too_large",
		),
	}
	million_table.limits({"query_time_limit": 1})
	began = time.perf_counter()
	slow = code("aggregate_generic_documents", **by_title, order_by="total desc")
	seconds = time.perf_counter() - began
	found["time limit of 1 s"] = said(slow, "timeout") or (
		"" if seconds < 3 else f"only after {seconds:.1f} s"
	)
	million_table.limits({"query_time_limit": 30, "rows_per_hour": 10})
	for _ in range(2):
		last = code("list_generic_documents", limit=20)
	found["rows an hour"] = said(last, "rate_limited")
	million_table.limits(dict.fromkeys(world.LIMITS, 0))
	return found


def told(found: dict[str, Any]) -> str:
	lines = [
		f"{found['rows']:,} rows, {found['rounds']} rounds, {found['on']}.",
		"",
		f"| question | Frappe's REST, ms | the app, ms | ratio | goal ≤ {GOAL} |",
		"|---|---|---|---|---|",
	]
	for row in found["times"]:
		verdict = "met" if row["met"] else "missed"
		lines.append(
			f"| {row['question']} | {row['rest']:,.1f} | {row['app']:,.1f} | {row['ratio']:.3f} | {verdict} |"
		)
	lines += ["", f"Memory of the server: {found['warm_mb']:.0f} MB warm, at most {found['peak_mb']:.0f} MB."]
	lines += [f"{limit}: {problem or 'holds'}" for limit, problem in found["limits"].items()]
	lines += [f"Answers differ: {what}" for what in found["different"]]
	return "\n".join(lines)


def report(rows: int, rounds: int, only: str = "") -> dict[str, Any]:
	"""Everything, on the site this thread is connected to."""
	import frappe

	from dev.benchmark import million_table

	began = time.monotonic()
	key = million_table.build(rows)
	print(f"{rows:,} rows are there ({time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)
	server = serve.start_process(Path(os.getcwd()).parent, frappe.local.site)
	try:
		process = next(p for p in psutil.Process().children() if "dev.engine.serve" in " ".join(p.cmdline()))
		memory = Memory(process.pid)
		client = Client(server.base_url, key)
		for _ in range(20):
			client.tool("list_generic_documents", {"doctype": million_table.DOCTYPE, "limit": 1})
			client.rest(million_table.DOCTYPE, {"limit_page_length": 1})
		memory.forget_peak()
		warm = memory.peak()
		times, different = measured(client, rounds, only)
		limits = limits_that_do_not_hold(client)
		peak = memory.peak()
	finally:
		server.stop()
	return {
		"rows": rows,
		"rounds": rounds,
		"on": f"{os.cpu_count()} cores, load average {os.getloadavg()[1]:.1f}",
		"times": [{**asdict(row), "met": row.met} for row in times],
		"warm_mb": warm,
		"peak_mb": peak,
		"limits": limits,
		"different": different,
	}


def main() -> int:
	parser = argparse.ArgumentParser(description=__doc__)
	parser.add_argument("--rows", type=int, default=1_000_000)
	parser.add_argument("--rounds", type=int, default=9)
	parser.add_argument("--only", default="", help="questions with this in their names")
	arguments = parser.parse_args()
	with lane.connected("mariadb"):
		found = report(arguments.rows, arguments.rounds, arguments.only)
	print(told(found))
	lane.write("million", found)
	grown = found["peak_mb"] - found["warm_mb"] > MOST_GROWTH
	return int(bool(found["different"] or any(found["limits"].values()) or grown))


if __name__ == "__main__":
	sys.exit(main())
