"""Work that Frappe hands to others at once, held back until the commit: jobs, realtime messages, search index, mails.

A rollback does not undo these, so while a call of ours runs they join `frappe.db.after_commit`, which a rollback empties.
What the call puts into the cache that all processes share is told from rows that others never see if it is rolled back
(somebody's User Permissions, say, or defaults): each such key is dropped then.
The functions of Frappe are wrapped once per process; for every other thread, and for this one between calls, the
wrappers do nothing. Which functions, and that this catches every way to them: docs/decisions.md.
"""

import functools
import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import frappe

_state = threading.local()
_lock = threading.Lock()
_MARK = "_erpnext_mcp_holds"


@contextmanager
def holding() -> Iterator[None]:
	"""While the body runs, on this thread, what would leave at once is held until `frappe.db` commits."""
	_wrap_frappe()
	_state.active = True
	try:
		yield
	finally:
		_state.active = False


@contextmanager
def let_go() -> Iterator[None]:
	"""Within `holding`: the body hands over for real. For the commit itself."""
	before = getattr(_state, "active", False)
	_state.active = False
	try:
		yield
	finally:
		_state.active = before


def _wrap_frappe() -> None:
	import frappe.realtime
	from frappe.email.doctype.email_queue.email_queue import EmailQueue
	from frappe.utils import background_jobs, global_search, redis_wrapper

	with _lock:
		_wrap(background_jobs, "get_queue", _queue_that_holds)
		_wrap(frappe.realtime, "emit_via_redis", _held)
		_wrap(global_search, "sync_value_in_queue", _held)
		# `frappe.sendmail(now=True)` connects to the mail server inside the transaction.
		_wrap(EmailQueue, "send", _held)
		_wrap(redis_wrapper.RedisWrapper, "set_value", _dropped_by("delete_value", "key"))
		_wrap(redis_wrapper.RedisWrapper, "hset", _dropped_by("hdel", "name", "key"))
		if hasattr(redis_wrapper, "ClientCache"):  # v16
			_wrap(redis_wrapper.ClientCache, "set_value", _dropped_by("delete_value", "key"))


def _wrap(owner: Any, name: str, wrapper: Callable[[Callable], Callable]) -> None:
	original = getattr(owner, name)
	if not hasattr(original, _MARK):
		wrapped = wrapper(original)
		setattr(wrapped, _MARK, True)
		setattr(owner, name, wrapped)


def _held(function: Callable) -> Callable:
	@functools.wraps(function)
	def held(*args: Any, **kwargs: Any) -> Any:
		if getattr(_state, "active", False):
			frappe.db.after_commit.add(functools.partial(function, *args, **kwargs))
			return None
		return function(*args, **kwargs)

	return held


def _queue_that_holds(get_queue: Callable) -> Callable:
	@functools.wraps(get_queue)
	def get(*args: Any, **kwargs: Any) -> Any:
		queue = get_queue(*args, **kwargs)
		return HeldQueue(queue) if getattr(_state, "active", False) else queue

	return get


def _dropped_by(dropping: str, *keys: str) -> Callable[[Callable], Callable]:
	"""Makes of a method that caches a value one that drops it again after a rollback.

	:param dropping: the method of the same object that drops it
	:param keys: the parameters that say which value it is
	"""

	def wrapper(caching: Callable) -> Callable:
		signature = inspect.signature(caching)

		@functools.wraps(caching)
		def cache(self: Any, *args: Any, **kwargs: Any) -> Any:
			if getattr(_state, "active", False):
				given = signature.bind(self, *args, **kwargs).arguments
				whose = {name: given[name] for name in ("user", "shared") if name in given}
				what = [given[key] for key in keys]
				if None not in what:  # Frappe takes it and caches nothing
					drop = functools.partial(getattr(self, dropping), *what, **whose)
					frappe.db.after_rollback.add(functools.partial(_quietly, drop))
			return caching(self, *args, **kwargs)

		return cache

	return wrapper


def _quietly(drop: Callable[[], Any]) -> None:
	"""A rollback is not to fail for a value that can't be dropped: Redis is gone, or the key was none."""
	try:
		drop()
	except Exception:
		frappe.logger("mcp").warning("a cached value could not be dropped", exc_info=True)


class HeldQueue:
	"""An RQ queue that takes jobs when the transaction is committed; everything else is the queue's own.

	`frappe.enqueue` returns the job, which nobody can have yet: None, as with its own `enqueue_after_commit`.
	"""

	HELD = ("enqueue", "enqueue_call", "enqueue_job", "enqueue_at", "enqueue_in", "enqueue_many")

	def __init__(self, queue: Any):
		self._queue = queue

	def __getattr__(self, name: str) -> Any:
		found = getattr(self._queue, name)
		return _held(found) if name in self.HELD else found
