"""The program within the site (`inside`), as seen from outside of it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dev.benchmark.doors.lanes import Lane
from dev.engine.processes import die_with_parent


class ProbeProblem(Exception):
	"""What went wrong within the site."""


class Probe:
	"""Asks the program within the site."""

	def __init__(self, process: subprocess.Popen):
		self._process = process

	def __call__(self, do: str, **arguments: Any) -> Any:
		"""Does one of `tasks.TASKS` and gives its answer.

		:raises ProbeProblem: with its traceback
		"""
		assert self._process.stdin and self._process.stdout
		self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
		self._process.stdin.flush()
		line = self._process.stdout.readline()
		if not line:
			raise ProbeProblem(f"the program within the site has ended while it did {do}")
		answer = json.loads(line)
		if "problem" in answer:
			raise ProbeProblem(answer["problem"])
		return answer["answer"]


@contextmanager
def running(lane: Lane) -> Iterator[Probe]:
	"""The program within the lane's site. At the end it takes away what it has made."""
	process = subprocess.Popen(
		[str(lane.python), "-m", "dev.benchmark.doors.inside", lane.site],
		cwd=lane.sites,
		env=lane.environ(),
		stdin=subprocess.PIPE,
		stdout=subprocess.PIPE,
		stderr=sys.stderr,
		text=True,
		preexec_fn=die_with_parent,
	)
	probe = Probe(process)
	try:
		yield probe
	finally:
		if process.poll() is None:
			probe("destroy")
		assert process.stdin
		process.stdin.close()
		process.wait(60)
