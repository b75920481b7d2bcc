"""The rows of MCP Audit Entry and MCP Audit Seal, for the jobs and commands that keep the proof. Nothing here commits.

Read without permissions: only jobs, patches, the command line, and what has asked for the permission before.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import frappe
from frappe.query_builder import Order
from frappe.query_builder.functions import Count
from frappe.utils import add_to_date, now_datetime

from erpnext_mcp.audit.chain import Seal, moment
from erpnext_mcp.audit.entry import COLUMNS, DOCTYPE

SEAL = "MCP Audit Seal"
ENTRY_COLUMNS = (*COLUMNS, "stamp", "seal")

Row = dict[str, Any]


@contextmanager
def snapshot() -> Iterator[None]:
	"""While the body reads, it sees one state of the database, and writes nothing."""
	frappe.db.rollback()
	frappe.db.begin(read_only=True)
	try:
		yield
	finally:
		frappe.db.rollback()


def begin_writing() -> None:
	"""Begins a transaction that locks the rows it changes and nothing else, so that no call waits for it, nor it for one.

	With MariaDB's repeatable reads an update also locks the gaps between the rows that it goes through: the newest of the
	unsealed entries, behind which every call writes. With read committed it does not.
	"""
	frappe.db.rollback()
	if frappe.db.db_type == "mariadb":
		# Frappe has begun a transaction already; the level can only be set between two, and holds for the next alone.
		frappe.db.sql("rollback")
		frappe.db.sql("set transaction isolation level read committed")
		frappe.db.begin()


def head(lock: bool = False) -> Seal | None:
	"""The newest seal.

	:param lock: no other transaction can read it so until this one ends
	"""
	table = frappe.qb.DocType(SEAL)
	query = _seal_columns(table).orderby(table.sequence, order=Order.desc).limit(1)
	rows = (query.for_update() if lock else query).run(as_dict=True)
	return _seal(rows[0]) if rows else None


def seals(after: int, limit: int) -> list[tuple[str, Seal]]:
	"""Seals with higher sequence numbers, in their order, each with its document name."""
	table = frappe.qb.DocType(SEAL)
	query = _seal_columns(table).where(table.sequence > after).orderby(table.sequence, table.name)
	return [(row.name, _seal(row)) for row in query.limit(limit).run(as_dict=True)]


def heads(sequences: Sequence[int]) -> dict[int, str]:
	"""The MACs of seals by their sequence numbers."""
	table = frappe.qb.DocType(SEAL)
	query = frappe.qb.from_(table).select(table.sequence, table.mac).where(table.sequence.isin(sequences))
	return {row.sequence: row.mac for row in query.run(as_dict=True)}


def listings(names: Sequence[str]) -> dict[str, str]:
	"""The packed lists of seals by name."""
	table = frappe.qb.DocType(SEAL)
	query = frappe.qb.from_(table).select(table.name, table.entries).where(table.name.isin(names))
	return {row.name: row.entries for row in query.run(as_dict=True)}


def due_seals(before: str, after: int, limit: int) -> list[Seal]:
	"""Seals that still have their entries, all of them older than a time."""
	table = frappe.qb.DocType(SEAL)
	query = _seal_columns(table).where(
		(table.last_time < before) & table.dropped_at.isnull() & (table.sequence > after)
	)
	return [_seal(row) for row in query.orderby(table.sequence).limit(limit).run(as_dict=True)]


def insert_seal(seal: Seal, packed: str) -> None:
	"""A new seal.

	:raises Exception: the driver's: somebody else has made one of this number
	"""
	row = {
		"name": seal.name,
		"owner": "Administrator",
		"modified_by": "Administrator",
		"creation": seal.sealed_at,
		"modified": seal.sealed_at,
		"docstatus": 0,
		"idx": 0,
		"sequence": seal.sequence,
		"sealed_at": seal.sealed_at,
		"first_time": seal.first_time,
		"last_time": seal.last_time,
		"entry_count": seal.entry_count,
		"root": seal.root,
		"previous": seal.previous,
		"key_id": seal.key_id,
		"mac": seal.mac,
		"entries": packed,
	}
	frappe.qb.into(frappe.qb.DocType(SEAL)).columns(*row).insert(*row.values()).run()


def mark_dropped(seal: Seal) -> None:
	"""Writes that a seal's entries were dropped, and forgets its list."""
	table = frappe.qb.DocType(SEAL)
	frappe.qb.update(table).set(table.dropped_at, seal.dropped_at).set(
		table.dropped_mac, seal.dropped_mac
	).set(table.entries, "").where(table.name == seal.name).run()


def unsealed(limit: int) -> list[Row]:
	"""Committed entries that no seal has, the oldest first."""
	table = frappe.qb.DocType(DOCTYPE)
	query = _entry_columns(table).where(table.seal.isnull()).orderby(table.timestamp)
	return query.limit(limit).run(as_dict=True)


def unsealed_after(name: str, limit: int) -> list[Row]:
	"""The same, page by page in the order of their names."""
	table = frappe.qb.DocType(DOCTYPE)
	query = _entry_columns(table).where(table.seal.isnull() & (table.name > name)).orderby(table.name)
	return query.limit(limit).run(as_dict=True)


