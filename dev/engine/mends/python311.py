"""What the wheel needs on Python 3.11, though it was written for later ones.

* One `type X = ...` statement (PEP 695) keeps it from compiling; an assignment says the same.
* `functools.cached_property` holds a lock of the class while it computes (until 3.12, CPython issue 87634). Frappe's documents compute one cached
  property within another, in either order: a thread that loads a document while a second one makes one waits for ever.
"""

import functools
import sys
from typing import Any

from dev.engine.edit import Edit

EDITS = [
	Edit(
		"desk/doctype/event/event.py",
		"type EventLikeDict = Event | frappe._dict",
		"EventLikeDict = Event | frappe._dict",
	)
]


def before_import() -> None:
	if sys.version_info < (3, 12):
		functools.cached_property.__get__ = get_without_lock  # type: ignore[method-assign]


def get_without_lock(self: functools.cached_property, instance: Any, owner: type | None = None) -> Any:
	"""As Python 3.12 has it: two threads may compute the value both, and the later one stays."""
	if instance is None:
		return self
	if self.attrname is None:
		raise TypeError("Cannot use cached_property instance without calling __set_name__ on it.")
	cache = instance.__dict__
	if self.attrname not in cache:
		cache[self.attrname] = self.func(instance)
	return cache[self.attrname]
