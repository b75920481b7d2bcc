"""A MariaDB and a Redis of our own that can be stopped, killed and started again, with their data on disk as on a real site."""

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from dev.engine import services
from dev.engine.services import Services


@dataclass
class Backends:
	"""Both, running. To be used by one thread that outlives them: the kernel ends them with it."""

	services: Services
	folder: Path
	redis: subprocess.Popen
	mariadb: subprocess.Popen

	def restart_redis(self, *, kill: bool = False, away: float = 0.0) -> None:
		"""Returns when it answers again; it has forgotten everything.

		:param away: seconds for which there is none
		"""
		_end(self.redis, kill)
		time.sleep(away)
		self.redis = services.start_redis(self.services, self.folder)

	def restart_mariadb(self, *, kill: bool = False, away: float = 0.0) -> None:
		"""Returns when it answers again, with all that was committed."""
		_end(self.mariadb, kill)
		time.sleep(away)
		self.mariadb = services.start_mariadb(self.services, self.folder, durable=True)

	def revive(self) -> list[str]:
		"""Starts again what has ended by itself; gives what that was, with its status and the end of its log."""
		found = []
		for name in ("redis", "mariadb"):
			status = getattr(self, name).poll()
			if status is not None:
				log = (self.folder / f"{name}.log").read_text(errors="replace")[-3000:]
				found.append(f"{name} ended by itself with {status}: {log}")
				getattr(self, f"restart_{name}")()
		return found

	def as_root(self, statement: str) -> str:
		"""What MariaDB's own client prints."""
		command = self.services.mariadb("--skip-column-names", "--batch", f"--execute={statement}")
		return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@contextlib.contextmanager
def running() -> Iterator[Backends]:
	"""Started fresh, and the ones that child processes find; stopped at the end, and their data removed."""
	services.install()
	folder = services.own_folder()
	before = os.environ.get(services.ENVIRONMENT)
	with tempfile.TemporaryDirectory(prefix="erpnext-mcp-") as sockets, contextlib.ExitStack() as stack:
		stack.callback(shutil.rmtree, folder, ignore_errors=True)
		where = Services(os.path.join(sockets, "mariadb.sock"), f"redis://127.0.0.1:{services.free_port()}")
		services.make_database(folder)
		redis = services.start_redis(where, folder)
		stack.callback(services.stop, redis)
		backends = Backends(where, folder, redis, services.start_mariadb(where, folder, durable=True))
		stack.callback(lambda: (services.stop(backends.redis), services.stop(backends.mariadb)))
		os.environ[services.ENVIRONMENT] = json.dumps(asdict(where))
		try:
			yield backends
		finally:
			os.environ.pop(services.ENVIRONMENT)
			if before:
				os.environ[services.ENVIRONMENT] = before


def _end(process: subprocess.Popen, kill: bool) -> None:
	if kill:
		process.kill()
		process.wait()
	else:
		services.stop(process)
