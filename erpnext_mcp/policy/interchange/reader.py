"""Reads an object of a JSON file key by key: what has the wrong type, and what nobody asked for, becomes a note."""

import datetime
import json
from collections.abc import Iterator, Mapping
from typing import Any

from erpnext_mcp.policy.interchange.notes import Notes, child
from erpnext_mcp.policy.message import Message, _


class Reader:
	"""One JSON object. Every key is taken by its type; `finish` reports those that are left."""

	def __init__(self, data: Any, path: str, notes: Notes):
		self.path = path
		self.notes = notes
		self._left: dict[str, Any] = {}
		if isinstance(data, Mapping):
			self._left = {str(key): value for key, value in data.items()}
		else:
			notes.unresolved(path or "the file", Message(_("this is not a JSON object")))

	def has(self, key: str) -> bool:
		"""Whether the key is there and was not taken yet."""
		return key in self._left

	@property
	def has_any(self) -> bool:
		return bool(self._left)

	def keys(self) -> list[str]:
		"""The keys that were not taken yet."""
		return list(self._left)

	def take(self, key: str) -> Any:
		"""Whatever stands under a key; None when nothing does."""
		return self._left.pop(key, None)

	def text(self, key: str) -> str:
		value = self.take(key)
		return value if isinstance(value, str) else self._wrong(key, value, Message(_("a text")), "")

	def flag(self, key: str) -> bool:
		value = self.take(key)
		return (
			value if isinstance(value, bool) else self._wrong(key, value, Message(_("true or false")), False)
		)

	def integer(self, key: str) -> int:
		value = self.take(key)
		if isinstance(value, int) and not isinstance(value, bool):
			return value
		return self._wrong(key, value, Message(_("a whole number")), 0)

	def moment(self, key: str) -> str | None:
		"""A date and time without a time zone, as `YYYY-MM-DD HH:MM:SS`; None when not given."""
		value = self.take(key)
		try:
			moment = datetime.datetime.fromisoformat(value) if isinstance(value, str) else None
		except ValueError:
			moment = None
		if moment is not None and moment.tzinfo is None:
			return str(moment)
		return self._wrong(key, value, Message(_("a date and time of the site, YYYY-MM-DD HH:MM:SS")), None)

	def names(self, key: str) -> list[str]:
		"""An array of texts; what is none is reported and left out, as is what stands there twice."""
		value = self.take(key)
		if not isinstance(value, list):
			return self._wrong(key, value, Message(_("an array of names")), [])
		names: list[str] = []
		for position, name in enumerate(value):
			where = child(child(self.path, key), position)
			if not isinstance(name, str) or not name:
				self.notes.unresolved(where, Message(_("this is not a name")))
			elif name in names:
				self.notes.changed(where, Message(_("{0} stands here twice; once is enough"), name))
			else:
				names.append(name)
		return names

	def objects(self, key: str) -> "dict[str, Reader]":
		"""An object of objects, by key."""
		value = self.take(key)
		if not isinstance(value, Mapping):
			return self._wrong(key, value, Message(_("an object")), {})
		where = child(self.path, key)
		return {str(k): Reader(v, child(where, k), self.notes) for k, v in value.items()}

	def object(self, key: str) -> "Reader":
		"""One object; an empty one when not given."""
		value = self.take(key)
		return Reader({} if value is None else value, child(self.path, key), self.notes)

	def finish(self) -> None:
		"""Reports the keys that nobody took; one of them may have been meant to narrow something."""
		for key in self._left:
			self.notes.unresolved(child(self.path, key), Message(_("unknown key")))
		self._left = {}

	def left(self) -> list[str]:
		"""Paths of everything that nobody took, down to what is no object; for what is to be ignored."""
		paths = [path for key, value in self._left.items() for path in leaves(value, child(self.path, key))]
		self._left = {}
		return paths

	def _wrong(self, key: str, value: Any, wanted: Message, otherwise: Any) -> Any:
		if value is not None:
			self.notes.unresolved(child(self.path, key), Message(_("this must be {0}"), wanted))
		return otherwise


def leaves(value: Any, path: str) -> Iterator[str]:
	"""The paths of what stands in a value, down to what is no object."""
	if isinstance(value, Mapping) and value:
		for key, inner in value.items():
			yield from leaves(inner, child(path, key))
	else:
		yield path


def parse_json(text: str) -> Any:
	"""JSON in which no key stands twice: of two, one would be dropped without a word.

	:raises ValueError: with a sentence for the administrator
	"""

	def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
		found = dict(pairs)
		if len(found) < len(pairs):
			keys = [key for key, _ in pairs]
			twice = next(key for key in keys if keys.count(key) > 1)
			raise ValueError(Message(_("the key {0} stands twice in one object"), twice))
		return found

	def no_constant(name: str) -> None:
		raise ValueError(Message(_("{0} is no JSON"), name))

	return json.loads(text, object_pairs_hook=unique, parse_constant=no_constant)
