"""Runs a coroutine that does not wait, here and now: the SDK's functions are async, but nothing of ours is."""

from collections.abc import Coroutine
from typing import Any


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
	"""The value of the coroutine.

	:raises RuntimeError: it waited for something, and there is no event loop to wait in
	:raises Exception: whatever it raises
	"""
	try:
		coroutine.send(None)
	except StopIteration as done:
		return done.value
	coroutine.close()
	raise RuntimeError("an MCP handler waited for something; there is no event loop")
