"""MariaDB and Redis for the MariaDB lane: Debian's, on a socket and a port of their own, with their data under build/services.

	python -m dev.engine.services COMMAND ...    # runs COMMAND with both, and stops them afterwards

They are started fresh for each run and stopped at its end, however it ends; a machine's own services are never touched. Missing packages
are installed with apt-get if this is root. Child processes find the running ones through the environment variable ENGINE_SERVICES.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from dev import debian
from dev.engine import paths
from dev.engine.processes import die_with_parent

ENVIRONMENT = "ENGINE_SERVICES"
ROOT_PASSWORD = "root"  # of a server that only this user's processes can reach
_PACKAGES = {"mariadbd": "mariadb-server", "mariadb-dump": "mariadb-client", "redis-server": "redis-server"}
_START_SECONDS = 60


class ServiceProblem(Exception):
	"""Something the user has to know, in one line."""


@dataclass(frozen=True)
class Services:
	"""Where the two listen."""

	db_socket: str
	redis: str

	def common_site_config(self) -> dict[str, str]:
		return {
			"db_socket": self.db_socket,
			"redis_cache": f"{self.redis}/0",
			"redis_queue": f"{self.redis}/1",
			"root_login": "root",
			"root_password": ROOT_PASSWORD,
		}

	def mariadb(self, *arguments: str, program: str = "mariadb") -> list[str]:
		"""The command line of a MariaDB client as root."""
		return [
			program,
			"--no-defaults",
			f"--socket={self.db_socket}",
			"--user=root",
			f"--password={ROOT_PASSWORD}",
			*arguments,
		]


def current() -> Services:
	"""The services that run around this process."""
	try:
		return Services(**json.loads(os.environ[ENVIRONMENT]))
	except KeyError:
		raise ServiceProblem("no MariaDB and Redis run here: use `python -m dev.engine.services COMMAND ...`")


@contextlib.contextmanager
def running() -> Iterator[Services]:
	"""The services: those that run already around this process, or new ones for as long as the context lasts."""
	if ENVIRONMENT in os.environ:
		yield current()
		return
	install()
	folder = own_folder()
	started: list[subprocess.Popen] = []
	# A socket's path is at most 107 bytes long, and build/ may lie deep.
	with tempfile.TemporaryDirectory(prefix="erpnext-mcp-") as sockets:
		try:
			services = Services(os.path.join(sockets, "mariadb.sock"), f"redis://127.0.0.1:{free_port()}")
			started.append(start_redis(services, folder))
			make_database(folder)
			started.append(start_mariadb(services, folder))
			os.environ[ENVIRONMENT] = json.dumps(asdict(services))
			yield services
		finally:
			os.environ.pop(ENVIRONMENT, None)
			for process in started:
				stop(process)
			shutil.rmtree(folder, ignore_errors=True)


def own_folder() -> Path:
	"""A folder for this process's data. Those of processes that were killed are removed."""
	paths.SERVICES.mkdir(parents=True, exist_ok=True)
	for left in paths.SERVICES.iterdir():
		if not Path("/proc", left.name).exists():
			shutil.rmtree(left, ignore_errors=True)
	folder = paths.SERVICES / str(os.getpid())
	folder.mkdir()
	return folder


def install() -> None:
	"""Install what is missing."""
	try:
		debian.install(_PACKAGES, "the MariaDB lane")
	except debian.PackageProblem as problem:
		raise ServiceProblem(str(problem))


def start_redis(services: Services, folder: Path) -> subprocess.Popen:
	"""Redis, empty; returns when it answers."""
	port = services.redis.rpartition(":")[2]
	command = [
		debian.which("redis-server"),
		"--bind",
		"127.0.0.1",
		"--port",
		port,
		"--save",
		"",
		"--appendonly",
		"no",
	]
	process = _spawn([*command, "--dir", str(folder)], folder / "redis.log")

	def answers() -> bool:
		with socket.create_connection(("127.0.0.1", int(port)), timeout=1) as connection:
			connection.sendall(b"PING\r\n")
			return connection.recv(7).startswith(b"+PONG")

	_wait(process, answers, "Redis", folder / "redis.log")
	return process


