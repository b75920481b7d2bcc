"""Seals the entries that are committed and in no seal yet.

They are found by what they lack, not by their time: transactions commit in another order than their entries were stamped in. Each
seal is a short transaction of its own, so a sealer that is killed leaves whole seals. Sealers lock the newest seal, so that two at
once take turns, and a seal's number is its primary key, so that the chain can't fork; calls neither wait nor are waited for.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import frappe
from frappe.utils import now

from erpnext_mcp.audit import chain, keys, log, table
from erpnext_mcp.audit.chain import Seal
from erpnext_mcp.audit.entry import COLUMNS

ENTRIES_PER_SEAL = 1000
MOST_TRIES = 5
PAUSE = 0.2
"""Seconds before another try."""
TURN = 0.15
"""Seconds for others to write, on SQLite."""


@dataclass
class Sealed:
	"""What a run has done."""

	seals: int = 0
	entries: int = 0
	foreign: int = 0
	"""Of these, entries that this app has not written as they are; sealed all the same, as evidence."""


def seal(progress: Callable[[int], object] | None = None) -> Sealed:
	"""Seals everything that is committed now. Commits.

	:param progress: told the number of entries of every seal made
	"""
	done = Sealed()
	while True:
		made = _seal_some(done)
		if made is None:
			return done
		done.seals += 1
		done.entries += made.entry_count
		if progress:
			progress(made.entry_count)
		if made.entry_count < ENTRIES_PER_SEAL:
			return done
		if frappe.db.db_type == "sqlite":
			# Its one lock is for the whole file: whoever waits for it looks again every tenth of a second.
			time.sleep(TURN)


def _seal_some(done: Sealed) -> Seal | None:
	for attempt in range(MOST_TRIES):
		if attempt:
			time.sleep(PAUSE * attempt)
		try:
			return _attempt(done)
		except Exception as e:
			frappe.db.rollback()
			somebody_else = isinstance(
				e, frappe.QueryDeadlockError | frappe.QueryTimeoutError | frappe.DuplicateEntryError
			) or frappe.db.is_duplicate_entry(e)
			if not somebody_else or attempt == MOST_TRIES - 1:
				raise


def _attempt(done: Sealed) -> Seal | None:
	table.begin_writing()
	head = table.head(lock=True)
	# Who has waited for the lock holds it on what was the newest when he began to wait.
	while (newer := table.head(lock=True)) != head:
		head = newer
	rows = table.unsealed(ENTRIES_PER_SEAL)
	if not rows:
		frappe.db.rollback()
		return None
	key, accepted = keys.current(), keys.accepted().values()
	listing, foreign = [], []
	for row in rows:
		text = chain.canonical(row, COLUMNS)
		listing.append((row["name"], chain.digest(text, row["stamp"] or "")))
		if not any(chain.same(row["stamp"], chain.stamp(text, k)) for k in accepted):
			foreign.append(row["name"])
	times = [chain.moment(row["timestamp"]) for row in rows]
	made = Seal(
		sequence=head.sequence + 1 if head else 1,
		sealed_at=now(),
		first_time=min(times),
		last_time=max(times),
		entry_count=len(rows),
		root=chain.root_of(listing),
		previous=head.mac if head else "",
		key_id=key.id,
	)
	made = replace(made, mac=made.expected_mac(key))
	table.insert_seal(made, chain.pack(listing))
	table.attach([name for name, _ in listing], made.name)
	frappe.db.after_commit.add(partial(log.head, made))
	frappe.db.commit()
	for name in foreign:
		log.alarm(
			made.sealed_at, f"Entry {name} was not written by this app as it is; it is in seal {made.name}"
		)
	done.foreign += len(foreign)
	return made