def entries_of(seals: Sequence[str]) -> list[Row]:
	"""The entries that refer to any of these seals."""
	table = frappe.qb.DocType(DOCTYPE)
	return _entry_columns(table).where(table.seal.isin(seals)).run(as_dict=True)


def exists(name: str) -> bool:
	"""Whether there is an entry of this name, whatever it refers to."""
	table = frappe.qb.DocType(DOCTYPE)
	return bool(frappe.qb.from_(table).select(table.name).where(table.name == name).run())


def without_seal() -> tuple[str, str] | None:
	"""An entry that refers to a seal that does not exist: (entry, seal)."""
	entries, seals = frappe.qb.DocType(DOCTYPE), frappe.qb.DocType(SEAL)
	rows = (
		frappe.qb.from_(entries)
		.left_join(seals)
		.on(entries.seal == seals.name)
		.select(entries.name, entries.seal)
		.where(entries.seal.isnotnull() & seals.name.isnull())
		.limit(1)
		.run()
	)
	return tuple(rows[0]) if rows else None


def attach(names: Sequence[str], seal: str) -> None:
	"""Lets unsealed entries refer to their seal."""
	table = frappe.qb.DocType(DOCTYPE)
	frappe.qb.update(table).set(table.seal, seal).where(table.name.isin(names) & table.seal.isnull()).run()


def delete(seal: str, names: Sequence[str]) -> None:
	"""Deletes entries of a seal."""
	table = frappe.qb.DocType(DOCTYPE)
	frappe.qb.from_(table).where((table.seal == seal) & table.name.isin(names)).delete().run()


def count(since: str = "", until: str = "") -> int:
	"""How many entries there are between two times."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.from_(table).select(Count("*"))
	return _between(query, table, since, until).run()[0][0]


def count_unsealed() -> int:
	"""How many entries no seal has."""
	table = frappe.qb.DocType(DOCTYPE)
	return frappe.qb.from_(table).select(Count("*")).where(table.seal.isnull()).run()[0][0]


SEALED_WITHIN = 10
"""Minutes after which an entry without a seal says that the sealing job does not run."""


@dataclass(frozen=True)
class Sealing:
	"""How far the sealing job is: number and time of the newest seal (0 and "" when there is none), how many entries no seal
	has, and since when the oldest of them waits ("" when none does)."""

	seals: int
	sealed_at: str
	waiting: int
	since: str

	def is_late(self) -> bool:
		"""Whether entries wait for so long that the sealing job can't be running."""
		return bool(self.since) and self.since <= moment(add_to_date(now_datetime(), minutes=-SEALED_WITHIN))


def sealing() -> Sealing:
	newest, oldest = head(), unsealed(1)
	return Sealing(
		newest.sequence if newest else 0,
		newest.sealed_at if newest else "",
		count_unsealed(),
		moment(oldest[0]["timestamp"]) if oldest else "",
	)


def count_seals() -> int:
	"""How many seals there are."""
	return frappe.qb.from_(frappe.qb.DocType(SEAL)).select(Count("*")).run()[0][0]


def entries_after(last: tuple[str, str], limit: int, until: str = "") -> list[Row]:
	"""The next page of entries in the order of time and name.

	:param last: time and name of the last one
	"""
	table = frappe.qb.DocType(DOCTYPE)
	time, name = last
	# The first half alone lets the database find the place in the index.
	query = _entry_columns(table).where(
		(table.timestamp >= time) & ((table.timestamp > time) | (table.name > name))
	)
	return (
		_between(query, table, "", until)
		.orderby(table.timestamp)
		.orderby(table.name)
		.limit(limit)
		.run(as_dict=True)
	)


def unstamped(limit: int) -> list[Row]:
	"""Entries of before there were stamps."""
	table = frappe.qb.DocType(DOCTYPE)
	return _entry_columns(table).where(table.stamp.isnull()).limit(limit).run(as_dict=True)


def set_stamp(name: str, stamp: str) -> None:
	table = frappe.qb.DocType(DOCTYPE)
	frappe.qb.update(table).set(table.stamp, stamp).where(table.name == name).run()


def _between(query: Any, table: Any, since: str, until: str) -> Any:
	if since:
		query = query.where(table.timestamp >= since)
	return query.where(table.timestamp < until) if until else query


def _entry_columns(table: Any) -> Any:
	return frappe.qb.from_(table).select(*(table[column] for column in ENTRY_COLUMNS))


def _seal_columns(table: Any) -> Any:
	"""All but the list, which is long."""
	columns = (
		"name",
		"sequence",
		"sealed_at",
		"first_time",
		"last_time",
		"entry_count",
		"root",
		"previous",
		"key_id",
		"mac",
		"dropped_at",
		"dropped_mac",
	)
	return frappe.qb.from_(table).select(*(table[column] for column in columns))


def _seal(row: Any) -> Seal:
	return Seal(
		sequence=row.sequence,
		sealed_at=moment(row.sealed_at),
		first_time=moment(row.first_time),
		last_time=moment(row.last_time),
		entry_count=row.entry_count,
		root=row.root or "",
		previous=row.previous or "",
		key_id=row.key_id or "",
		mac=row.mac or "",
		dropped_at=moment(row.dropped_at),
		dropped_mac=row.dropped_mac or "",
	)
