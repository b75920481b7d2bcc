"""What Frappe is going to ask Redis for in a request, fetched with one question instead of fifteen.

Frappe keeps what it has read from Redis for the length of a request, in `frappe.local.cache`. Requests of one kind (site,
user, tool, DocType) read the same keys; which ones is remembered, never what was in them. They are read anew in each
request, after the user is known and before Frappe needs them, and put where Frappe looks first. So everything is as
fresh as it would be, and nothing gets from one request into another (T49), but for metas: see `kept_metas`.
"""

import pickle
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

import frappe
from redis.exceptions import RedisError

from erpnext_mcp import compat
from erpnext_mcp.limits import early_reads, kept_metas, newest

MOST_KINDS = 500
MOST_KEYS = 60
RELEARN = frozenset({2, *range(200, 100_000, 200)})
"""Uses after which a kind of request is watched anew: the first reads more than those that follow, and what is not read any more
is forgotten."""
NAME_LENGTH = 200

Kind = tuple[str, ...]


@dataclass(frozen=True)
class _Reads:
	"""`plain` are keys of values with whether there is one; `hashes` are (key of the hash, field)."""

	plain: Mapping[bytes, bool]
	hashes: frozenset[tuple[bytes, str]]
	uses: Iterator[int] = field(default_factory=lambda: count(1))


_reads: OrderedDict[Kind, _Reads] = OrderedDict()
"""What stands in it is replaced, never changed: a worker can have several threads."""
_lock = threading.Lock()


def take_early() -> bool:
	"""Whether `early_reads` does all this for the current request; then the metas among it are put where Frappe looks first."""
	if not early_reads.is_active():
		return False
	for key, name, raw in early_reads.of_hash(b"|" + kept_metas.HASH):
		if meta := kept_metas.find(key, name, raw):
			frappe.local.cache.setdefault(key, {}).setdefault(name, meta)
	return True


def fetch(kind: Kind) -> None:
	"""Reads what requests of this kind have read so far. Never raises for want of Redis.

	:param kind: site and user among it
	"""
	local = frappe.local.cache
	known = _reads.get(kind)
	if known is None:
		return
	if next(known.uses) in RELEARN:
		with _lock:
			_reads[kind] = _Reads({}, frozenset(), known.uses)
		return
	plain = [key for key in known.plain if key not in local]
	hashes = [(key, name) for key, name in known.hashes if name not in local.get(key, ())]
	if not plain and not hashes:
		return
	try:
		pipeline = frappe.cache.pipeline(transaction=False)
		for key in plain:
			pipeline.execute_command("GET", key)
		for key, name in hashes:
			pipeline.execute_command("HGET", key, name)
		values = pipeline.execute(raise_on_error=False)
	except RedisError:
		return
	for key, raw in zip(plain, values, strict=False):
		if isinstance(raw, bytes):
			local[key] = pickle.loads(raw)
		elif raw is None and not known.plain[key]:
			# Asked for without a way to make one, then: to know that there is none is worth the same.
			local[key] = None
	for (key, name), raw in zip(hashes, values[len(plain) :], strict=True):
		if isinstance(raw, bytes):
			value = kept_metas.find(key, name, raw) or pickle.loads(raw)
			local.setdefault(key, {})[name] = value


def learn(kind: Kind) -> None:
	"""Remembers which keys the current request has read since its user was set."""
	if any(len(part) > NAME_LENGTH for part in kind):
		return
	found = {
		key: value
		for key, value in frappe.local.cache.items()
		if isinstance(key, bytes) and not compat.keeps_itself(key)
	}
	hashes = {(key, name) for key in found if _is_hash(key) for name in found[key] if isinstance(name, str)}
	plain = {key: value is not None for key, value in found.items() if not _is_hash(key)}
	with _lock:
		known = _reads.get(kind)
		if known is None or not (known.plain.keys() >= plain.keys() and known.hashes >= hashes):
			before = known or _Reads({}, frozenset())
			known = _Reads({**before.plain, **plain}, before.hashes | hashes, before.uses)
			if len(known.plain) + len(known.hashes) > MOST_KEYS:
				_reads.pop(kind, None)
				return
		newest.put(_reads, kind, known, MOST_KINDS)


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
