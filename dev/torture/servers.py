"""The server processes, of both doors, and what starts another where one has died."""

import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import urlsplit
from urllib.request import urlopen

from dev.engine import services
from dev.engine.prefork import KillableServer
from dev.engine.processes import die_with_parent

START_SECONDS = 90


class Server(Protocol):
	"""A server process that may be killed; `kill` returns when another listens in its place."""

	base_url: str

	def kill(self) -> None: ...
	def stop(self) -> None: ...


class UvicornDoor:
	"""`bench mcp serve`, under a supervisor that starts it again, as a bench has one."""

	def __init__(self, bench: Path, site: str, log: IO):
		port = services.free_port()
		self.base_url = f"http://127.0.0.1:{port}"
		command = [sys.executable, "-m", "dev.engine.bench", "--bench", str(bench), "--site", site]
		self._command = [*command, "mcp", "serve", "--port", str(port), "--stop-timeout", "20"]
		self._folder, self._log = bench / "sites", log
		self._start()

	def kill(self) -> None:
		self._process.kill()
		self._process.wait()
		self._start()

	def stop(self) -> None:
		self._process.terminate()
		with suppress(subprocess.TimeoutExpired):
			self._process.wait(30)
		self._process.kill()
		self._process.wait()

	def _start(self) -> None:
		self._process = subprocess.Popen(
			self._command,
			cwd=self._folder,
			stdin=subprocess.DEVNULL,
			stdout=self._log,
			stderr=self._log,
			preexec_fn=die_with_parent,
		)
		deadline = time.monotonic() + START_SECONDS
		while time.monotonic() < deadline and self._process.poll() is None:
			with suppress(OSError), urlopen(f"{self.base_url}/health", timeout=5):
				return
			time.sleep(0.05)
		raise RuntimeError(f"the uvicorn door does not come up: {self._process.poll()}")


def start(bench: Path, site: str, log: IO) -> Sequence[Server]:
	"""Two of the site's own door and two of uvicorn's; they listen."""
	started = [
		*(KillableServer(bench, site, log) for _ in range(2)),
		*(UvicornDoor(bench, site, log) for _ in range(2)),
	]
	for server in started:
		_wait_for(server)
	return started


def _wait_for(server: Server) -> None:
	parts = urlsplit(server.base_url)
	deadline = time.monotonic() + START_SECONDS
	while True:
		try:
			socket.create_connection((parts.hostname, parts.port), 5).close()
			return
		except OSError:
			if time.monotonic() > deadline:
				raise
			time.sleep(0.05)
