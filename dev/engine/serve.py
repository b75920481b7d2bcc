"""Serve a site of the embedded engine over HTTP on 127.0.0.1, by threads of this process or as a process of its own.

	python -m dev.engine.serve --bench build/bench --site demo.localhost --port 8000

`/assets` and `/files` are served as nginx does on a bench; connections are kept alive. Where the site has no Redis, a worker
thread beside the server runs the background jobs.
"""

import argparse
import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dev.engine import jobs, paths

HOST = "127.0.0.1"


class PortInUse(Exception):
	"""Somebody else listens on the port."""


class Server:
	"""A running server: its address, and how to stop it."""

	def __init__(self, base_url: str, stop: Callable[[], None]):
		self.base_url = base_url
		self.stop = stop


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
	)
	assert process.stdout
	base_url = process.stdout.readline().strip()
	if not base_url:
		raise RuntimeError(f"the server of {site} ended with {process.wait()}")

	def stop() -> None:
		process.terminate()
		process.wait()

	return Server(base_url, stop)


def wsgi_application(site: str) -> Callable:
	"""Frappe's application with the static files of `sites/` around it."""
	from frappe.app import application
	from frappe.middlewares import StaticDataMiddleware
	from werkzeug.middleware.shared_data import SharedDataMiddleware

	with_assets = SharedDataMiddleware(application, {"/assets": os.path.abspath("assets")})
	return StaticDataMiddleware(with_assets, {"/files": os.path.abspath(site)})


def start_in_thread(site: str, port: int = 0, log: bool = False, worker: bool = False) -> Server:
	"""Serve `site` of the bench whose `sites` is the working directory; port 0 takes a free one.

	`worker`: run the background jobs, too. Where Redis lives in this process nobody else can, so there it is always done.
	"""
	server = _make_server(site, port, log)
	thread = threading.Thread(target=server.serve_forever, name=f"serve {site}", daemon=True)
	thread.start()
	worker_thread = jobs.ThreadWorker(site) if worker or jobs.only_here(site) else None

	def stop() -> None:
		server.shutdown()
		server.server_close()
		thread.join()
		if worker_thread:
			worker_thread.stop()

	return Server(f"http://{HOST}:{server.port}", stop)


def _make_server(site: str, port: int, log: bool) -> Any:
	from werkzeug.serving import WSGIRequestHandler, make_server

	from dev.engine.mends import sites

	class Handler(WSGIRequestHandler):
		protocol_version = "HTTP/1.1"  # keep-alive

		def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
			if log:
				print(f"{self.command} {self.path} {code}", file=sys.stderr, flush=True)

	sites.use_everywhere(site)
	descriptor = _listen(port).detach()
	return make_server(
		HOST, port, wsgi_application(site), threaded=True, request_handler=Handler, fd=descriptor
	)


def _listen(port: int) -> socket.socket:
	try:
		return socket.create_server((HOST, port), backlog=128)
	except OSError as error:
		if error.errno != errno.EADDRINUSE:
			raise
		raise PortInUse(
			f"port {port} of {HOST} is in use: stop what listens there, or take another port"
		) from None


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
	try:
		server = start_in_thread(arguments.site, arguments.port, arguments.log, arguments.worker)
	except PortInUse as error:
		print(error, file=sys.stderr)
		return 1
	print(server.base_url, flush=True)
	done = threading.Event()
	for number in (signal.SIGTERM, signal.SIGINT):
		signal.signal(number, lambda *_: done.set())
	done.wait()
	server.stop()
	return 0


if __name__ == "__main__":
	sys.exit(main())
