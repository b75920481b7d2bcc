"""The transaction that reading tools run in: nothing can be written, and no statement runs for ever."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe


@contextmanager
def read_only(time_limit: int = 0) -> Iterator[None]:
	"""Rolls back, runs the body in a read-only transaction and rolls back again.

	:param time_limit: seconds that a single statement may take, on MariaDB; 0: no limit
	:raises frappe.InReadOnlyMode: the body tried to write
	"""
	before = frappe.flags.read_only
	limited = bool(time_limit) and frappe.db.db_type == "mariadb"
	# Without the flag one commit() or rollback() by a hook would reopen the transaction for writing.
	frappe.flags.read_only = True
	try:
		frappe.db.rollback()
		if limited:
			frappe.db.set_execution_timeout(time_limit)
		yield
	finally:
		frappe.flags.read_only = before
		frappe.db.rollback()
		if limited:
			# It belongs to the database session, which outlives the call.
			frappe.db.set_execution_timeout(0)
