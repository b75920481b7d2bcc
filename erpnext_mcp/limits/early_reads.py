"""In a process of our own, the same from the very beginning of a request: what it will read from Redis is asked for at once,
before Frappe has begun with it.

`prefetch` can't do anything for what Frappe reads until it knows the user, a dozen keys. Here Frappe's client of Redis is given a
class that answers a GET or HGET of the first moments of a request from what was fetched at its start, and remembers which
ones there were for the next request of its kind. The bytes live as long as the request, in its own context; only the names of
keys stay. Requests outside of `begin` and `end`, and all other commands, go the usual way.
"""

import threading
import time
from collections import OrderedDict
from contextvars import ContextVar
from typing import Any

import frappe
from redis.exceptions import RedisError

from erpnext_mcp.limits import newest

GOOD_FOR = 0.2
"""Seconds from the start of a request; after them Redis is asked again."""
PAUSE = 1.0
"""Seconds without such questions after one that Redis did not answer."""
MOST_KINDS = 500
MOST_KEYS = 80
OURS = b"erpnext_mcp:"
REVISION = b"erpnext_mcp:policy_revision"
"""Of our own keys, what is asked once and holds for the request."""

Kind = tuple[str, ...]
Command = tuple[Any, ...]


class _Request:
	def __init__(self, kind: Kind):
		self.kind = kind
		self.values: dict[Command, bytes | None] = {}
		self.asked: dict[Command, None] = {}
		self.until = 0.0


_current: ContextVar[_Request | None] = ContextVar("erpnext_mcp_early_reads", default=None)
_commands: OrderedDict[Kind, tuple[Command, ...]] = OrderedDict()
_lock = threading.Lock()
_pause_until = 0.0


def begin(kind: Kind) -> None:
	"""Fetches what requests of this kind have read. To be called in a context of the request's own. Never raises for want of Redis.

	:param kind: the site and the credentials among it
	"""
	global _pause_until
	request = _Request(kind)
	_current.set(request)
	client: Any = getattr(frappe, "cache", None)
	commands = _commands.get(kind, ())
	if client is None or not hasattr(client, "execute_command"):
		return
	if not hasattr(client, "plain_pipeline"):
		_install(client)
	if not commands or time.monotonic() < _pause_until:
		return
	try:
		pipeline = client.plain_pipeline()
		for command in commands:
			pipeline.execute_command(*command)
		values = pipeline.execute(raise_on_error=False)
	except RedisError:
		_pause_until = time.monotonic() + PAUSE
		return
	request.values = {
		command: value
		for command, value in zip(commands, values, strict=True)
		if value is None or isinstance(value, bytes)
	}
	request.until = time.monotonic() + GOOD_FOR


def end(learn: bool) -> None:
	"""The request is over.

	:param learn: whether it was answered, so that the next of its kind will read the same
	"""
	request = _current.get()
	_current.set(None)
	if request is None or not learn:
		return
	commands = tuple(request.asked)
	with _lock:
		if len(commands) > MOST_KEYS:
			_commands.pop(request.kind, None)
			return
		newest.put(_commands, request.kind, commands, MOST_KINDS)


def is_active() -> bool:
	"""Whether the current request has such answers, or is watched for the next."""
	return _current.get() is not None


def of_hash(key_ends_with: bytes) -> list[tuple[bytes, str, bytes]]:
	"""What was fetched of a hash: (key, field, value); it counts as read."""
	request = _current.get()
	if request is None or time.monotonic() > request.until:
		return []
	found = [
		(command[1], command[2], value)
		for command, value in request.values.items()
		if value is not None and command[0] == "HGET" and command[1].endswith(key_ends_with)
	]
	request.asked.update({("HGET", key, name): None for key, name, _ in found})
	return found


def _install(client: Any) -> None:
	"""Gives Frappe's client a class that knows of the current request."""
	with _lock:
		if not hasattr(client, "plain_pipeline"):
			_give_class(client)


def _give_class(client: Any) -> None:
	original = type(client)

	def execute_command(self, *args: Any, **options: Any) -> Any:
		request = _current.get()
		if request is not None:
			if args[0] in ("GET", "HGET"):
				if _may_be_early(args):
					request.asked[args] = None
					if args in request.values and time.monotonic() < request.until:
						return request.values[args]
			else:
				# Whatever is written is read anew.
				for command in [c for c in request.values if c[1] in args]:
					del request.values[command]
		return original.execute_command(self, *args, **options)

	def pipeline(self, *args: Any, **kwargs: Any) -> Any:
		request = _current.get()
		if request is not None:
			request.values.clear()
		return original.pipeline(self, *args, **kwargs)

	def plain_pipeline(self) -> Any:
		return original.pipeline(self, transaction=False)

	client.__class__ = type(
		original.__name__,
		(original,),
		{"execute_command": execute_command, "pipeline": pipeline, "plain_pipeline": plain_pipeline},
	)


def _may_be_early(args: Command) -> bool:
	name = args[1]
	if not isinstance(name, bytes):
		return False
	return OURS not in name or name.endswith(REVISION)
