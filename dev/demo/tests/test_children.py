import textwrap
import time

import pytest

from dev.demo.children import Child, Children
from dev.demo.problem import NO_SPACE, Problem


@pytest.fixture
def module(tmp_path, monkeypatch):
	"""Makes a program to run as `python -m NAME`."""
	monkeypatch.setenv("PYTHONPATH", str(tmp_path))

	def write(name: str, text: str) -> str:
		(tmp_path / f"{name}.py").write_text(textwrap.dedent(text))
		return name

	return write


def test_lines_are_progress_and_the_last_one_is_the_result(module):
	notes: list[str] = []
	child = Child(module("talks", 'print("one"); print("two"); print(\'{"three": 3}\')'))
	assert child.result(notes.append) == {"three": 3}
	assert notes == ["one", "two"]


@pytest.mark.parametrize(
	("text", "kind", "words"),
	[
		('raise OSError(28, "No space left on device")', Problem, NO_SPACE),
		('from dev.demo.problem import Problem; raise Problem("Do this: now.")', Problem, "Do this: now."),
		('raise ValueError("a fault")', RuntimeError, "ValueError: a fault"),
	],
)
def test_failures(module, text, kind, words):
	with pytest.raises(kind) as caught:
		Child(module("fails", text)).result(lambda line: None)
	assert words in str(caught.value)


def test_nothing_that_a_child_started_outlives_it(module):
	name = module(
		"breeds",
		"""
		import subprocess, time
		deaf = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(60)"
		print(subprocess.Popen(["sleep", "60"]).pid)
		print(subprocess.Popen(["python3", "-c", deaf]).pid, flush=True)
		time.sleep(60)
		""",
	)
	with Children() as children:
		child = children.start(name)
		pids = [int(str(child._lines.get())) for _ in range(2)]
		time.sleep(0.3)
	deadline = time.monotonic() + 5  # a killed process takes a moment to go
	while any(_runs(pid) for pid in (*pids, child.process.pid)):
		assert time.monotonic() < deadline
		time.sleep(0.05)


def _runs(pid: int) -> bool:
	"""Whether it runs; one that has ended but that nobody has asked for does not."""
	try:
		with open(f"/proc/{pid}/stat") as file:
			return file.read().rpartition(")")[2].split()[0] != "Z"
	except FileNotFoundError:
		return False
