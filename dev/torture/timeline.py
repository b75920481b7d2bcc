"""What a switch may stand at, at what time: the answers that overlap a change may follow either side of it, later ones only the new."""

import threading
from dataclasses import dataclass
from typing import Any

FOREVER = float("inf")


@dataclass
class _Span:
	"""Seconds of the monotonic clock from which and until which a value may be in force."""

	value: Any
	since: float
	until: float = FOREVER


class Timeline:
	"""One switch. Changed by one thread, asked by many."""

	def __init__(self, value: Any):
		self._spans = [_Span(value, -FOREVER)]
		self._lock = threading.Lock()

	@property
	def value(self) -> Any:
		"""The newest one, acknowledged or not."""
		return self._spans[-1].value

	def begin(self, value: Any, now: float) -> None:
		"""Somebody has set about changing it: from now on both may be in force."""
		with self._lock:
			self._spans.append(_Span(value, now))

	def acknowledged(self, now: float) -> None:
		"""The change is committed, and whoever made it was told so: the value before it is over."""
		with self._lock:
			for span in self._spans[:-1]:
				span.until = min(span.until, now)

	def possible(self, sent: float, received: float) -> list[Any]:
		"""The values that a call of this time may have met."""
		with self._lock:
			return [s.value for s in self._spans if s.since <= received and s.until >= sent]
