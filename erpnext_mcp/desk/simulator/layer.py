"""One layer of a decision, as the page shows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

PASSED = "passed"
STOPPED = "stopped"
WARNING = "warning"
"""It goes on, but something here is to be known."""
WITHHELD = "withheld"
"""The viewer may not know."""
UNDECIDED = "undecided"
"""It depends on what is not there yet."""
NOT_REACHED = "not_reached"


@dataclass
class Layer:
	"""`text` says in a sentence how it was decided. Texts are translated and plain: who shows them escapes them."""

	key: str
	title: str
	state: str = PASSED
	text: str = ""
	details: list[dict[str, Any]] = field(default_factory=list)

	def add(self, label: str, value: Any = "", state: str = "", note: str = "") -> None:
		"""A line of its own."""
		line = {"label": label, "value": value, "state": state, "note": note}
		self.details.append({k: v for k, v in line.items() if v not in ("", None)})

	def stop(self, text: str) -> None:
		self.state, self.text = STOPPED, text


def up_to_the_stop(layers: Iterable[Layer]) -> list[Layer]:
	"""The layers, those behind the one that stops empty: they were not asked."""
	found: list[Layer] = []
	is_stopped = False
	for layer in layers:
		found.append(Layer(layer.key, layer.title, NOT_REACHED) if is_stopped else layer)
		is_stopped = is_stopped or layer.state == STOPPED
	return found


def stops(layers: Sequence[Layer]) -> Layer | None:
	"""The layer that says no; None when all let it pass."""
	return next((layer for layer in layers if layer.state == STOPPED), None)