def make_database(folder: Path) -> None:
	"""What MariaDB needs before it can be started in a folder for the first time."""
	made = subprocess.run(
		[
			debian.which("mariadb-install-db"),
			"--no-defaults",
			f"--datadir={folder / 'mariadb'}",
			"--auth-root-authentication-method=normal",
			"--skip-test-db",
			*_as_root(),
		],
		capture_output=True,
		text=True,
	)
	if made.returncode:
		raise ServiceProblem(f"mariadb-install-db failed: {(made.stderr or made.stdout).strip()[-300:]}")


def start_mariadb(services: Services, folder: Path, *, durable: bool = False) -> subprocess.Popen:
	"""MariaDB on the data of a folder; returns when it answers.

	:param durable: what is committed outlives a crash, as on a real site; tests don't need it and are faster without
	"""
	data, log, temporary = folder / "mariadb", folder / "mariadb.log", folder / "tmp"
	# In a folder that others use, too, a MariaDB that starts would remove the temporary tables of this one.
	temporary.mkdir(exist_ok=True)
	fast = [] if durable else ["--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0"]
	init = folder / "init.sql"
	init.write_text(f"ALTER USER 'root'@'localhost' IDENTIFIED BY '{ROOT_PASSWORD}';\n")
	process = _spawn(
		[
			debian.which("mariadbd"),
			"--no-defaults",
			*_as_root(),
			f"--datadir={data}",
			f"--tmpdir={temporary}",
			f"--socket={services.db_socket}",
			f"--init-file={init}",
			"--skip-networking",
			"--skip-log-bin",
			"--character-set-server=utf8mb4",
			"--collation-server=utf8mb4_unicode_ci",
			*fast,
			"--innodb-buffer-pool-size=256M",
			"--max-allowed-packet=64M",
			"--max-connections=300",
		],
		log,
	)

	def answers() -> bool:
		command = services.mariadb("--execute=select 1")
		return subprocess.run(command, capture_output=True).returncode == 0

	_wait(process, answers, "MariaDB", log)
	return process


def _as_root() -> list[str]:
	return ["--user=root"] if not os.geteuid() else []


def _spawn(command: list[str], log: Path) -> subprocess.Popen:
	"""A child that a Ctrl-C at the terminal doesn't reach, and that dies with this process even if that is killed."""
	with open(log, "wb") as output:
		return subprocess.Popen(
			command,
			stdin=subprocess.DEVNULL,
			stdout=output,
			stderr=output,
			start_new_session=True,
			preexec_fn=die_with_parent,
		)


def _wait(process: subprocess.Popen, answers, name: str, log: Path) -> None:
	deadline = time.monotonic() + _START_SECONDS
	while time.monotonic() < deadline and process.poll() is None:
		with contextlib.suppress(OSError):
			if answers():
				return
		time.sleep(0.1)
	stop(process)
	raise ServiceProblem(f"{name} doesn't start: {log.read_text(errors='replace').strip()[-600:]}")


def stop(process: subprocess.Popen) -> None:
	process.terminate()
	try:
		process.wait(20)
	except subprocess.TimeoutExpired:
		process.kill()
		process.wait()


def free_port() -> int:
	with socket.create_server(("127.0.0.1", 0)) as listener:
		return listener.getsockname()[1]


def main(command: list[str]) -> int:
	# SIGTERM ends the child and then the services, as Ctrl-C does.
	signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
	try:
		with running():
			with subprocess.Popen(command) as child:
				try:
					return child.wait()
				except BaseException:
					child.terminate()
					raise
	except ServiceProblem as problem:
		print(problem, file=sys.stderr)
		return 1
	except KeyboardInterrupt:
		return 130


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
