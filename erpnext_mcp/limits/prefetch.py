"""What Frappe is going to ask Redis for in a request, fetched with one question instead of fifteen.

Frappe keeps what it has read from Redis for the length of a request, in `frappe.local.cache`. Requests of one kind (site,
user, tool, DocType) read the same keys; which ones is remembered, never what was in them. They are read anew in each
request, after the user is known and before Frappe needs them, and put where Frappe looks first. So everything is as
fresh as it would be, and nothing gets from one request into another (T49), but for metas: see `kept_metas`.
"""

import pickle
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import frappe
from redis.exceptions import RedisError

from erpnext_mcp import compat
from erpnext_mcp.limits import kept_metas

MOST_KINDS = 500
MOST_KEYS = 60
RELEARN = frozenset({2, *range(200, 100_000, 200)})
"""Uses after which a kind of request is watched anew: the first reads more than those that follow, and what is not read any more
is forgotten."""
NAME_LENGTH = 200

Kind = tuple[str, ...]


@dataclass
class _Reads:
	"""`plain` are keys of values with whether there is one; `hashes` are (key of the hash, field)."""

	plain: dict[bytes, bool] = field(default_factory=dict)
	hashes: set[tuple[bytes, str]] = field(default_factory=set)
	uses: int = 0

	def __len__(self) -> int:
		return len(self.plain) + len(self.hashes)


_reads: OrderedDict[Kind, _Reads] = OrderedDict()


def fetch(kind: Kind) -> None:
	"""Reads what requests of this kind have read so far. Never raises for want of Redis.

	:param kind: site and user among it
	"""
	known = _reads.get(kind)
	if known is None or not len(known):
		return
	known.uses += 1
	if known.uses in RELEARN:
		known.plain.clear()
		known.hashes.clear()
		return
	plain, hashes = list(known.plain), list(known.hashes)
	try:
		pipeline = frappe.cache.pipeline(transaction=False)
		for key in plain:
			pipeline.execute_command("GET", key)
		for key, name in hashes:
			pipeline.execute_command("HGET", key, name)
		values = pipeline.execute(raise_on_error=False)
	except RedisError:
		return
	local = frappe.local.cache
	for key, raw in zip(plain, values, strict=False):
		if isinstance(raw, bytes):
			local.setdefault(key, pickle.loads(raw))
		elif raw is None and not known.plain[key]:
			# Asked for without a way to make one, then: to know that there is none is worth the same.
			local.setdefault(key, None)
	for (key, name), raw in zip(hashes, values[len(plain) :], strict=True):
		if isinstance(raw, bytes):
			value = kept_metas.find(key, name, raw) or pickle.loads(raw)
			local.setdefault(key, {}).setdefault(name, value)


def learn(kind: Kind) -> None:
	"""Remembers which keys the current request has read since its user was set."""
	known = _reads.get(kind)
	found = {
		key: value
		for key, value in frappe.local.cache.items()
		if isinstance(key, bytes) and not compat.keeps_itself(key)
	}
	hashes = {(key, name) for key in found if _is_hash(key) for name in found[key] if isinstance(name, str)}
	plain = {key: value is not None for key, value in found.items() if not _is_hash(key)}
	if known is not None and known.plain.keys() >= plain.keys() and known.hashes >= hashes:
		_reads.move_to_end(kind)
		return
	reads = known if known is not None else _Reads()
	reads.plain.update(plain)
	reads.hashes |= hashes
	if len(reads) > MOST_KEYS or any(len(part) > NAME_LENGTH for part in kind):
		_reads.pop(kind, None)
		return
	_reads[kind] = reads
	_reads.move_to_end(kind)
	while len(_reads) > MOST_KINDS:
		_reads.popitem(last=False)


HASHES = frozenset(
	{
		b"bootinfo",
		b"defaults",
		b"doctype_meta",
		b"domain_restricted_doctypes",
		b"last_db_session_update",
		b"lang_user_translations",
		b"linked_doctypes",
		b"merged_translations",
		b"_user_settings",
		b"roles",
		b"session",
		b"table_columns",
		b"user_permissions",
	}
)
"""What Frappe reads with `hget`: from what it keeps, this can't be told."""


def _is_hash(key: bytes) -> bool:
	return key.partition(b"|")[2] in HASHES
