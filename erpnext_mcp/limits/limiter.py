"""Counts where it can: in Redis, for all workers; while that is away, in this process."""

import time
from collections.abc import Sequence
from dataclasses import replace

import frappe
from redis.exceptions import RedisError

from erpnext_mcp.errors import RateLimited, Unavailable
from erpnext_mcp.limits import shared
from erpnext_mcp.limits.local import LocalWindows
from erpnext_mcp.limits.window import TAKE, Count, Window

LOCAL = LocalWindows()
RETRY_AFTER = 5
"""Seconds after which to try again what needs Redis."""
LOG_EVERY = 60
"""Seconds."""

_logged = 0.0


class RedisGone(Unavailable):
	"""What can't be done without Redis."""

	def __init__(self) -> None:
		super().__init__(
			"Nothing can be written right now: the site's Redis can't be reached.",
			"Reading works. Try again later.",
			reason="Redis unreachable",
			retry_after=RETRY_AFTER,
		)


def take(windows: Sequence[Window], *, exact: bool = False) -> None:
	"""Counts a call in its windows.

	:param exact: not without Redis
	:raises RateLimited: one of them is full; nothing was counted
	:raises RedisGone: `exact`, and Redis can't be reached
	"""
	if not windows and not exact:
		return
	try:
		found = shared.count(TAKE, windows)
	except RedisError as e:
		_log(e)
		if exact:
			raise RedisGone from e
		found = LOCAL.count(TAKE, _of_site(windows))
	if found.retry_after:
		raise _limited(windows, found)


def count(mode: str, windows: Sequence[Window]) -> Count:
	"""As `shared.count`, or in this process."""
	try:
		return shared.count(mode, windows)
	except RedisError as e:
		_log(e)
		return LOCAL.count(mode, _of_site(windows))


def forget(key: str) -> None:
	"""Empties a window."""
	LOCAL.forget(_site_key(key))
	try:
		shared.forget(key)
	except RedisError as e:
		_log(e)


def _limited(windows: Sequence[Window], found: Count) -> RateLimited:
	"""Says which limit it is; of several the longest."""
	full = [w for w, used in zip(windows, found.used, strict=True) if used + max(w.amount, 1) > w.limit]
	window = max(full, key=lambda w: w.seconds)
	return RateLimited(
		f"Your limit of {window.limit} {window.what} is used up.",
		f"Wait {found.retry_after} seconds, then go on. Fewer calls do more: larger pages, filters, aggregates.",
		reason=f"{window.limit} {window.what}",
		retry_after=found.retry_after,
	)


def _of_site(windows: Sequence[Window]) -> list[Window]:
	return [replace(w, key=_site_key(w.key)) for w in windows]


def _site_key(key: str) -> str:
	return f"{frappe.local.site}|{key}"


def _log(error: RedisError) -> None:
	global _logged
	if not _logged or time.monotonic() - _logged > LOG_EVERY:
		_logged = time.monotonic()
		frappe.logger("mcp").warning(f"limits are counted in this process only, Redis says: {error}")
