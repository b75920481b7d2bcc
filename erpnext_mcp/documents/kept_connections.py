"""Connections of MariaDB that stay open from one call to the next of a process: making one takes as long as a short call.

What one call leaves on a connection, no other can meet: before it is kept, the server itself resets it (COM_RESET_CONNECTION or
COM_CHANGE_USER: transaction, locks, temporary tables, variables of the session and of users, prepared statements). Of
Frappe's own objects nothing is kept; each request has its own `Database`, which is only lent the connection.

A connection that can't be reset is closed. One that the server has closed in the meantime (killed, restarted, idle too long) is
noticed before it is lent, and another is made.
"""

import os
import select
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from frappe.database.database import get_query_execution_timeout

from erpnext_mcp.documents.round_trips import Economy

MOST = 8
"""Connections that a process keeps, of all its sites together: MariaDB allows 151 by default, and every worker keeps some."""
IDLE = 300
"""Seconds after which the server closes a connection that nobody has used; longer than a call may take."""
TRUSTED = 10
"""Seconds for which a connection is lent without asking the server whether it is there: a host that fell silent is not seen otherwise."""

COM_RESET_CONNECTION = 0x1F


@dataclass(frozen=True, repr=False)
class _Kept:
	connection: Any
	settings: tuple
	pid: int
	since: float
	time_limit: float | None


_kept: list[_Kept] = []
"""The one that was used last is the last. Without a Database object, and without anything of a request."""
_lock = threading.Lock()
_inherited: list[Any] = []
"""Of the process that this one was forked from: neither used nor closed, for the socket is its parent's, too."""


def lend(db: Any) -> Economy | None:
	"""Connects a database object that has no connection yet, by one that was kept if there is one.

	:param db: `frappe.local.db`
	:returns: what spares it statements; None where that is not done (other databases than MariaDB)
	:raises Exception: the driver's: there is no connection to be had
	"""
	if db.db_type != "mariadb":
		return None
	if economy := Economy.of(db):
		return economy
	if db._conn is None:
		kept = _take(_settings(db))
		if kept is None:
			db.connect()
			return Economy(db, is_clean=True)
		db._conn, db._cursor = kept.connection, kept.connection.cursor()
		return Economy(db, is_clean=True, time_limit=kept.time_limit)
	return Economy(db, is_clean=False)


def take_back(db: Any) -> None:
	"""Keeps the connection of a database object, which has none afterwards. Never raises.

	To be called when the request is through with the database: what is not committed is gone.
	"""
	economy = Economy.of(db) if db is not None else None
	if economy is None:
		return
	connection, db._conn, db._cursor = db._conn, None, None
	economy.let_go()
	try:
		settings = _settings(db)
		time_limit = _reset(connection, db, economy.time_limit)
	except Exception:
		_close(connection)
		return
	too_many = None
	with _lock:
		_kept.append(_Kept(connection, settings, os.getpid(), time.monotonic(), time_limit))
		if len(_kept) > MOST:
			too_many = _kept.pop(0)
	if too_many:
		_close(too_many.connection)


def close_all() -> None:
	"""Closes what is kept."""
	with _lock:
		found = list(_kept)
		_kept.clear()
	for kept in found:
		_close(kept.connection)


def _take(settings: tuple) -> _Kept | None:
	while True:
		with _lock:
			place = next((i for i in reversed(range(len(_kept))) if _kept[i].settings == settings), None)
			if place is None:
				return None
			kept = _kept.pop(place)
		if _is_there(kept):
			return kept
		_close(kept.connection)


def _is_there(kept: _Kept) -> bool:
	age = time.monotonic() - kept.since
	if age > IDLE:
		return False
	try:
		# Between calls the server has nothing to say but that it closes the connection.
		poll = select.poll()
		poll.register(_fileno(kept.connection), select.POLLIN | select.POLLHUP | select.POLLERR)
		if poll.poll(0):
			return False
		if age > TRUSTED:
			kept.connection.ping(*([False] if _is_pymysql(kept.connection) else []))
	except Exception:
		return False
	return True


def _reset(connection: Any, db: Any, time_limit: float | None) -> float | None:
	"""Has the server forget everything of the connection's session, and makes it what a new one is.

	:param time_limit: that it had, which the next call will most likely want, too
	:returns: the one it has now
	:raises Exception: the driver's
	"""
	if _is_pymysql(connection):
		connection._execute_command(COM_RESET_CONNECTION, b"")
		connection._read_ok_packet()
		names = f"names {connection.charset}" + (
			f" collate {connection.collation}" if connection.collation else ""
		)
	else:
		connection.change_user(db.user, db.password, db.cur_db_name or "")
		names = f"names {connection.character_set_name()}"
	time_limit = time_limit or get_query_execution_timeout()
	wanted = [names, "autocommit = 0", f"wait_timeout = {IDLE}"]
	if time_limit:
		wanted.append(f"max_statement_time = {time_limit:g}")
	connection.query("set " + ", ".join(wanted))
	if not _is_pymysql(connection):
		connection.store_result()
	return time_limit


def _settings(db: Any) -> tuple:
	"""Everything that a connection was made by: site, user, password, address, encryption."""
	settings = db.get_connection_settings()
	return tuple(sorted((key, repr(value)) for key, value in settings.items() if key != "conv"))


def _is_pymysql(connection: Any) -> bool:
	return type(connection).__module__.startswith("pymysql")


def _fileno(connection: Any) -> int:
	return connection._sock.fileno() if _is_pymysql(connection) else connection.fileno()


def _close(connection: Any) -> None:
	with suppress(Exception):
		connection.close()


def _forked() -> None:
	_inherited.extend(_kept)
	_kept.clear()


os.register_at_fork(after_in_child=_forked)
