"""Holds entries and seals against each other, and says what was altered, inserted or removed first.

The chain of seals is always gone through whole; entries are read again for the seals that reach into the period asked for. Works
in pages, on one snapshot of the database: memory does not grow with the audit, and nobody waits for it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from erpnext_mcp.audit import chain, keys, table
from erpnext_mcp.audit.chain import Keys, Seal
from erpnext_mcp.audit.entry import COLUMNS

SEALS_PER_PAGE = 1000
ENTRIES_PER_PAGE = 1000
HEADS_PER_PAGE = 1000
BEFORE_ALL = -(2**63)
"""Less than any number that somebody may have given a seal."""

Head = tuple[int, str]
"""Sequence number and MAC of a seal, as kept elsewhere."""


@dataclass
class Verdict:
	"""What a verification has found. `problem` names the first thing that is wrong; None when nothing is."""

	problem: str | None = None
	seals: int = 0
	entries: int = 0
	dropped: int = 0
	"""Seals whose entries were dropped for their age."""
	unsealed: int = 0
	heads: int = 0
	"""Heads kept elsewhere that the site still has."""


class Broken(Exception):
	"""Something does not fit; the message says what."""


def verify(
	since: str = "",
	until: str = "",
	heads: Iterable[Head] = (),
	progress: Callable[[int], object] | None = None,
) -> Verdict:
	"""Goes through the audit.

	:param since: only entries of seals that reach beyond this time, `YYYY-MM-DD[ HH:MM:SS]`
	:param until: and begin before this one
	:param heads: seals as they were kept elsewhere: each must still be there
	:param progress: told the number of seals gone through
	"""
	with table.snapshot():
		verification = _Verification(since, until, progress)
		try:
			verification.seals()
			verification.heads(heads)
			verification.references()
			verification.unsealed()
		except Broken as e:
			verification.verdict.problem = str(e)
	return verification.verdict


def check_seal(seal: Seal, accepted: dict[str, Keys]) -> None:
	"""Whether a seal is as it was made, for itself.

	:raises Broken: it isn't
	"""
	key = accepted.get(seal.key_id)
	if key is None:
		raise Broken(
			f"Seal {seal.name} was altered, or made with an encryption key that the site doesn't have any more "
			f"(key id {seal.key_id}): a former key can be named in the site's config as {keys.FORMER}"
		)
	if not chain.same(seal.mac, seal.expected_mac(key)):
		raise Broken(f"Seal {seal.name} was altered")
	if (seal.dropped_at or seal.dropped_mac) and not any(
		# By the key of when it was dropped.
		chain.same(seal.dropped_mac, seal.expected_dropped_mac(k))
		for k in accepted.values()
	):
		raise Broken(
			f"Seal {seal.name} was altered: it says that its entries were dropped, but they were not"
		)


def check_entries(seal: Seal, packed: str, rows: Sequence[table.Row], accepted: dict[str, Keys]) -> list[str]:
	"""Whether the entries that refer to a seal are those it was made of; gives their names.

	:raises Broken: they aren't
	"""
	listing = chain.unpack(packed, seal)
	if listing is None:
		raise Broken(f"Seal {seal.name} was altered: its list of entries")
	found = {row["name"]: row for row in rows}
	for name, digest in listing:
		row = found.pop(name, None)
		if row is None:
			if table.exists(name):
				raise Broken(f"Entry {name} was altered: it is in seal {seal.name}, but doesn't refer to it")
			raise Broken(f"Entry {name} was removed: it is in seal {seal.name}")
		text = chain.canonical(row, COLUMNS)
		if chain.digest(text, row["stamp"] or "") != digest:
			raise Broken(f"Entry {name} was altered after it was sealed (seal {seal.name})")
		check_stamp(row, text, accepted)
	for name in sorted(found):
		raise Broken(f"Entry {name} was inserted: it refers to seal {seal.name}, which doesn't have it")
	return [name for name, _ in listing]


def check_stamp(row: table.Row, text: bytes, accepted: dict[str, Keys]) -> None:
	"""Whether this app has written an entry as it is.

	:raises Broken: it hasn't
	"""
	if not any(chain.same(row["stamp"], chain.stamp(text, key)) for key in accepted.values()):
		raise Broken(
			f"Entry {row['name']} was inserted, or altered before it was sealed: its stamp doesn't fit"
		)


class _Verification:
	def __init__(self, since: str, until: str, progress: Callable[[int], object] | None):
		self.since, self.until = since, until
		self.progress = progress or (lambda count: None)
		self.accepted = keys.accepted()
		self.verdict = Verdict()

	def seals(self) -> None:
		"""The chain, and the entries of each seal."""
		before: Seal | None = None
		waiting: list[Seal] = []
		while page := table.seals(before.sequence if before else BEFORE_ALL, SEALS_PER_PAGE):
			for name, seal in page:
				try:
					self._follows(before, name, seal)
					check_seal(seal, self.accepted)
				except Broken:
					# What was sealed earlier is named first.
					self._entries(waiting)
					raise
				before = seal
				self.verdict.seals += 1
				self.verdict.dropped += bool(seal.dropped_at)
				waiting.append(seal)
				if sum(s.entry_count for s in waiting) >= ENTRIES_PER_PAGE or len(waiting) == SEALS_PER_PAGE:
					self._entries(waiting)
					waiting = []
		self._entries(waiting)
		if table.count_seals() != self.verdict.seals:
			raise Broken("A seal was inserted that has no number of its own")

	def _follows(self, before: Seal | None, name: str, seal: Seal) -> None:
		expected = before.sequence + 1 if before else 1
		if seal.sequence < expected or name != seal.name:
			raise Broken(
				f"Seal {name} was inserted or altered: there is another one of number {seal.sequence}"
			)
		if seal.sequence > expected:
			raise Broken(f"Seal {expected} was removed")
		if seal.previous != (before.mac if before else ""):
			raise Broken(f"Seal {seal.name} doesn't follow seal {expected - 1}: one of them was replaced")

	def _entries(self, seals: list[Seal]) -> None:
		wanted = [s for s in seals if self._concerned(s)]
		if wanted:
			rows: dict[str, list[table.Row]] = {}
			for row in table.entries_of([s.name for s in wanted]):
				rows.setdefault(row["seal"], []).append(row)
			listed = [s.name for s in wanted if not s.dropped_at]
			packed = table.listings(listed) if listed else {}
			for seal in wanted:
				self._entries_of(seal, packed.get(seal.name, ""), rows.get(seal.name, []))
		self.progress(len(seals))

	def _entries_of(self, seal: Seal, packed: str, rows: list[table.Row]) -> None:
		if seal.dropped_at:
			for row in rows:
				raise Broken(
					f"Entry {row['name']} was inserted: the entries of seal {seal.name} were dropped"
				)
		else:
			self.verdict.entries += len(check_entries(seal, packed, rows, self.accepted))

	def _concerned(self, seal: Seal) -> bool:
		return seal.last_time >= self.since and (not self.until or seal.first_time < self.until)

	def heads(self, heads: Iterable[Head]) -> None:
		"""What was kept elsewhere."""
		page: list[Head] = []
		for head in heads:
			page.append(head)
			if len(page) == HEADS_PER_PAGE:
				self._heads(page)
				page = []
		self._heads(page)

	def _heads(self, page: list[Head]) -> None:
		if not page:
			return
		present = table.heads([sequence for sequence, _ in page])
		for sequence, mac in page:
			if sequence not in present:
				raise Broken(f"Seal {sequence} was removed: its head was kept elsewhere")
			if not chain.same(present[sequence], mac):
				raise Broken(
					f"Seal {sequence} was replaced: its head was another one when it was kept elsewhere"
				)
			self.verdict.heads += 1

	def references(self) -> None:
		"""Entries of seals that are gone."""
		found = table.without_seal()
		if found:
			raise Broken(f"Seal {found[1]} was removed, or entry {found[0]} altered, which refers to it")

	def unsealed(self) -> None:
		"""The newest entries, by their stamps."""
		name = ""
		while rows := table.unsealed_after(name, ENTRIES_PER_PAGE):
			for row in rows:
				check_stamp(row, chain.canonical(row, COLUMNS), self.accepted)
			self.verdict.unsealed += len(rows)
			name = rows[-1]["name"]
