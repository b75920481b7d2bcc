"""A server whose MariaDB and Redis a test can take away: both are reached through relays that can be cut.

The real services go on: others work with them.
"""

import contextlib
import json
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dev.engine import serve, services

Address = str | tuple[str, int]
"""A socket's path, or host and port."""
_CHUNK = 65536


class Relay:
	"""Passes on what comes to `address`, until it is cut: then connections break and new ones are refused."""

	def __init__(self, target: Address, address: Address):
		self.address = address
		self._target = target
		self._connections: list[socket.socket] = []
		self._lock = threading.Lock()
		self._listener: socket.socket | None = None
		self.restore()

	def cut(self) -> None:
		with self._lock:
			listener, self._listener = self._listener, None
		if listener is None:
			return
		with contextlib.suppress(OSError):
			listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
		listener.close()
		if isinstance(self.address, str):
			os.unlink(self.address)
		with self._lock:
			for connection in self._connections:
				_close(connection)
			self._connections.clear()

	def restore(self) -> None:
		if self._listener is not None:
			return
		self._listener = listener = _new_socket(self.address)
		listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		listener.bind(self.address)
		self.address = listener.getsockname()
		listener.listen(64)
		threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

	def _accept(self, listener: socket.socket) -> None:
		while True:
			try:
				near, _ = listener.accept()
			except OSError:
				return
			far = _new_socket(self._target)
			far.connect(self._target)
			with self._lock:
				if self._listener is not listener:  # cut in the meantime
					_close(near)
					_close(far)
					return
				self._connections += [near, far]
			for source, target in ((near, far), (far, near)):
				threading.Thread(target=_pass_on, args=(source, target), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
	with contextlib.suppress(OSError):
		while data := source.recv(_CHUNK):
			target.sendall(data)
	_close(source)
	_close(target)


def _close(connection: socket.socket) -> None:
	with contextlib.suppress(OSError):
		connection.shutdown(socket.SHUT_RDWR)
	connection.close()


def _new_socket(address: Address) -> socket.socket:
	return socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)


@dataclass(frozen=True)
class FaultyServer:
	"""A server process of a site; `redis` and `mariadb` are what it reaches them through."""

	base_url: str
	redis: Relay
	mariadb: Relay


@contextlib.contextmanager
def serving(bench: Path, site: str) -> Iterator[FaultyServer]:
	"""Serves a site of the MariaDB lane in one more process, with its own configuration."""
	running = services.current()
	host, port = running.redis.removeprefix("redis://").split(":")
	with tempfile.TemporaryDirectory(prefix="erpnext-mcp-") as folder:
		redis = Relay((host, int(port)), ("127.0.0.1", 0))
		mariadb = Relay(running.db_socket, os.path.join(folder, "relay.sock"))
		copy = Path(folder) / "bench"
		shutil.copytree(bench, copy, symlinks=True)
		config = copy / "sites" / "common_site_config.json"
		behind = services.Services(str(mariadb.address), f"redis://127.0.0.1:{redis.address[1]}")
		config.write_text(json.dumps({**json.loads(config.read_text()), **behind.common_site_config()}))
		server = serve.start_process(copy, site)
		try:
			yield FaultyServer(server.base_url, redis, mariadb)
		finally:
			redis.restore()
			mariadb.restore()
			server.stop()
			redis.cut()
			mariadb.cut()
