"""A sliding window and what came out of counting in it, as values. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

BUCKETS = 60
"""In each window. What is counted in one of them leaves the window at once, so a window is up to one sixtieth longer
than its seconds, never shorter."""

MINUTE = 60
HOUR = 3600

TAKE = "take"
"""Counts in all windows, or in none of them if one is full."""
ADD = "add"
"""Counts in all windows, full or not."""
PEEK = "peek"
"""Counts nothing."""


@dataclass(frozen=True)
class Window:
	"""At most `limit` units within any `seconds`; `amount` is to be counted now.

	`key` names what is counted, of whom. With `amount` 0 nothing is counted, but one unit must be left. `what` is what the
	caller is told: "reads per minute".
	"""

	key: str
	seconds: int
	limit: int
	amount: int = 1
	what: str = ""


@dataclass(frozen=True)
class Count:
	"""What came of it. `used` is what each window holds, with this call if it was counted.

	`retry_after`: seconds after which there will be room, 0 when there was.
	"""

	retry_after: int
	used: Sequence[int]
