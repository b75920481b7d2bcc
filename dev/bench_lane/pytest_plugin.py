"""The fixtures `site`, `server`, `start_server` and `killable_server` on a real bench (see run.py); the same as dev.engine.pytest_plugin gives."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

_START_SECONDS = 60


@dataclass(frozen=True)
class Site:
	"""The site under test."""

	name: str
	bench: Path
	kind: str = "bench"

	def command(self, *arguments: str) -> list[str]:
		"""`bench --site SITE ARGUMENTS`, for a process of its own, whose working directory is `sites`."""
		return [sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "--site", self.name, *arguments]


@dataclass(frozen=True)
class Server:
	"""Gunicorn, as a bench runs it in production: workers with threads."""

	base_url: str
	process: subprocess.Popen

	def stop(self) -> None:
		self.process.terminate()
		self.process.wait(30)

	def kill(self) -> None:
		"""Ends one of the workers by SIGKILL; gunicorn starts another."""
		children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
		if children:
			os.kill(int(random.choice(children)), signal.SIGKILL)


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
	"""The bench's site; this thread is connected to it as Administrator."""
	import frappe

	found = Site(os.environ["BENCH_LANE_SITE"], Path(os.environ["BENCH_LANE_BENCH"]))
	before = os.getcwd()
	os.chdir(found.bench / "sites")
	frappe.init(found.name)
	frappe.connect()
	frappe.clear_cache()
	# A bench without workers would refuse the tests' jobs after some hundred.
	frappe.local.conf.max_queued_jobs = 1_000_000
	yield found
	frappe.destroy()
	os.chdir(before)


@pytest.fixture(scope="session")
def start_server(site: Site) -> Iterator[Callable[[], Server]]:
	"""Starts one more server of the site; they end with the tests."""
	with ExitStack() as stack:

		def start() -> Server:
			server = _start(site)
			stack.callback(server.stop)
			return server

		yield start


@pytest.fixture(scope="session")
def server(start_server: Callable[[], Server]) -> Server:
	"""The site served over HTTP: `.base_url`."""
	return start_server()


@pytest.fixture
def killable_server(site: Site) -> Iterator[Server]:
	"""The site served by workers of which a test may kill one (`.kill()`), and in whose place another comes."""
	running = _start(site)
	yield running
	running.stop()


def _start(site: Site) -> Server:
	with socket.create_server(("127.0.0.1", 0)) as listener:
		port = listener.getsockname()[1]
	command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-w", "2", "--threads", "4"]
	process = subprocess.Popen(
		[*command, "--log-level", "warning", "dev.bench_lane.wsgi:application"],
		cwd=site.bench / "sites",
		stdin=subprocess.DEVNULL,
	)
	server = Server(f"http://127.0.0.1:{port}", process)
	deadline = time.monotonic() + _START_SECONDS
	while time.monotonic() < deadline and process.poll() is None:
		try:
			urllib.request.urlopen(f"{server.base_url}/api/method/ping", timeout=10)
			return server
		except OSError:  # of urllib as well; a machine may be busy
			time.sleep(0.2)
	if process.poll() is None:
		server.stop()
	raise RuntimeError(f"the server of {site.name} doesn't answer on port {port}")


@pytest.fixture
def faulty_server() -> None:
	"""A bench's own services are not to be taken away."""
	pytest.skip("only where the tests have MariaDB and Redis of their own")
