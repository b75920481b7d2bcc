"""The audit in figures, for the reports in the desk; and what one session did, in its order.

Read without the user's own permissions, so every function asks first for the one that the reports need (`check_reader`).
"""

import datetime
import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import frappe
from frappe.query_builder import Case, Order
from frappe.query_builder.functions import Count, CustomFunction, Date, Max, Min, Sum
from frappe.utils import add_days, get_datetime, getdate, nowdate

from erpnext_mcp.audit import export
from erpnext_mcp.audit import table as audit_table
from erpnext_mcp.audit.entry import ALLOWED, DESK, DOCTYPE, FAILED, REFUSED

VALUES_LEVEL = 1
"""The permission level of `changes`."""

MOST_ROWS = 2_000
"""Of a report that does not sum up."""

OUTCOMES = tuple(outcome.lower() for outcome in (ALLOWED, REFUSED, FAILED))
"""The columns that count them."""

PAUSE = datetime.timedelta(minutes=30)
"""A session that paused for so long goes on in a new sitting."""

Row = dict[str, Any]
Round = CustomFunction("ROUND", ["value"])


@dataclass(frozen=True)
class Period:
	"""Days, both included."""

	first: datetime.date
	last: datetime.date

	@classmethod
	def of(cls, first: Any = None, last: Any = None, days: int = 30) -> "Period":
		"""From what a filter holds; without a first day, so many days back from the last, which is today if there is none."""
		end = getdate(last or nowdate())
		return cls(getdate(first) if first else getdate(add_days(end, 1 - days)), end)

	def days(self) -> list[datetime.date]:
		return [self.first + datetime.timedelta(n) for n in range((self.last - self.first).days + 1)]


def check_reader() -> None:
	"""Lets administrators pass.

	:raises frappe.PermissionError: the user has no reports on the audit
	"""
	frappe.has_permission(DOCTYPE, "report", throw=True)


def sees_values() -> bool:
	"""Whether the session user may see the values of writes."""
	user = frappe.session.user
	levels = frappe.get_meta(DOCTYPE).get_permlevel_access("read", user=user)
	return user == "Administrator" or VALUES_LEVEL in levels


def calls_per_day(period: Period) -> list[Row]:
	"""`{day, calls, allowed, refused, failed, users}` of each day that had calls, the oldest first.

	Users are counted here: a distinct count in groups makes MariaDB sort every entry of the period.
	"""
	check_reader()
	table = entries_table()
	day = Date(table.timestamp)
	query = (
		calls(period)
		.select(day.as_("day"), table.outcome, table.user, Count("*").as_("calls"))
		.groupby(day, table.outcome, table.user)
	)
	days: dict[datetime.date, Row] = {}
	users: dict[datetime.date, set[str]] = {}
	for row in query.run(as_dict=True):
		found = days.setdefault(getdate(row.day), {"calls": 0, **dict.fromkeys(OUTCOMES, 0), "users": 0})
		found["calls"] += row.calls
		found[row.outcome.lower()] += row.calls
		users.setdefault(getdate(row.day), set()).add(row.user)
	return [{"day": day, **days[day], "users": len(users[day])} for day in sorted(days)]


def calls_since(moment: datetime.datetime, outcome: str = "") -> int:
	"""How many calls there were since a moment.

	:param outcome: only those with this one
	"""
	check_reader()
	table = entries_table()
	query = _real(frappe.qb.from_(table), table).select(Count("*")).where(table.timestamp >= moment)
	return (query.where(table.outcome == outcome) if outcome else query).run()[0][0]


def has_happened(
	since: datetime.datetime, *, tools: Collection[str] = (), others: Collection[str] = ()
) -> bool:
	"""Whether an agent with a credential was answered since a moment.

	:param tools: only with one of these tools
	:param others: only with one that is none of these
	"""
	check_reader()
	table = entries_table()
	query = (
		_real(frappe.qb.from_(table), table)
		.select(table.name)
		.where((table.timestamp >= since) & (table.outcome == ALLOWED) & (table.credential != ""))
	)
	if tools:
		query = query.where(table.tool.isin(tools))
	if others:
		query = query.where(table.tool.notin(others))
	return bool(query.limit(1).run())


