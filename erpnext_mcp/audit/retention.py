"""Drops the entries of whole seals when they are older than the settings keep them; the seals stay, and say so."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import frappe
from frappe.utils import add_days, now, now_datetime

from erpnext_mcp.audit import keys, log, table
from erpnext_mcp.audit.chain import Seal, moment
from erpnext_mcp.audit.verify import Broken, check_entries, check_seal

SEALS_PER_PAGE = 500


@dataclass
class Dropped:
	"""What a run has done."""

	seals: int = 0
	entries: int = 0
	kept: list[str] = field(default_factory=list)
	"""Why old seals keep their entries: what does not verify is evidence."""


def drop_older_than(days: int, progress: Callable[[int], object] | None = None) -> Dropped:
	"""Drops all entries of the seals whose newest entry is older. Commits, one seal at a time.

	Entries that are in no seal are never dropped, nor are those of a seal that does not verify.

	:param days: 0: nothing is ever dropped
	:param progress: told the number of entries of every seal
	"""
	dropped = Dropped()
	if days <= 0:
		return dropped
	before = moment(add_days(now_datetime(), -days))
	after = 0
	while True:
		frappe.db.rollback()
		page = table.due_seals(before, after, SEALS_PER_PAGE)
		for seal in page:
			after = seal.sequence
			table.begin_writing()
			try:
				_drop(seal)
			except Broken as e:
				frappe.db.rollback()
				dropped.kept.append(str(e))
				log.alarm(now(), f"{e}; its entries are not dropped")
				continue
			dropped.seals += 1
			dropped.entries += seal.entry_count
			if progress:
				progress(seal.entry_count)
		if len(page) < SEALS_PER_PAGE:
			return dropped


def _drop(seal: Seal) -> None:
	accepted = keys.accepted()
	check_seal(seal, accepted)
	names = check_entries(
		seal, table.listings([seal.name]).get(seal.name, ""), table.entries_of([seal.name]), accepted
	)
	gone = replace(seal, dropped_at=now())
	gone = replace(gone, dropped_mac=gone.expected_dropped_mac(keys.current()))
	table.delete(seal.name, names)
	table.mark_dropped(gone)
	frappe.db.commit()
