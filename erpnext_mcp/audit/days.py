"""What came of the calls of each day, and how long they took; for charts that are looked at all the time.

Days that are over are counted once and kept in Redis: entries are never changed. Read without the user's own permissions,
as `statistics`.
"""

import datetime
from typing import Any

import frappe
from frappe.query_builder.functions import Count
from frappe.utils import getdate, now_datetime

from erpnext_mcp.audit.entry import REFUSED
from erpnext_mcp.audit.statistics import (
	OUTCOMES,
	Period,
	Round,
	Row,
	calls,
	check_reader,
	entries_table,
	percentile,
)

KEPT = "erpnext_mcp_audit_days"
LATE = datetime.timedelta(hours=1)
"""A day is over so long after its midnight: calls of its last minutes may be committed later."""


def figures(period: Period) -> list[Row]:
	"""`{day, allowed, refused, failed, p50, p95}` of every day of the period; milliseconds without those of refused calls, 0
	where nobody called."""
	check_reader()
	over = getdate(now_datetime() - LATE)
	kept: dict[str, Row] = frappe.cache.get_value(KEPT) or {}
	found = {str(day): kept.get(str(day)) or _count(day) for day in period.days()}
	new = {day: row for day, row in found.items() if getdate(day) < over}
	if new.keys() - kept.keys():
		frappe.cache.set_value(KEPT, new)
	return [{"day": getdate(day), **row} for day, row in found.items()]


def forget() -> None:
	"""Counts all days anew at the next look."""
	frappe.cache.delete_value(KEPT)


def _count(day: datetime.date) -> Row:
	table: Any = entries_table()
	duration = Round(table.duration_ms)
	query = (
		calls(Period(day, day))
		.select(table.outcome, duration.as_("ms"), Count("*").as_("calls"))
		.groupby(table.outcome, duration)
	)
	counted = dict.fromkeys(OUTCOMES, 0)
	histogram: dict[int, int] = {}
	for row in query.run(as_dict=True):
		counted[row.outcome.lower()] += row.calls
		if row.outcome != REFUSED:
			ms = int(row.ms or 0)
			histogram[ms] = histogram.get(ms, 0) + row.calls
	return {**counted, "p50": percentile(histogram, 50), "p95": percentile(histogram, 95)}
