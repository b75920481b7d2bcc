"""The transactions that tools run in: one call, one transaction (DESIGN §3)."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import frappe
import frappe.realtime

from erpnext_mcp.documents.connection import forgiving, is_lost
from erpnext_mcp.documents.control import TransactionControl
from erpnext_mcp.documents.held import holding, let_go
from erpnext_mcp.documents.round_trips import Economy
from erpnext_mcp.errors import Unavailable

MOST_TRIES = 4
"""The first and three more."""
FIRST_PAUSE = 0.05
"""Seconds before the second try; doubled for each further one, half of it by chance."""

WRITE_TIME_LIMIT = 30
"""Seconds that a single statement of a write may take on MariaDB, waiting for locks included."""


@contextmanager
def read_only(time_limit: int = 0) -> Iterator[None]:
	"""Rolls back, runs the body in a read-only transaction and rolls back again.

	:param time_limit: seconds that a single statement may take, on MariaDB; 0: no limit
	:raises frappe.InReadOnlyMode: the body tried to write
	"""
	before = frappe.flags.read_only
	# Without the flag one commit() or rollback() by a hook would reopen the transaction for writing.
	frappe.flags.read_only = True
	try:
		frappe.db.rollback()
		with _limited(time_limit):
			yield
	finally:
		frappe.flags.read_only = before
		with forgiving():
			frappe.db.rollback()


def new_snapshot() -> None:
	"""Within `read_only`: what is read from now on is as new as now."""
	frappe.db.rollback()
	# v15 keeps it over a rollback.
	frappe.db.value_cache.clear()


class Undecided(Unavailable):
	"""The connection broke during the commit: nobody knows whether it took place."""

	refused = False


class WriteTransaction:
	"""What is written until `commit`, if that comes; see `writing`."""

	def __init__(self) -> None:
		self.control = TransactionControl()
		self.committed = False

	def check(self) -> None:
		"""Refuses to go on where a hook has meddled with the transaction.

		:raises CallError, Exception: see `TransactionControl.check`
		"""
		self.control.check()

	def commit(self) -> None:
		"""Commits for real and hands over what was held.

		What fails after the commit (a queue that is down) is logged: the documents are saved, so it is no failure of the
		call.

		:raises Undecided: the connection to the database broke while committing
		:raises Exception: a `before_commit` callback's; nothing is saved then
		"""
		# While it still can't end the transaction: what it rolled back would be told as saved.
		frappe.db.before_commit.run()
		self.check()
		self.control.end()
		callbacks = frappe.db.after_commit
		# The first to run: from then on the documents are saved.
		callbacks._functions.appendleft(self._mark)
		with let_go():
			try:
				frappe.db.commit()
			except Exception as e:
				if not self.committed:
					if is_lost(e):
						raise Undecided(
							"The connection to the database broke while saving.",
							"Look whether it was saved before you try again.",
							reason="commit undecided",
						) from e
					raise
				_log_late_failure()
			while True:
				try:
					callbacks.run()
					return
				except Exception:
					_log_late_failure()

	def _mark(self) -> None:
		self.committed = True


@contextmanager
def writing(time_limit: int = WRITE_TIME_LIMIT) -> Iterator[WriteTransaction]:
	"""Runs the body in a transaction of its own, which is rolled back unless the body commits it.

	While it runs, hooks can't end it, and what would leave at once is held. Afterwards the state of the request is what it
	was: flags, messages, caches, locks, the user.

	:param time_limit: seconds that a single statement may take, on MariaDB; 0: no limit
	"""
	frappe.db.rollback()
	# What is left in it has lost its flush: the next message would register none.
	frappe.realtime.clear_realtime_log()
	state = _RequestState()
	transaction = WriteTransaction()
	with holding():
		try:
			with _limited(time_limit):
				transaction.control.start()
				try:
					yield transaction
				finally:
					transaction.control.end()
		finally:
			if not transaction.committed:
				try:
					with forgiving():
						frappe.db.rollback()
				finally:
					state.forget()
			state.restore()


def pause_before(attempt: int) -> None:
	"""Waits before another try, longer each time and never two callers the same.

	:param attempt: 1 for the second try
	"""
	pause = FIRST_PAUSE * 2 ** (attempt - 1)
	time.sleep(pause / 2 + random.random() * pause / 2)


def may_be_tried_again(error: BaseException) -> bool:
	"""Whether the database gave up for the sake of another transaction: a deadlock, or a lock that was not free."""
	return isinstance(error, frappe.QueryDeadlockError | frappe.QueryTimeoutError)


@contextmanager
def _limited(seconds: int) -> Iterator[None]:
	if frappe.db.db_type != "mariadb":
		yield
		return
	economy = Economy.of(frappe.local.db)
	if economy is not None:
		# The connection is reset after the request, or closed: there is no need to set it back. What follows in the request
		# (the audit entry) may take no longer either.
		if economy.time_limit != seconds:
			frappe.db.set_execution_timeout(seconds)
			economy.time_limit = seconds
		yield
		return
	if seconds:
		frappe.db.set_execution_timeout(seconds)
	try:
		yield
	finally:
		if seconds:
			# It belongs to the database session, which outlives the call.
			with forgiving():
				frappe.db.set_execution_timeout(0)


class _RequestState:
	"""What a request carries beside the database, as it was before a call."""

	def __init__(self) -> None:
		self.user = frappe.session.user
		self.flags = dict(frappe.local.flags)
		self.messages = list(frappe.local.message_log)
		self.locked = list(frappe.local.locked_documents)

	def restore(self) -> None:
		"""After every call."""
		if frappe.session.user != self.user:
			frappe.set_user(self.user)
		frappe.local.flags.clear()
		frappe.local.flags.update(self.flags)
		frappe.local.message_log = self.messages
		# Made once per request: a delete would not see the links that an earlier call of this process has made.
		frappe.local.dynamic_link_map = None
		frappe.local.error_log = []
		frappe.local.debug_log = []

	def forget(self) -> None:
		"""After a rollback: whatever still knows of documents that there aren't."""
		for doc in [d for d in frappe.local.locked_documents if d not in self.locked]:
			doc.unlock()
		# A queue that is not empty registers no flush again: the webhooks of the next write would be lost.
		frappe.local._webhook_queue = None
		frappe.db.value_cache.clear()
		request_cache: Any = getattr(frappe.local, "request_cache", None)
		if request_cache is not None:
			request_cache.clear()


def _log_late_failure() -> None:
	frappe.logger("mcp").error("something failed after the commit", exc_info=True)
