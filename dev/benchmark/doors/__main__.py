"""The app's doors against Frappe's own REST, on one site, in one run.

	make benchmark                                          the embedded engine, on MariaDB and Redis of its own
	make benchmark BENCH=/path/to/frappe-bench SITE=name    a real bench; the site has to allow tests
	... ARGS="--quick"                                      only list and get, at 1 and 8 clients

Every door is served by two workers of four threads each, and clients are spread over them; answers are proven to be the same before
they are timed, and every timed answer is compared with the proven one.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from dev.benchmark.doors import calls, cold, documentation, lanes, load, probe, processes, report
from dev.benchmark.doors.calls import Work
from dev.benchmark.doors.doors import REST, REST_WITH_APP, SITE, UVICORN, Doors, open_doors, proven
from dev.benchmark.doors.drawing import draw
from dev.benchmark.doors.findings import Findings
from dev.benchmark.doors.lanes import Lane
from dev.benchmark.doors.measure import Samples, Subject, run
from dev.benchmark.doors.probe import Probe

FOLDER = lanes.ROOT / "build" / "benchmark"
PHASE_CALLS = 100
NEW_WORKERS = 3


def say(message: str) -> None:
	print(f"benchmark: {message}", file=sys.stderr, flush=True)


def parsed() -> argparse.Namespace:
	parser = argparse.ArgumentParser(
		prog="make benchmark", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--bench", type=Path, help="a real bench, instead of the embedded engine")
	parser.add_argument("--site", default="", help="the site of it")
	parser.add_argument("--quick", action="store_true", help="list and get only, 1 and 8 clients, no more")
	parser.add_argument("--rounds", type=int, help="7; 3 where it is to be quick")
	parser.add_argument("--seconds", type=float, default=1.0, help="of each block; default: 1")
	parser.add_argument("--workers", type=int, default=2, help="of each door; default: 2")
	parser.add_argument(
		"--silence", type=float, default=30, help="seconds without a call, before the first one; default: 30"
	)
	parser.add_argument("--silences", type=int, default=2, help="how many of them; default: 2")
	parser.add_argument(
		"--rows",
		type=lambda text: [int(part) for part in text.split(",")],
		default=[1_000, 10_000, 100_000],
		help="of the tables that are listed; default: 1000,10000,100000",
	)
	parser.add_argument("--docs", action="store_true", help="put the tables and the chart into docs/, too")
	return parser.parse_args()


def measured(arguments: argparse.Namespace, lane: Lane, inside: Probe) -> Findings:
	"""The whole run, or the quick one.

	:raises calls.NotTheSame, load.WrongAnswer: what would have been timed is not right
	"""
	about = inside("about")
	say(f"{lane.name}: {about}")
	made = inside("build")
	grown = {} if arguments.quick else inside("grow", rows=arguments.rows)
	rounds = arguments.rounds or (3 if arguments.quick else 7)
	conditions = {
		"date": date.today().isoformat(),
		"load_before": round(os.getloadavg()[0], 1),
		"cores": os.cpu_count(),
		"workers_of_each_door": arguments.workers,
		"threads_of_each_worker": lanes.THREADS,
		"rounds": rounds,
		"seconds_of_each_block": arguments.seconds,
	}
	works = calls.works(lane.site, made)
	if arguments.quick:
		works = [work for work in works if work.name != calls.COUNT]

	def floor(work: str, seconds: float) -> list[float]:
		return inside("floor", what=work, seconds=seconds, invoice=made["invoice"])

	with open_doors(lane, arguments.workers) as doors:

		def rounds_of(some: Sequence[Work]) -> tuple[list[Subject], Samples]:
			subjects = proven(doors, some, made, with_app=not arguments.quick)
			say("the answers are proven")
			most = 8 if arguments.quick else 32
			try:
				return subjects, run(subjects, most, rounds, arguments.seconds, floor, doors.cpu, say)
			except load.WrongAnswer:
				tell_logs(doors)
				raise

		subjects, samples = rounds_of(works)
		found = Findings(lane.name, about, conditions, samples, grown=grown)
		if not arguments.quick:
			# Before what loads more DocTypes in the app's workers than in those of plain Frappe.
			found.memory = weighed(doors)
			first_calls(found, arguments, lane, doors, subjects)
			say("how costs grow")
			more, samples = rounds_of(calls.scale_works(lane.site, made, grown))
			found.samples.blocks.update(samples.blocks)
			found.sizes = sizes([*subjects, *more])
			say("the parts of a call")
			try:
				found.phases = inside("phases", requests=_requests(works), calls=PHASE_CALLS)
			except probe.ProbeProblem as problem:
				# The rest is worth being told.
				say(f"the parts could not be timed: {problem}")
		found.conditions["load_after"] = round(os.getloadavg()[0], 1)
	return found


def weighed(doors: Doors) -> dict[str, float]:
	"""MB of a worker of each door, on average."""
	return {
		door: sum(server.memory() for server in doors.servers(door)) / len(doors.servers(door))
		for door in (REST, SITE, UVICORN)
	}


def sizes(subjects: Sequence[Subject]) -> dict[tuple[str, str], int]:
	"""Bytes of the answers, by work and door."""
	return {
		(subject.work, subject.door): len(next(iter(subject.expected.values())))
		for subject in subjects
		if subject.door in (REST, SITE)
	}


def tell_logs(doors: Doors) -> None:
	"""What the servers have said last."""
	for server in (*doors.plain, *doors.site, *doors.uvicorn):
		if said := server.log.read_text(errors="replace")[-3000:].strip():
			say(f"{server.log.name}: {said}")


def first_calls(
	found: Findings, arguments: argparse.Namespace, lane: Lane, doors: Doors, subjects: Sequence[Subject]
) -> None:
	"""After a silence, and of new workers."""
	of_list = [subject for subject in subjects if subject.work == calls.LIST]
	found.conditions["silence_seconds"] = arguments.silence
	say(f"{arguments.silences} x {arguments.silence:g} s of silence")
	found.silence = cold.after_silence(doors, of_list, arguments.silence, arguments.silences)
	say("first calls of new workers")
	found.new_workers = cold.of_new_workers(lane, of_list, NEW_WORKERS)


def _requests(works: Sequence[Work]) -> dict[str, dict[str, str]]:
	"""List and get of REST and of the app, as the site's application is to be asked within this process."""
	found = {}
	for work in works:
		if work.name in (calls.LIST, calls.GET) and work.rest is not None:
			found[f"{work.name}, {REST_WITH_APP}"] = load.parts(work.rest)
			found[work.name] = load.parts(work.mcp)
	return found


def main() -> int:
	arguments = parsed()
	where = lanes.bench(arguments.bench, arguments.site) if arguments.bench else lanes.engine()
	try:
		with where as lane, probe.running(lane) as inside:
			found = measured(arguments, lane, inside)
	except (lanes.Problem, processes.ServerProblem, probe.ProbeProblem) as problem:
		say(str(problem))
		return 1
	except (calls.NotTheSame, load.WrongAnswer) as problem:
		say(f"an answer is not right: {problem}")
		return 1
	print(report.text(found))
	if not arguments.quick:
		FOLDER.mkdir(parents=True, exist_ok=True)
		(FOLDER / f"doors-{found.lane}.json").write_text(json.dumps(found.as_json(), indent=1) + "\n")
		(FOLDER / f"doors-{found.lane}.svg").write_text(draw(found))
		(FOLDER / f"doors-{found.lane}.md").write_text(report.text(found) + "\n")
		say(f"written to {FOLDER}/doors-{found.lane}.json, .svg and .md")
		if arguments.docs:
			say(f"written to {documentation.write(found, lanes.ROOT / 'docs')}")
	return 0


if __name__ == "__main__":
	sys.exit(main())
