"""The same windows in the memory of this process, for as long as Redis is away. Pure but for the clock."""

import math
import threading
import time
from collections.abc import Callable, Sequence

from erpnext_mcp.limits.window import ADD, BUCKETS, TAKE, Count, Window

MOST_KEYS = 10_000


class LocalWindows:
	"""For all threads of a process. Holds a bounded number of windows: the one begun first goes when there are more.

	:param clock: seconds, never set back
	"""

	def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST_KEYS):
		self._clock = clock
		self._most = most
		self._lock = threading.Lock()
		self._buckets: dict[str, dict[int, int]] = {}

	def count(self, mode: str, windows: Sequence[Window]) -> Count:
		"""As `shared.count`."""
		with self._lock:
			now = self._clock()
			kept = [self._kept(window, now) for window in windows]
			used = [sum(buckets.values()) for buckets in kept]
			wait = 0
			if mode == TAKE:
				wait = max(map(_wait, windows, kept, [now] * len(windows)), default=0)
			if mode in (TAKE, ADD) and not wait:
				for position, window in enumerate(windows):
					if window.amount:
						self._add(window, now)
						used[position] += window.amount
			return Count(wait, used)

	def forget(self, key: str) -> None:
		with self._lock:
			self._buckets.pop(key, None)

	def _kept(self, window: Window, now: float) -> dict[int, int]:
		buckets = self._buckets.get(window.key, {})
		current = _bucket(window, now)
		for bucket in [b for b in buckets if b < current - BUCKETS]:
			del buckets[bucket]
		return buckets

	def _add(self, window: Window, now: float) -> None:
		buckets = self._buckets.setdefault(window.key, {})
		current = _bucket(window, now)
		buckets[current] = buckets.get(current, 0) + window.amount
		while len(self._buckets) > self._most:
			del self._buckets[next(iter(self._buckets))]


def _bucket(window: Window, now: float) -> int:
	return math.floor(now / (window.seconds / BUCKETS))


def _wait(window: Window, buckets: dict[int, int], now: float) -> int:
	over = sum(buckets.values()) + max(window.amount, 1) - window.limit
	if over <= 0:
		return 0
	for bucket in sorted(buckets):
		over -= buckets[bucket]
		if over <= 0:
			return max(1, math.ceil((bucket + BUCKETS + 1) * (window.seconds / BUCKETS) - now))
	return window.seconds