def was_simulated(since: datetime.datetime) -> bool:
	"""Whether an administrator has used the simulator since a moment."""
	check_reader()
	table = entries_table()
	query = frappe.qb.from_(table).select(table.name)
	return bool(query.where((table.timestamp >= since) & (table.simulated_user != "")).limit(1).run())


def sealing() -> audit_table.Sealing:
	"""How far the sealing job is."""
	check_reader()
	return audit_table.sealing()


def sessions(period: Period, most: int) -> tuple[list[Row], bool]:
	"""`{session, user, client_name, credential, calls, refused, first, last}` of each session, the latest first.

	:param most: only so many of the latest calls are looked at, so that a busy site answers as fast as any
	:returns: the sessions, and whether there were more calls
	"""
	check_reader()
	table = entries_table()
	columns = ("session", "user", "client_name", "credential", "outcome", "timestamp")
	query = _within(period).where(table.session != "").select(*(table[column] for column in columns))
	rows = query.orderby(table.timestamp, order=Order.desc).limit(most + 1).run(as_dict=True)
	found: dict[str, Row] = {}
	for row in rows[:most]:
		session = found.setdefault(
			row.session,
			{
				"session": row.session,
				"user": row.user,
				"client_name": row.client_name,
				"credential": row.credential,
				"calls": 0,
				"refused": 0,
				"last": row.timestamp,
			},
		)
		session["calls"] += 1
		session["refused"] += row.outcome == REFUSED
		session["first"] = row.timestamp
	return list(found.values()), len(rows) > most


def slowest_tools(period: Period) -> list[Row]:
	"""`{tool, calls, p50, p95, slowest}` of each tool, in milliseconds, the highest p95 first; refused calls left out.

	Exact to a millisecond: the database counts how many calls took how many, so that a busy year does not come here row by row.
	"""
	check_reader()
	table = entries_table()
	duration = Round(table.duration_ms)
	query = (
		calls(period)
		.where(table.outcome != REFUSED)
		.select(table.tool, duration.as_("ms"), Count("*").as_("calls"))
		.groupby(table.tool, duration)
	)
	counted: dict[str, dict[int, int]] = {}
	for row in query.run(as_dict=True):
		counted.setdefault(row.tool, {})[int(row.ms or 0)] = row.calls
	found = [
		{
			"tool": tool,
			"calls": sum(histogram.values()),
			"p50": percentile(histogram, 50),
			"p95": percentile(histogram, 95),
			"slowest": max(histogram),
		}
		for tool, histogram in counted.items()
	]
	return sorted(found, key=lambda row: (-row["p95"], row["tool"] or ""))


def percentile(histogram: dict[int, int], percent: int) -> int:
	"""The smallest value that so many percent of all are not above (nearest rank). Pure.

	:param histogram: how often each value occurs
	"""
	rank = math.ceil(sum(histogram.values()) * percent / 100)
	for value in sorted(histogram):
		rank -= histogram[value]
		if rank <= 0:
			return value
	return 0


def refusals(period: Period, outcome: str = REFUSED) -> list[Row]:
	"""`{reason_code, reason, calls, users, last}` of each reason, the most frequent first.

	:param outcome: Refused, or Failed
	"""
	check_reader()
	table = entries_table()
	query = (
		calls(period)
		.where(table.outcome == outcome)
		.select(
			table.reason_code,
			table.reason,
			Count("*").as_("calls"),
			Count(table.user).distinct().as_("users"),
			Max(table.timestamp).as_("last"),
		)
		.groupby(table.reason_code, table.reason)
		.orderby(Count("*"), order=Order.desc)
		.limit(MOST_ROWS)
	)
	return query.run(as_dict=True)


