"""A mend of the engine's source text: made once, while dev/engine/wheel.py writes the renamed copy."""

from dataclasses import dataclass


class EditError(Exception):
	"""The text that a mend replaces is not in the wheel (any more): the mend has to be looked at anew."""


@dataclass(frozen=True)
class Edit:
	"""In `path` (inside the package `frappe`), `old` stands exactly `count` times and becomes `new`."""

	path: str
	old: str
	new: str
	count: int = 1

	def apply(self, text: str) -> str:
		found = text.count(self.old)
		if found != self.count:
			raise EditError(f"frappe/{self.path}: {self.old!r} stands there {found} times, not {self.count}")
		return text.replace(self.old, self.new)
