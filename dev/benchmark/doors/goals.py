"""The goals of the doors, and whether they are met. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
	"""One goal: what was measured, and what it was to be."""

	what: str
	value: float
	goal: float
	at_least: bool = False
	"""Else it is to be no more."""
	unit: str = ""
	spread: str = ""

	@property
	def met(self) -> bool:
		return self.value >= self.goal if self.at_least else self.value <= self.goal

	@property
	def words(self) -> str:
		return "met" if self.met else "missed"

	@property
	def wanted(self) -> str:
		return f"{'≥' if self.at_least else '≤'} {self.goal:g}{self.unit}"

	@property
	def measured(self) -> str:
		return f"{self.value:.2f}{self.unit}" if not self.unit else f"{self.value:.1f}{self.unit}"


P50 = {"site door": 1.05, "uvicorn door": 0.7}
"""Of REST's, for list and for get with rows, one client."""
THROUGHPUT = {"site door": 1.0, "uvicorn door": 1.4}
"""Of REST's at eight clients."""
POLICY_AND_PROTOCOL = 10.0
AUDIT = 15.0
"""Percent of the site door's call."""
MEMORY = 45.0
"""MB per worker, over plain Frappe."""
SILENCE = 2.0
"""The first call after a silence, of a warm one."""
FLAT = 1.1
"""What is called flat: the cost with the most rows or rules, of that with the fewest."""
