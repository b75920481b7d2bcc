"""When the database can't be reached: told quickly, and forgotten as soon as it is back.

Frappe connects at the first statement of a request, and fails only then.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

import frappe

from erpnext_mcp.documents.kept_connections import lend
from erpnext_mcp.documents.round_trips import Economy
from erpnext_mcp.errors import Unavailable

LOST = frozenset({1040, 1053, 1927, 2002, 2003, 2006, 2013, 2055})
"""MariaDB's numbers: too many connections, shutting down, killed, can't connect, gone away, lost."""
T = TypeVar("T")
RETRY_AFTER = 5
"""Seconds after which to ask again."""


class DatabaseGone(Unavailable):
	"""Nobody can be answered: not even the audit can be written."""

	refused = False

	def __init__(self) -> None:
		super().__init__(
			"The site's database can't be reached right now.",
			"Try again later.",
			reason="database unreachable",
			retry_after=RETRY_AFTER,
		)


def is_lost(error: BaseException) -> bool:
	"""Whether an exception of the driver says that there is no connection, or no longer."""
	db = getattr(frappe.local, "db", None)
	if not db or db.db_type != "mariadb":
		return False
	number = error.args[0] if error.args else None
	return db.is_interface_error(error) or (isinstance(error, db.OperationalError) and number in LOST)


def renew() -> None:
	"""Drops a broken connection; the next statement makes a new one."""
	with suppress(Exception):
		frappe.db.close()


def give_up() -> None:
	"""Leaves the rest of a web request without a database: Frappe ends it with a commit, and one that fails would turn our
	answer into a bare 500."""
	renew()
	if getattr(frappe.local, "request", None):
		frappe.local.db = None


@contextmanager
def telling() -> Iterator[None]:
	"""
	:raises DatabaseGone: in the place of whatever says that the connection is lost
	"""
	try:
		yield
	except Exception as e:
		if is_lost(e):
			raise DatabaseGone from e
		raise


def open() -> None:
	"""Connects, by a connection that an earlier call has left if there is one. Rolls back.

	:raises DatabaseGone: the database can't be reached
	"""
	with telling():
		lend(frappe.local.db)
	ask()


def ask() -> None:
	"""Asks the database whether it is there. Rolls back.

	:raises DatabaseGone: it is not
	"""
	with telling():
		frappe.db.rollback()


def first(question: Callable[[], T]) -> T:
	"""Asks the first question of a request: once more, on another connection, where it finds that a kept one has ended.

	:raises DatabaseGone: there is no connection to be had, or it is not the first question
	"""
	with telling():
		economy = Economy.of(frappe.local.db)
		may_be_repeated = economy is not None and economy.is_clean
		try:
			return question()
		except Exception as e:
			if not may_be_repeated or not is_lost(e):
				raise
		economy.let_go()
		renew()
		lend(frappe.local.db)
		return question()


@contextmanager
def forgiving() -> Iterator[None]:
	"""For what the server has done by itself where the connection is lost: rolling back, ending a time limit."""
	try:
		yield
	except Exception as e:
		if not is_lost(e):
			raise
		renew()
