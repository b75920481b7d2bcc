"""`python -m dev.demo`: set up what is missing, serve, show a session, and go on serving until Ctrl-C."""

import argparse
import fcntl
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dev.demo import port as ports
from dev.demo.children import Children
from dev.demo.problem import Problem, said_in_one_line
from dev.demo.run import Demo
from dev.demo.terminal import Terminal
from dev.engine import paths

NEEDED_MB = 500


def main() -> int:
	options = _options()
	terminal = Terminal()
	for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
		signal.signal(number, _interrupt)
	try:
		_check(options)
		with _alone(options.bench), Children() as children:
			Demo(options.bench, options.port, terminal).run(children, once=options.once)
	except KeyboardInterrupt:
		terminal.line()
		terminal.line("Stopped before it was served. The next `make demo` goes on from here.")
		return 130
	except Exception as error:
		if not (line := said_in_one_line(error)):
			raise
		terminal.fail(line)
		return 1
	return 0


def _options() -> argparse.Namespace:
	parser = argparse.ArgumentParser(
		prog="make demo", description="A site with sample data and the app, served here"
	)
	port = os.environ.get("MCP_DEMO_PORT") or "8000"
	parser.add_argument("--port", type=int, default=int(port), help="default: MCP_DEMO_PORT or 8000")
	parser.add_argument("--bench", type=Path, default=paths.BENCH, help="where the site is kept")
	parser.add_argument("--once", action="store_true", help="leave after the session instead of serving on")
	options = parser.parse_args()
	options.bench = options.bench.resolve()
	return options


def _interrupt(*_: Any) -> None:
	raise KeyboardInterrupt


def _check(options: argparse.Namespace) -> None:
	"""What would only fail later on."""
	ports.check(options.port)
	if not (paths.ENGINE / "frappe").is_dir():
		raise Problem("The engine is missing: run `make setup` first.")
	options.bench.parent.mkdir(parents=True, exist_ok=True)
	free = shutil.disk_usage(options.bench.parent).free // 2**20
	if free < NEEDED_MB and not options.bench.exists():
		raise Problem(f"{NEEDED_MB} MB of disk are needed below {options.bench.parent}, {free} MB are free.")


@contextmanager
def _alone(bench: Path) -> Iterator[None]:
	with open(bench.with_name(f".{bench.name}.lock"), "w") as lock:
		try:
			fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
		except BlockingIOError:
			raise Problem(f"Another demo is running on {bench}: stop it first (Ctrl-C in its terminal).")
		yield


if __name__ == "__main__":
	sys.exit(main())
