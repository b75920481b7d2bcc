"""Faults as they are remembered, and the calls that failed for no reason. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dev.torture.answers import is_outage
from dev.torture.calls import Call

BOUND = 30.0
"""Seconds within which every server has to write again once what it needs is back, on a machine that is busy with other things."""


@dataclass(frozen=True)
class Disturbance:
	"""Times of the monotonic clock: when it began, when what was taken away was there again, and when every server had answered a
	write and a read after that; None: one of them did not."""

	kind: str
	began: float
	back: float
	recovered: float | None

	def overlaps(self, since: float, until: float) -> bool:
		return until >= self.began and (self.recovered is None or since <= self.recovered)

	@property
	def told(self) -> str:
		"""A line about it."""
		return f"{self.kind}: away for {self.back - self.began:.1f} s, {self.recovery:.1f} s more until all servers wrote"

	@property
	def recovery(self) -> float:
		"""Seconds from when it was back."""
		return float("inf") if self.recovered is None else self.recovered - self.back

	@property
	def outage(self) -> float:
		"""Seconds from the beginning."""
		return float("inf") if self.recovered is None else self.recovered - self.began


def slow(done: Iterable[Disturbance]) -> list[str]:
	"""The recoveries that never came, or too late."""
	return [f"{d.kind}: {d.recovery:.1f} s to recover" for d in done if d.recovery > BOUND]


def unexplained(calls: Iterable[Call], done: Sequence[Disturbance]) -> list[str]:
	"""The calls that failed as if something were away while nothing was."""
	return [
		f"{c.request_id} ({c.tool}): {c.fate} {c.code} {c.cause} after {c.received - c.sent:.1f} s"
		for c in calls
		if is_outage(c.fate, c.code, c.cause) and not any(d.overlaps(c.sent, c.received) for d in done)
	]
