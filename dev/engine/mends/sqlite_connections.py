"""Connections to a SQLite site.

* The wheel opens one per request, and SQLite then reads the whole schema: 5 to 10 ms with Frappe's 400 tables. Here a connection
  that is done with is kept for the next one who asks, in whichever thread.
* Waiting for the write lock: 30 s, not 5. `synchronous=OFF`: the file need not survive a power cut; a killed process loses nothing.
"""

import os
import sqlite3
import threading
from collections import defaultdict
from pathlib import Path

from dev.engine.mends import sqlite_values

LOCK_WAIT_MS = 30_000
_KEPT = 16  # idle connections to one file

_Key = tuple[int, str, int, bool]
_idle: dict[_Key, list[sqlite3.Connection]] = defaultdict(list)
_lock = threading.Lock()


def apply() -> None:
	from frappe.database.sqlite.database import SQLiteDatabase

	sqlite_values.register_converters()

	def get_connection(self, read_only: bool = False) -> sqlite3.Connection:
		return take(self.get_db_path(), read_only)

	def close(self) -> None:
		if self._conn:
			give_back(self._conn, self.get_db_path(), getattr(self, "read_only", False))
			self._conn = self._cursor = None
			self.read_only = False

	SQLiteDatabase.get_connection = get_connection
	SQLiteDatabase.close = close


def take(path: Path, read_only: bool) -> sqlite3.Connection:
	"""An idle connection, or a new one."""
	with _lock:
		idle = _idle[_key(path, read_only)]
		connection = idle.pop() if idle else None
	if connection is None:
		connection = _opened(path, read_only)
	connection.execute(f"PRAGMA busy_timeout={LOCK_WAIT_MS}")
	return connection


def give_back(connection: sqlite3.Connection, path: Path, read_only: bool) -> None:
	"""Keep the connection for others; what it has not committed is undone."""
	connection.rollback()
	connection.set_progress_handler(None, 0)
	with _lock:
		idle = _idle[_key(path, read_only)]
		if len(idle) < _KEPT:
			idle.append(connection)
			return
	connection.close()


def _key(path: Path, read_only: bool) -> _Key:
	"""One file of this process: a fork must not share connections, and a file made anew is another one."""
	inode = path.stat().st_ino if path.exists() else 0
	return os.getpid(), os.path.abspath(path), inode, read_only


def _opened(path: Path, read_only: bool) -> sqlite3.Connection:
	connection = sqlite3.connect(
		f"file:{path}?mode={'ro' if read_only else 'rwc'}",
		uri=True,
		detect_types=sqlite3.PARSE_DECLTYPES,
		isolation_level="IMMEDIATE",  # the word with which the module begins a transaction before a write
		check_same_thread=False,
	)
	if not read_only:
		connection.execute("PRAGMA journal_mode=WAL")
	connection.execute("PRAGMA synchronous=OFF")
	sqlite_values.register_functions(connection)
	return connection
