"""What proves the audit: how entries are digested and stamped, and how seals list, chain and key them. Pure.

* An entry's *stamp* is keyed and written with the entry: a row that this app has not written, or that was altered before it was
  sealed, has none that fits.
* A *seal* lists entries by name and digest; its root is the digest of that list. Its MAC is keyed and covers the root and the
  MAC of the seal before: a chain, whose newest MAC (the head) stands for everything below it.
* A seal whose entries were dropped for their age says so under a MAC of its own.

Columns are digested by name, those that are empty left out: a column that a later version adds changes no digest.
"""

import base64
import binascii
import datetime
import hashlib
import hmac
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

FORMAT = 1
"""Part of what every seal's MAC covers."""

ENTRY, SEAL, DROP, KEY_ID = "entry", "seal", "drop", "key id"
"""What a MAC is of; each has a key of its own."""

LONGEST_NAME = 140
"""Characters of a document's name, in Frappe."""


@dataclass(frozen=True)
class Keys:
	"""The keys that come of one encryption key of the site."""

	id: str
	entry: bytes
	seal: bytes
	drop: bytes

	@classmethod
	def of(cls, encryption_key: str) -> "Keys":
		def key(purpose: str) -> bytes:
			return hmac.digest(encryption_key.encode(), f"erpnext_mcp audit {purpose}".encode(), "sha256")

		return cls(key(KEY_ID).hex()[:16], key(ENTRY), key(SEAL), key(DROP))


@dataclass(frozen=True)
class Seal:
	"""A seal without its list. Times are texts `YYYY-MM-DD HH:MM:SS.ffffff` in the site's time zone; the first and last are those
	of its entries. `previous` is the MAC of the seal before, empty for the first. `dropped_at` is set when its entries are gone."""

	sequence: int
	sealed_at: str
	first_time: str
	last_time: str
	entry_count: int
	root: str
	previous: str
	key_id: str
	mac: str = ""
	dropped_at: str = ""
	dropped_mac: str = ""

	@property
	def name(self) -> str:
		return str(self.sequence)

	def expected_mac(self, keys: Keys) -> str:
		"""What its MAC must be."""
		return _mac(
			keys.seal,
			FORMAT,
			self.sequence,
			self.sealed_at,
			self.first_time,
			self.last_time,
			self.entry_count,
			self.root,
			self.previous,
			self.key_id,
		)

	def expected_dropped_mac(self, keys: Keys) -> str:
		"""What the MAC of its being dropped must be."""
		return _mac(keys.drop, FORMAT, self.sequence, self.mac, self.dropped_at)


def moment(value: datetime.datetime | str | None) -> str:
	"""A time as it is digested, whether the database gives it as a value or as a text."""
	if isinstance(value, datetime.datetime):
		return value.strftime("%Y-%m-%d %H:%M:%S.%f")
	return value or ""


def canonical(row: Mapping[str, Any], columns: Iterable[str]) -> bytes:
	"""The columns of a row as one text, the same whatever database and driver it came by."""
	values = {column: _plain(row.get(column)) for column in columns}
	return json.dumps(
		{column: value for column, value in values.items() if value not in ("", 0)},
		sort_keys=True,
		separators=(",", ":"),
	).encode()


def stamp(text: bytes, keys: Keys) -> str:
	"""The stamp of an entry.

	:param text: the `canonical` text of all its columns but the stamp
	"""
	return hmac.new(keys.entry, text, hashlib.sha256).hexdigest()


def digest(text: bytes, stamp: str) -> str:
	"""The digest of an entry as seals list it: of all its columns and the stamp."""
	return hashlib.sha256(text + b"\n" + stamp.encode("utf-8", "surrogatepass")).hexdigest()


def root_of(listing: Sequence[tuple[str, str]]) -> str:
	"""The one digest of a list of names and digests."""
	return hashlib.sha256(_listed(listing)).hexdigest()


def pack(listing: Sequence[tuple[str, str]]) -> str:
	"""A list of names and digests as a seal keeps it: compressed, as text."""
	return base64.b64encode(zlib.compress(_listed(listing))).decode()


def unpack(text: str, seal: Seal) -> list[tuple[str, str]] | None:
	"""The list of a seal; None when it is not the one that the seal was made of.

	:param text: from `pack`, or whatever somebody has put there
	"""
	most = seal.entry_count * (LONGEST_NAME * 12 + 100) + 100
	try:
		packed = base64.b64decode(text or "", validate=True)
		listed = zlib.decompressobj().decompress(packed, most)
	except (ValueError, binascii.Error, zlib.error):
		return None
	if hashlib.sha256(listed).hexdigest() != seal.root:
		return None
	return [(name, digest) for name, digest in json.loads(listed)]


def same(a: str | None, b: str) -> bool:
	"""Whether two MACs are the same."""
	return hmac.compare_digest((a or "").encode("utf-8", "replace"), b.encode())


def _listed(listing: Sequence[tuple[str, str]]) -> bytes:
	return json.dumps([list(pair) for pair in listing], separators=(",", ":")).encode()


def _mac(key: bytes, *parts: str | int) -> str:
	return hmac.new(key, json.dumps(parts).encode(), hashlib.sha256).hexdigest()


def _plain(value: Any) -> str | int:
	"""A column's value; empty ones of any type are the same, and so is a number of any type."""
	if value is None:
		return ""
	if isinstance(value, str):
		return value
	if isinstance(value, datetime.datetime):
		return moment(value)
	if isinstance(value, int | float | Decimal):
		return int(value) if value == int(value) else repr(float(value))
	return str(value)
