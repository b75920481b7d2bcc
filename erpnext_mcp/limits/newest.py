"""Dictionaries that keep what was put in last. Pure."""

from collections import OrderedDict
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


def put(kept: OrderedDict[K, V], key: K, value: V, most: int) -> None:
	"""Puts a value in as the newest, and drops the oldest of more than so many. Threads have to be kept apart by the caller.

	:param most: at least 1
	"""
	kept[key] = value
	kept.move_to_end(key)
	while len(kept) > most:
		kept.popitem(last=False)
