"""Frappe 16's cache in the process (metas, hooks, defaults), after a restart of Redis.

Redis tells a process which of the keys that it keeps have changed, by one connection whose number Frappe has noted. A Redis
that was restarted counts its connections anew: the number is now somebody else's, Frappe does not notice, and what the
process keeps is old for up to ten minutes: a field that was put on a higher permission level is still shown (seen,
docs/torture.md). Then the cache is turned off, as Frappe itself does where it notices: everything comes from Redis.
"""

from typing import Any

import frappe
from redis.exceptions import RedisError

_dropped: dict[str, str] = {}
"""By site: the revision of the policy under which this process dropped last what it keeps."""


def renew(revision: str | None) -> None:
	"""Drops what the process keeps, once for each revision of the policy. Custom fields, property setters and DocTypes renew that,
	too: Redis tells of them in its own time, and the next call must know (T48).

	:param revision: of the policy, read in the current request; None while it can't be known
	"""
	cache = getattr(frappe, "client_cache", None)  # Frappe 15 has none
	if cache is None or revision is None or _dropped.get(frappe.local.site) == revision:
		return
	cache.clear_cache()
	_dropped[frappe.local.site] = revision


def check() -> None:
	"""Turns the process's cache off if nobody tells it of changes any more. Two round trips to Redis.

	To be called before anything is decided, at least once after each restart of Redis.
	"""
	cache = getattr(frappe, "client_cache", None)  # Frappe 15 has none
	if cache is None or not getattr(cache, "healthy", False) or not getattr(cache, "invalidator_id", None):
		return
	try:
		told = _is_told(cache)
	except RedisError:
		return  # there will be a check when it is back
	except Exception:
		# Another Frappe than we know: without its cache it is slower, and right.
		frappe.logger("mcp").error("the cache in the process can't be checked", exc_info=True)
		told = False
	if not told:
		cache.healthy = False
		cache.clear_cache()


def _is_told(cache: Any) -> bool:
	"""Whether the connection that Redis sends changes to is the one that this process listens on."""
	listed = frappe.cache.client_list(client_id=[cache.invalidator_id])
	sock = getattr(cache._watcher.connection, "_sock", None)
	if not listed or sock is None or int(listed[0].get("sub", 0)) < 1:
		return False
	own = sock.getsockname()
	# On a Unix socket, connections have no names of their own.
	return not isinstance(own, tuple) or listed[0]["addr"].rpartition(":")[2] == str(own[1])
