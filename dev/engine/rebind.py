"""Replace a function of the engine wherever it has been imported by name already."""

import sys
from collections.abc import Callable
from importlib import import_module


def rebind(module: str, new: Callable, name: str | None = None) -> None:
	"""Put `new` in the place of `module.name`, and of that same object in every loaded module of the engine."""
	name = name or new.__name__
	old = getattr(import_module(module), name)
	for loaded_name, loaded in list(sys.modules.items()):
		if loaded_name.partition(".")[0] == "frappe" and vars(loaded).get(name) is old:
			setattr(loaded, name, new)
