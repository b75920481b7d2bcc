"""The app's doors against Frappe's own REST, on one site, in one run.

	make benchmark                                          the embedded engine, on MariaDB and Redis of its own
	make benchmark BENCH=/path/to/frappe-bench SITE=name    a real bench; the site has to allow tests
	... ARGS="--quick"                                      only list and get, at 1 and 8 clients

Every door is served by two workers of four threads each, and clients are spread over them; answers are proven to be the same before
they are timed, and every timed answer is compared with the proven one.
"""

import argparse
import sys
from pathlib import Path

from dev.benchmark.doors import calls, lanes, load, probe, processes, report
from dev.benchmark.doors.doors import open_doors, proven
from dev.benchmark.doors.measure import run


def say(message: str) -> None:
	print(f"benchmark: {message}", file=sys.stderr, flush=True)


def parsed() -> argparse.Namespace:
	parser = argparse.ArgumentParser(
		prog="make benchmark", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--bench", type=Path, help="a real bench, instead of the embedded engine")
	parser.add_argument("--site", default="", help="the site of it")
	parser.add_argument("--quick", action="store_true", help="list and get only, 1 and 8 clients, no more")
	parser.add_argument("--rounds", type=int)
	parser.add_argument("--seconds", type=float, default=1.0, help="of each block")
	parser.add_argument("--workers", type=int, default=2, help="of each door")
	return parser.parse_args()


def main() -> int:
	arguments = parsed()
	rounds = arguments.rounds or (3 if arguments.quick else 7)
	where = lanes.bench(arguments.bench, arguments.site) if arguments.bench else lanes.engine()
	try:
		with where as lane, probe.running(lane) as inside:
			about = inside("about")
			say(f"{lane.name}: {about}")
			made = inside("build")
			with open_doors(lane, arguments.workers) as doors:
				works = calls.works(lane.site, made)
				if arguments.quick:
					works = [work for work in works if work.name != calls.COUNT]
				subjects = proven(doors, works, made, with_app=not arguments.quick)
				say("the answers are proven")

				def floor(work: str, seconds: float) -> list[float]:
					return inside("floor", what=work, seconds=seconds, invoice=made["invoice"])

				clients = (1, 8) if arguments.quick else (1, 8, 32)
				samples = run(subjects, clients, rounds, arguments.seconds, floor, say)
	except (lanes.Problem, processes.ServerProblem, probe.ProbeProblem) as problem:
		say(str(problem))
		return 1
	except (calls.NotTheSame, load.WrongAnswer) as problem:
		say(f"an answer is not right: {problem}")
		return 1
	print(report.quick(samples))
	return 0


if __name__ == "__main__":
	sys.exit(main())
