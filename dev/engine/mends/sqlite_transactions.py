"""Transactions on SQLite: one write lock for the whole file in place of MariaDB's row locks.

* The wheel opens each transaction with a plain BEGIN, which reads a snapshot and can't be turned into a writing one once
  somebody else has written: parallel requests failed with "database is locked" or took the same number of a naming series (83
  of 160). Here a transaction that writes begins with its first write, its first FOR UPDATE or its first savepoint, and takes the
  write lock then (BEGIN IMMEDIATE); until then reads see what is committed. So readers never wait, writers queue, and none can
  deadlock.
* `begin(read_only=True)` reads one snapshot on a connection of its own, and refuses writes (InReadOnlyMode), as on MariaDB; the next
  commit or rollback ends it.
* `set_execution_timeout()` changed the time that writers wait for the lock. Here it limits a statement's run time.
* `commit()` and `rollback()` left out what upstream does besides: the value cache and the count of writes outlived the transaction,
  so that a DDL statement after a rollback was refused.
"""

import time
import warnings
from typing import Any

_CHECK_EVERY = 10_000  # SQLite's virtual machine instructions; about a millisecond


def apply() -> None:
	from frappe.database.database import TRANSACTION_DISABLED_MSG, ImplicitCommitError
	from frappe.database.sqlite.database import SQLiteDatabase, SQLiteExceptionUtil

	def lock_for_writing(self) -> None:
		if not self._conn.in_transaction:
			self._cursor.execute("BEGIN IMMEDIATE")

	def execute(self, query: str, parameters: Any = ()):
		if query[:9].lower() == "savepoint":
			# outside a transaction it would begin one without the lock, and its release would commit
			self.lock_for_writing()
		if seconds := getattr(self, "execution_timeout", 0):
			# it stays set while the rows are fetched; the next statement sets its own
			deadline = time.monotonic() + seconds
			self._conn.set_progress_handler(lambda: time.monotonic() > deadline, _CHECK_EVERY)
		else:
			self._conn.set_progress_handler(None, 0)
		return self._cursor.execute(query, parameters)

	def set_execution_timeout(self, seconds: int) -> None:
		self.execution_timeout = int(seconds)

	def begin(self, *, read_only: bool = False) -> None:
		import frappe

		read_only = bool(read_only or frappe.flags.read_only)
		if self.transaction_writes:  # START TRANSACTION would commit them
			raise ImplicitCommitError("This statement can cause implicit commit", "START TRANSACTION")
		if self._conn and self._conn.in_transaction:
			self._conn.commit()
		if read_only != getattr(self, "read_only", False):
			self.close()
			self._conn = self.get_connection(read_only=read_only)
			self._cursor = self._conn.cursor()
			self.read_only = read_only
		if read_only:
			self._cursor.execute("BEGIN")

	def commit(self, *, chain: bool = False) -> None:
		if self._disable_transaction_control:
			warnings.warn(message=TRANSACTION_DISABLED_MSG, stacklevel=2)
			return
		self.before_rollback.reset()
		self.after_rollback.reset()
		self.before_commit.run()
		_end(self, "commit", chain)
		self.after_commit.run()

	def rollback(self, *, save_point: str | None = None, chain: bool = False) -> None:
		if save_point:
			self.sql(f"rollback to savepoint {save_point}")
			self.value_cache.clear()
			return
		if self._disable_transaction_control:
			warnings.warn(message=TRANSACTION_DISABLED_MSG, stacklevel=2)
			return
		self.before_commit.reset()
		self.after_commit.reset()
		self.before_rollback.run()
		_end(self, "rollback", chain)
		self.after_rollback.run()

	for method in (
		lock_for_writing,
		execute,
		set_execution_timeout,
		begin,
		commit,
		rollback,
	):
		setattr(SQLiteDatabase, method.__name__, method)
	SQLiteExceptionUtil.is_statement_timeout = staticmethod(lambda error: "interrupted" in str(error))


def _end(db: Any, how: str, chain: bool) -> None:
	"""End the transaction and begin the next one, of the same kind if chained (SQL's AND CHAIN)."""
	if not db._conn:
		db.connect()
	getattr(db._conn, how)()
	db.transaction_writes = 0
	db.value_cache.clear()
	db.begin(read_only=chain and getattr(db, "read_only", False))
