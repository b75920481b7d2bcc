"""Servers as child processes: started, waited for, weighed, stopped."""

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dev.engine.processes import die_with_parent

HOST = "127.0.0.1"
START_SECONDS = 120
STOP_SECONDS = 30


class ServerProblem(Exception):
	"""A server that doesn't come up."""


@dataclass(frozen=True)
class Server:
	"""One server with one worker: its address and its process."""

	address: tuple[str, int]
	process: subprocess.Popen
	log: Path

	@property
	def worker(self) -> int:
		"""The process that answers: gunicorn's child, or uvicorn itself."""
		children = _children(self.process.pid)
		return children[0] if children else self.process.pid

	def memory(self) -> float:
		"""MB of memory that the worker has resident."""
		for line in Path(f"/proc/{self.worker}/status").read_text().splitlines():
			if line.startswith("VmRSS:"):
				return int(line.split()[1]) / 1024
		return 0.0

	def cpu(self) -> float:
		"""Seconds that the worker has computed so far, in steps of a hundredth."""
		fields = Path(f"/proc/{self.worker}/stat").read_text().rpartition(")")[2].split()
		return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

	def stop(self) -> None:
		self.process.terminate()
		try:
			self.process.wait(STOP_SECONDS)
		except subprocess.TimeoutExpired:
			self.process.kill()
			self.process.wait()


def free_port() -> int:
	with socket.create_server((HOST, 0)) as listener:
		return listener.getsockname()[1]


def start(command: Sequence[str], port: int, cwd: Path, environment: Mapping[str, str], log: Path) -> Server:
	"""Starts a server and waits until it listens; it has not been asked anything then.

	:raises ServerProblem: it does not
	"""
	with open(log, "ab") as output:
		process = subprocess.Popen(
			command,
			cwd=cwd,
			env=dict(environment),
			stdin=subprocess.DEVNULL,
			stdout=output,
			stderr=output,
			preexec_fn=die_with_parent,
		)
	server = Server((HOST, port), process, log)
	deadline = time.monotonic() + START_SECONDS
	while time.monotonic() < deadline and process.poll() is None:
		with contextlib.suppress(OSError), socket.create_connection(server.address, 1):
			return server
		time.sleep(0.05)
	if process.poll() is None:
		server.stop()
	raise ServerProblem(f"{' '.join(command)} doesn't come up: {log.read_text(errors='replace')[-1500:]}")


def _children(pid: int) -> list[int]:
	return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
