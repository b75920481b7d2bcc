"""Programs that the demo starts: each in a process group of its own, so that none of their own children outlives it."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from types import TracebackType

from dev.demo.problem import NO_SPACE, Problem
from dev.engine.paths import ROOT

_END = object()
_PATIENCE = 5  # seconds that a group gets to leave tidily


class Child:
	"""`python -m module arguments`: the lines it prints are its progress, and the last one is its result in JSON."""

	def __init__(self, module: str, *arguments: str) -> None:
		self.name = module
		self._lines: queue.SimpleQueue[object] = queue.SimpleQueue()
		self._errors: list[str] = []
		self.process = subprocess.Popen(
			[sys.executable, "-W", "ignore", "-m", module, *arguments],
			cwd=ROOT,
			stdin=subprocess.DEVNULL,
			stdout=subprocess.PIPE,
			stderr=subprocess.PIPE,
			text=True,
			start_new_session=True,
		)
		threading.Thread(target=self._read_output, daemon=True).start()
		self._error_reader = threading.Thread(target=self._read_errors, daemon=True)
		self._error_reader.start()

	def result(self, progress: Callable[[str], None]) -> dict:
		"""Wait for the end, passing on the progress, and give the result."""
		last = ""
		while (line := self._lines.get()) is not _END:
			if last:
				progress(last)
			last = str(line)
		if self.process.wait():
			self._error_reader.join(timeout=_PATIENCE)
			raise self._failure()
		return json.loads(last)

	def stop(self) -> None:
		"""End the whole group, politely first."""
		for wish in (signal.SIGINT, signal.SIGKILL):
			try:
				os.killpg(self.process.pid, wish)
			except ProcessLookupError:
				pass
			try:
				self.process.wait(_PATIENCE)
			except subprocess.TimeoutExpired:
				continue
			if wish is signal.SIGINT and self._group_is_alive():
				continue
			return

	def _group_is_alive(self) -> bool:
		try:
			os.killpg(self.process.pid, 0)
		except ProcessLookupError:
			return False
		return True

	def _failure(self) -> Exception:
		said = "".join(self._errors).strip()
		if "ENOSPC" in said or "No space left on device" in said or "disk is full" in said:
			return Problem(NO_SPACE)
		lines = said.splitlines()
		if lines and lines[-1].startswith(f"{Problem.__module__}.{Problem.__qualname__}: "):
			return Problem(lines[-1].partition(": ")[2])
		return RuntimeError(f"{self.name} failed:\n{said[-6000:]}")

	def _read_output(self) -> None:
		assert self.process.stdout
		for line in self.process.stdout:
			self._lines.put(line.rstrip("\n"))
		self._lines.put(_END)

	def _read_errors(self) -> None:
		assert self.process.stderr
		for line in self.process.stderr:
			self._errors.append(line)
			del self._errors[:-400]


class Children:
	"""All that were started; leaving the `with` block stops those that still run."""

	def __init__(self) -> None:
		self._started: list[Child] = []

	def start(self, module: str, *arguments: str) -> Child:
		child = Child(module, *arguments)
		self._started.append(child)
		return child

	def __enter__(self) -> "Children":
		return self

	def __exit__(
		self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
	) -> None:
		for child in self._started:
			if child.process.poll() is None:
				child.stop()
