"""The time that a call has: looked at before every statement, so that a call that takes too long ends whole, with an answer.

Web servers kill a worker that is late, and with it other calls. What waits for nothing but itself (a loop in a script) is
not seen here.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import frappe

from erpnext_mcp.errors import Timeout


@contextmanager
def deadline(seconds: float, started: float) -> Iterator[None]:
	"""Refuses further statements of this thread's database connection when the time is over.

	:param seconds: from `started`; 0: there is no end
	:param started: by `time.perf_counter`
	:raises Timeout: it was over; also where the body has swallowed that
	"""
	if not seconds:
		yield
		return
	db: Any = frappe.local.db
	plain, shadowed = db.sql, db.__dict__.get("sql")
	late = False

	def sql(*args: Any, **kwargs: Any) -> Any:
		nonlocal late
		if time.perf_counter() - started > seconds:
			late = True
			raise too_late(seconds)
		return plain(*args, **kwargs)

	db.sql = sql
	try:
		yield
	finally:
		if shadowed is None:
			db.__dict__.pop("sql", None)
		else:
			db.sql = shadowed
	if late:
		raise too_late(seconds)


def too_late(seconds: float) -> Timeout:
	return Timeout(
		f"The call took longer than {seconds:g} seconds. Nothing of it was kept.",
		"Ask for less at once.",
		reason="request timeout",
	)
