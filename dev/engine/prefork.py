"""Serve a site by a process that may be killed at any moment: another takes its place at once, as under gunicorn.

	python -m dev.engine.prefork --bench build/bench --site demo.localhost

The parent only imports and forks, so that a new server is there within milliseconds. It prints the address, and then the
process id of each server that it has started.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from dev.engine import activate, paths, serve
from dev.engine.processes import die_with_parent


class KillableServer:
	"""A site served by a process of its own: its address, and how to kill it."""

	def __init__(self, bench: Path, site: str, log: IO | None = None):
		"""
		:param log: where its standard error goes; else to ours
		"""
		command = [sys.executable, "-m", "dev.engine.prefork", "--bench", str(bench), "--site", site]
		self._parent = subprocess.Popen(
			command,
			cwd=paths.ROOT,
			stdin=subprocess.DEVNULL,
			stdout=subprocess.PIPE,
			stderr=log,
			text=True,
			preexec_fn=die_with_parent,
		)
		assert self._parent.stdout
		self.base_url = self._parent.stdout.readline().strip()
		if not self.base_url:
			raise RuntimeError(f"the server of {site} ended with {self._parent.wait()}")
		self._server = int(self._parent.stdout.readline())

	def kill(self) -> None:
		"""Ends the serving process by SIGKILL; returns when another is there."""
		assert self._parent.stdout
		os.kill(self._server, signal.SIGKILL)
		self._server = int(self._parent.stdout.readline())

	def stop(self) -> None:
		self._parent.terminate()
		self._parent.wait(serve.STOP_TIMEOUT)


def main() -> int:
	parser = argparse.ArgumentParser(description="Serve a site by a process that may be killed")
	parser.add_argument("--bench", type=Path, required=True)
	parser.add_argument("--site", required=True)
	arguments = parser.parse_args()
	activate()
	os.chdir(arguments.bench / "sites")
	# What takes long is done once, before the forks.
	import frappe.app

	import erpnext_mcp.mcp_server.wsgi

	with socket.create_server((serve.HOST, 0)) as listener:
		port = listener.getsockname()[1]
	print(f"http://{serve.HOST}:{port}", flush=True)
	signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
	while True:
		server = os.fork()
		if not server:
			_serve(arguments.site, port)
		print(server, flush=True)
		try:
			os.waitpid(server, 0)
		except SystemExit:
			os.kill(server, signal.SIGKILL)
			raise


def _serve(site: str, port: int) -> None:
	signal.signal(signal.SIGTERM, signal.SIG_DFL)
	die_with_parent()
	os.dup2(2, 1)  # what Frappe prints is not for who reads the numbers
	serve.start_in_thread(site, port)
	threading.Event().wait()


if __name__ == "__main__":
	sys.exit(main())