def calls_by_client(period: Period) -> list[Row]:
	"""`{client_name, credential, profile, calls, allowed, refused, failed, users, first, last}`, the busiest first."""
	check_reader()
	table = entries_table()
	query = (
		calls(period)
		.select(
			table.client_name,
			table.credential,
			table.profile,
			*_outcomes(table),
			Count(table.user).distinct().as_("users"),
			Min(table.timestamp).as_("first"),
			Max(table.timestamp).as_("last"),
		)
		.groupby(table.client_name, table.credential, table.profile)
		.orderby(Count("*"), order=Order.desc)
		.limit(MOST_ROWS)
	)
	return [_whole(row) for row in query.run(as_dict=True)]


REPLAYED = (
	"name",
	"timestamp",
	"session",
	"user",
	"client_name",
	"tool",
	"operation",
	"dry_run",
	"reference_doctype",
	"reference_name",
	"field_names",
	"row_count",
	"outcome",
	"reason_code",
	"reason",
	"duration_ms",
)


def replay(period: Period, user: str = "", session: str = "") -> tuple[list[Row], bool]:
	"""What was called, in its order: the columns of `REPLAYED`, `sitting`, and `changes` for who may see values.

	:param user: only his calls
	:param session: only the calls of this session
	:returns: the first `MOST_ROWS`, and whether there are more
	"""
	check_reader()
	table = entries_table()
	columns = (*REPLAYED, "changes") if sees_values() else REPLAYED
	query = _within(period).select(*(table[column] for column in columns))
	if user:
		query = query.where(table.user == user)
	if session:
		query = query.where(table.session == session)
	rows = query.orderby(table.timestamp).orderby(table.name).limit(MOST_ROWS + 1).run(as_dict=True)
	return list(with_sittings(rows[:MOST_ROWS])), len(rows) > MOST_ROWS


def entries(since: str, until: str, limit: int) -> list[Row]:
	"""The first entries between two times, with the columns of an export, in their order."""
	check_reader()
	return list(itertools.islice(export.entries(since, until), limit))


def with_sittings(rows: Iterable[Row]) -> Iterator[Row]:
	"""Rows in the order of time, each with the number of its session's sitting, from 1. Pure."""
	last: dict[Any, tuple[datetime.datetime, int]] = {}
	for row in rows:
		now = get_datetime(row["timestamp"])
		before, sitting = last.get(row["session"], (now, 1))
		if now - before >= PAUSE:
			sitting += 1
		last[row["session"]] = (now, sitting)
		yield {**row, "sitting": sitting}


def entries_table() -> Any:
	"""The entries, for a query."""
	return frappe.qb.DocType(DOCTYPE)


def _within(period: Period) -> Any:
	table = entries_table()
	return frappe.qb.from_(table).where(
		(table.timestamp >= f"{period.first} 00:00:00")
		& (table.timestamp < f"{add_days(period.last, 1)} 00:00:00")
	)


def calls(period: Period) -> Any:
	"""A query on the calls of agents in a period."""
	return _real(_within(period), entries_table())


def _real(query: Any, table: Any) -> Any:
	"""Without what no agent has done: simulations of administrators, and what was done in the desk."""
	return query.where(
		(table.simulated_user.isnull() | (table.simulated_user == "")) & (table.transport != DESK)
	)


def _outcomes(table: Any) -> Sequence[Any]:
	counted = [
		Sum(Case().when(table.outcome == outcome, 1).else_(0)).as_(outcome.lower())
		for outcome in (ALLOWED, REFUSED, FAILED)
	]
	return (Count("*").as_("calls"), *counted)


def _whole(row: Row) -> Row:
	"""Sums as whole numbers: MariaDB gives decimals."""
	return {**row, **{outcome: int(row[outcome]) for outcome in OUTCOMES}}
