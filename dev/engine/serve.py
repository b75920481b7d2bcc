"""Serve a site of the embedded engine over HTTP on 127.0.0.1, by threads of this process or as a process of its own.

	python -m dev.engine.serve --bench build/bench --site demo.localhost --port 8000

`/assets` and `/files` are served as nginx does on a bench; connections are kept alive. Where the site has no Redis, a worker
thread beside the server runs the background jobs.
"""

import argparse
import errno
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dev.engine import jobs, paths
from dev.engine.processes import be_killed_with_parent

HOST = "127.0.0.1"
THREADS = 16
STOP_TIMEOUT = 30
"""Seconds that a server process has to finish what it is doing."""


class PortInUse(Exception):
	"""Somebody else listens on the port."""


class Server:
	"""A running server: its address, and how to stop it."""

	def __init__(self, base_url: str, stop: Callable[[], None]):
		self.base_url = base_url
		self.stop = stop


def start_in_thread(
	site: str,
	port: int = 0,
	log: bool = False,
	worker: bool = False,
	around: Callable[[Callable], Callable] | None = None,
) -> Server:
	"""Serve `site` of the bench whose `sites` is the working directory; port 0 takes a free one.

	`worker`: run the background jobs, too. Where Redis lives in this process nobody else can, so there it is always done.
	`around`: makes another WSGI application of it.
	"""
	from dev.engine.mends import sites

	sites.use_everywhere(site)
	application = wsgi_application(site)
	if around:
		application = around(application)
	listener = _Listener(with_log(application) if log else application, port)
	worker_thread = jobs.ThreadWorker(site) if worker or jobs.only_here(site) else None

	def stop() -> None:
		listener.stop()
		if worker_thread:
			worker_thread.stop()

	return Server(f"http://{HOST}:{listener.port}", stop)


def start_process(bench: Path, site: str, port: int = 0, worker: bool = False) -> Server:
	"""Serve `site` in a process of its own. Several need a Redis that they share: the MariaDB lane."""
	command = [
		sys.executable,
		"-m",
		"dev.engine.serve",
		"--bench",
		str(bench),
		"--site",
		site,
		"--port",
		str(port),
	]
	process = subprocess.Popen(
		[*command, *(["--worker"] if worker else [])],
		cwd=paths.ROOT,
		stdin=subprocess.DEVNULL,
		stdout=subprocess.PIPE,
		text=True,
		preexec_fn=be_killed_with_parent,
	)
	assert process.stdout
	base_url = process.stdout.readline().strip()
	if not base_url:
		raise RuntimeError(f"the server of {site} ended with {process.wait()}")

	def stop() -> None:
		process.terminate()
		try:
			process.wait(STOP_TIMEOUT)
		except subprocess.TimeoutExpired:
			process.kill()
			process.wait()

	return Server(base_url, stop)


def wsgi_application(site: str) -> Callable:
	"""Frappe's application with the static files of `sites/` around it."""
	from frappe.app import application
	from frappe.middlewares import StaticDataMiddleware
	from werkzeug.middleware.shared_data import SharedDataMiddleware

	with_assets = SharedDataMiddleware(application, {"/assets": os.path.abspath("assets")})
	return StaticDataMiddleware(with_assets, {"/files": os.path.abspath(site)})


def with_log(application: Callable) -> Callable:
	"""A line per request on standard error."""

	def logged(environ: dict[str, Any], start_response: Callable) -> Any:
		def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable:
			print(
				f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {status[:3]}",
				file=sys.stderr,
				flush=True,
			)
			return start_response(status, headers, exc_info)

		return application(environ, start)

	return logged


class _Listener:
	"""A waitress server in a thread, which can be stopped."""

	def __init__(self, application: Callable, port: int):
		from waitress.server import create_server

		logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # requests may wait for a thread
		self._sockets: dict[int, Any] = {}
		try:
			self._server = create_server(
				application, map=self._sockets, host=HOST, port=port, threads=THREADS, ident=None
			)
		except OSError as error:
			if error.errno != errno.EADDRINUSE:
				raise
			raise PortInUse(
				f"port {port} of {HOST} is in use: stop what listens there, or take another port"
			) from None
		self.port: int = self._server.effective_port
		self._stopping = threading.Event()
		self._thread = threading.Thread(target=self._run, name=f"serve {self.port}", daemon=True)
		self._thread.start()

	def _run(self) -> None:
		from waitress import wasyncore

		while not self._stopping.is_set():
			wasyncore.loop(timeout=1, use_poll=True, map=self._sockets, count=1)

	def stop(self) -> None:
		self._stopping.set()
		self._server.pull_trigger()
		self._thread.join()
		self._server.task_dispatcher.shutdown()
		for open_socket in list(self._sockets.values()):
			open_socket.close()


def main() -> int:
	parser = argparse.ArgumentParser(description="Serve a site of the embedded engine")
	parser.add_argument("--bench", type=Path, required=True)
	parser.add_argument("--site", required=True)
	parser.add_argument("--port", type=int, default=8000)
	parser.add_argument("--worker", action="store_true", help="run the background jobs, too")
	parser.add_argument("--log", action="store_true", help="a line per request on standard error")
	arguments = parser.parse_args()

	from dev.engine import activate

	activate()
	os.chdir(arguments.bench / "sites")
	done = threading.Event()
	for number in (signal.SIGTERM, signal.SIGINT):
		signal.signal(number, lambda *_: done.set())
	try:
		server = start_in_thread(arguments.site, arguments.port, arguments.log, arguments.worker)
	except PortInUse as error:
		print(error, file=sys.stderr)
		return 1
	print(server.base_url, flush=True)
	# Frappe prints errors; who has started this reads the address and no more, and a full pipe would stop the server.
	os.dup2(2, 1)
	done.wait()
	server.stop()
	return 0


if __name__ == "__main__":
	sys.exit(main())
