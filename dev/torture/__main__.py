"""`make torture`, or `python -m dev.torture --minutes 1 --clients 8`.

Several server processes on a MariaDB and a Redis of their own, on loopback; mixed load, and all the time something is killed,
restarted, locked or changed. Prints the report and writes build/torture/torture.json; exit status 1 if any promise was broken.
"""

import argparse
import faulthandler
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from dev.engine import paths, sites
from dev.torture import backends, report, servers
from dev.torture.backends import Backends

FOLDER = paths.BUILD / "torture"
PROBES = 900
"""From this number on, clients that only look whether a server answers."""
LONGEST_END = 180
"""Seconds that clients may take to finish."""


def tortured(
	on: Backends, bench: Path, minutes: float, clients: int, pause: float, seed: int, only: str, log: IO
) -> report.Report:
	"""The whole of it, on the site this thread is connected to.

	:param only: what the names of faults have in common that are to happen
	"""
	import frappe

	from dev.torture import faults, observe, switches, world
	from dev.torture.client import Client, Running, Shared

	built = world.build()
	timelines = switches.timelines()
	shared = Shared(timelines)
	running = servers.start(bench, sites.SITE, log)
	urls = [server.base_url for server in running]
	# Group by group, so that few clients are still of all groups.
	users = [
		built.users[g * world.USERS_PER_GROUP + i]
		for i in range(world.USERS_PER_GROUP)
		for g in range(len(timelines))
	]
	of_client = {number: users[number % len(users)] for number in range(clients)}

	def client(number: int, user: world.User, siblings: Sequence[int], to: Sequence[str]) -> Client:
		return Client(number, user, frozenset(siblings), to, sites.SITE, shared, built.invoice)

	assert built.probe
	probes = range(PROBES, PROBES + len(urls) + 1)
	probing = [client(n, built.probe, probes, urls[i : i + 1] or urls) for i, n in enumerate(probes)]
	injected = faults.Faults(on, running, probing[:-1], probing[-1], seed)
	injected.prepare(only)
	began = time.monotonic()
	until = began + minutes * 60
	started = [
		Running(
			client(number, user, [n for n, u in of_client.items() if u is user], urls),
			until,
			pause,
		)
		for number, user in of_client.items()
	]
	administrator = switches.Administrator(sites.SITE, timelines, seed)
	try:
		for thread in (administrator, *started):
			thread.start()
		time.sleep(2)
		injected.run(until - 5)
		for thread in started:
			thread.join(LONGEST_END)
		administrator.stopping.set()
		administrator.join(LONGEST_END)
	finally:
		for server in running:
			server.stop()
	report.save_calls(shared.calls, injected.done, began, FOLDER)
	crashed = [
		*injected.crashed,
		*(f"{thread.name}: {thread.problem!r}" for thread in (administrator, *started) if thread.problem),
		*(f"{thread.name} does not end" for thread in (administrator, *started) if thread.is_alive()),
	]
	switches.patiently(observe.at_rest, time.monotonic() + 60)
	observed = switches.patiently(observe.observe, time.monotonic() + 60)
	(FOLDER / "errors.txt").write_text(switches.patiently(observe.errors, time.monotonic() + 60))
	found = report.put_together(
		minutes, clients, shared.calls, shared.wrong, injected.done, administrator.changes, observed, crashed
	)
	found.slowest_change, found.deadlocks = administrator.slowest, injected.deadlocks
	return found


def main() -> int:
	parser = argparse.ArgumentParser(description=__doc__)
	parser.add_argument("--minutes", type=float, default=10)
	parser.add_argument("--clients", type=int, default=32)
	parser.add_argument("--pause", type=float, default=0.2, help="mean seconds between two steps of a client")
	parser.add_argument("--seed", type=int, default=8)
	parser.add_argument(
		"--only", default="", help="a part of the names of the faults that are to happen, such as Redis"
	)
	arguments = parser.parse_args()
	faulthandler.enable()
	# Servers run in the site's folder and still find `dev` and the app.
	os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(paths.ROOT), os.environ.get("PYTHONPATH"))))
	FOLDER.mkdir(parents=True, exist_ok=True)
	with ExitStack() as stack:
		on = stack.enter_context(backends.running())
		bench = Path(stack.enter_context(tempfile.TemporaryDirectory()))
		log = stack.enter_context(open(FOLDER / "servers.log", "w"))
		sites.copy_template(sites.template("mariadb"), bench)
		stack.enter_context(sites.connected(bench, sites.SITE))
		found = tortured(
			on,
			bench,
			arguments.minutes,
			arguments.clients,
			arguments.pause,
			arguments.seed,
			arguments.only,
			log,
		)
	report.save(found, FOLDER)
	print(report.told(found))
	return 0 if found.kept else 1


if __name__ == "__main__":
	sys.exit(main())
