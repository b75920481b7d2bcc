"""What became of an attack. Values only."""

from dataclasses import asdict, dataclass
from typing import Any

HELD = "held"
BROKEN = "did not hold"
NOT_TRIED = "not tried"
SUITE = "test suite"
"""Can't be tried on a site that is in use (crashes, load, two processes, changed rules); the test suite does."""

STATES = (BROKEN, HELD, NOT_TRIED, SUITE)


@dataclass(frozen=True)
class Verdict:
	"""`sent` is what was sent, in short; `detail` why it was not tried, or what was left undecided; `leaks` what did not hold.

	`judged` counts the answers that prove something: an attack with none is never one that held.
	"""

	number: str
	title: str
	state: str
	sent: str = ""
	detail: str = ""
	calls: int = 0
	judged: int = 0
	leaks: tuple[str, ...] = ()

	def as_dict(self) -> dict[str, Any]:
		return {**asdict(self), "leaks": list(self.leaks)}


def failed(verdicts: list[Verdict]) -> list[Verdict]:
	return [v for v in verdicts if v.state == BROKEN]
