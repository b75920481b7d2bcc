"""What all steps share: the fixed day, random numbers of their own, bulk inserts, naming counters."""

import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

import frappe
from frappe.model.document import Document

SEED = 2026
YEAR = 2026
# statuses (overdue, expired) are as of this day, whatever day the seed runs
AS_OF = date(YEAR, 10, 31)
# SQLite takes 32,766 values in one statement
MAX_VALUES = 30_000


def rng(step: str) -> random.Random:
	"""Random numbers that depend on the step's name only."""
	return random.Random(f"{SEED}:{step}")


def clock(start: datetime, step: timedelta = timedelta(seconds=7)) -> Iterator[datetime]:
	"""Distinct, rising moments for `creation`."""
	while True:
		yield start
		start += step


def random_days(rand: random.Random, count: int, first: date, last: date) -> list[date]:
	"""`count` days in rising order."""
	span = (last - first).days
	return sorted(first + timedelta(days=rand.randint(0, span)) for _number in range(count))


def fresh(doctype: str, values: dict) -> Document:
	"""A new document in memory with its defaults."""
	doc = frappe.new_doc(doctype)
	doc.update(values)
	doc._set_defaults()
	return doc


def stamp(doc: Document, rand: random.Random, when: datetime, owner: str = "Administrator") -> None:
	"""What db_insert would set: owner and time of the document and its rows, names and positions of the rows."""
	doc.set("__islocal", False)
	for child in doc.get_all_children():
		child.name = f"{rand.getrandbits(40):010x}"
		child.parent, child.parenttype, child.docstatus = doc.name, doc.doctype, doc.docstatus
		child.set("__islocal", False)
	for row in (doc, *doc.get_all_children()):
		row.owner = row.modified_by = owner
		row.creation = row.modified = when.strftime("%Y-%m-%d %H:%M:%S.%f")


def bulk_insert(docs: Iterable[Document]) -> int:
	"""Insert stamped documents and their rows without running their hooks; return how many documents."""
	rows: dict[str, list[dict]] = {}
	count = 0
	for doc in docs:
		count += 1
		for row in (doc, *doc.get_all_children()):
			values = row.get_valid_dict(convert_dates_to_str=True, ignore_virtual=True)
			rows.setdefault(row.doctype, []).append(values)
	for doctype, values in rows.items():
		# a third of the columns is empty in every row
		columns = [column for column in values[0] if any(row[column] is not None for row in values)]
		frappe.db.bulk_insert(
			doctype,
			columns,
			[tuple(row[column] for column in columns) for row in values],
			chunk_size=MAX_VALUES // len(columns),
		)
	return count


def set_counter(prefix: str, current: int) -> None:
	"""Tell Frappe's naming series how far the seed has counted."""
	series = frappe.qb.DocType("Series")
	frappe.qb.from_(series).delete().where(series.name == prefix).run()
	frappe.qb.into(series).columns("name", "current").insert(prefix, current).run()


def insert_missing(doctype: str, rows: Iterable[dict]) -> None:
	"""Insert, through the controllers, the rows whose first value, which is their name, is not there yet."""
	for row in rows:
		if not frappe.db.exists(doctype, next(iter(row.values()))):
			frappe.get_doc(doctype=doctype, **row).insert(ignore_permissions=True)
