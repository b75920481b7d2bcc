"""Where the time of a call goes: the site's application in this process, without a socket, each part of it timed by itself.

Functions of the app are wrapped; each has its own time, that of wrapped ones which it calls left out. What is in none of them is
Frappe's: the request's set-up, authentication, the connection, the end.
"""

import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from dev.benchmark.doors.phases_names import AUDIT, FRAPPE, POLICY, PROTOCOL, TRANSACTION, WORK

PARTS: tuple[tuple[str, str, str], ...] = (
	(PROTOCOL, "erpnext_mcp.api.guard", "before_auth"),
	(PROTOCOL, "erpnext_mcp.api.guard", "check"),
	(PROTOCOL, "erpnext_mcp.api.mcp", "route"),
	(PROTOCOL, "erpnext_mcp.api.mcp", "handle"),
	(PROTOCOL, "erpnext_mcp.api.mcp", "finish"),
	(PROTOCOL, "erpnext_mcp.api.oauth.metadata", "route"),
	(PROTOCOL, "erpnext_mcp.mcp_server.pipeline", "run"),
	# What Frappe would do itself, a little later: to connect, and to read what it keeps of the user in Redis.
	(FRAPPE, "erpnext_mcp.documents.connection", "open"),
	(FRAPPE, "erpnext_mcp.limits.prefetch", "fetch"),
	(POLICY, "erpnext_mcp.policy.store", "hold"),
	(POLICY, "erpnext_mcp.policy.store", "load"),
	(POLICY, "erpnext_mcp.mcp_server.pipeline", "prepare"),
	(POLICY, "erpnext_mcp.mcp_server.pipeline", "decide"),
	(POLICY, "erpnext_mcp.mcp_server.spending", "Budget.take"),
	(POLICY, "erpnext_mcp.mcp_server.spending", "Budget.add_rows"),
	(TRANSACTION, "erpnext_mcp.mcp_server.pipeline", "perform"),
	(WORK, "erpnext_mcp.mcp_server.pipeline", "work"),
	(AUDIT, "erpnext_mcp.mcp_server.pipeline", "keep"),
)
"""Part, module, function."""


class Clock:
	"""Time and round trips by part; a part stops while one that it calls runs."""

	def __init__(self) -> None:
		self.seconds: Counter[str] = Counter()
		self.trips: Counter[str] = Counter()
		"""By part and kind, `sql` or `redis`."""
		self._open: list[str] = []
		self._since = 0.0

	@contextmanager
	def part(self, name: str) -> Iterator[None]:
		self._turn()
		self._open.append(name)
		try:
			yield
		finally:
			self._turn()
			self._open.pop()

	def trip(self, kind: str) -> None:
		if self._open:
			self.trips[f"{self._open[-1]}|{kind}"] += 1

	def _turn(self) -> None:
		now = time.perf_counter()
		if self._open:
			self.seconds[self._open[-1]] += now - self._since
		self._since = now


def phases(requests: dict[str, dict[str, Any]], calls: int) -> dict[str, Any]:
	"""For each request the median milliseconds of its parts, and the database and Redis round trips of one call.

	:param requests: by name: path, method, headers, body
	:param calls: how often each is made, after some that are not counted
	"""
	found: dict[str, Any] = {}

	def measure() -> None:
		try:
			found.update(_measured(requests, calls))
		except BaseException as e:
			found["problem"] = repr(e)

	# On a thread of its own: the application ends what this one has open on the site.
	thread = threading.Thread(target=measure)
	thread.start()
	thread.join()
	if "problem" in found:
		raise RuntimeError(found["problem"])
	return found


def _measured(requests: dict[str, dict[str, Any]], calls: int) -> dict[str, Any]:
	import frappe.app
	from werkzeug.test import Client

	clock: list[Clock] = [Clock()]
	client = Client(frappe.app.application)

	def ask(request: dict[str, Any]) -> None:
		clock[0] = Clock()
		with clock[0].part(FRAPPE):
			response = client.open(
				request["path"],
				method=request["method"],
				headers=request["headers"],
				data=request["body"] or None,
			)
			body = response.get_data()
			response.close()
		assert response.status_code == 200 and b'"isError":true' not in body, body[:500]

	found = {}
	with _wrapped(lambda: clock[0]):
		for name, request in requests.items():
			rounds = []
			for number in range(calls + 10):
				ask(request)
				if number >= 10:
					rounds.append(clock[0])
			parts = sorted({part for c in rounds for part in c.seconds})
			found[name] = {
				"total_ms": statistics.median(sum(c.seconds.values()) for c in rounds) * 1000,
				"parts_ms": {p: statistics.median(c.seconds[p] for c in rounds) * 1000 for p in parts},
				"trips": {
					trip: statistics.median(c.trips[trip] for c in rounds)
					for trip in sorted({trip for c in rounds for trip in c.trips})
				},
			}
	return found


@contextmanager
def _wrapped(clock: Callable[[], Clock]) -> Iterator[None]:
	import redis
	from frappe.database.database import Database

	undo: list[tuple[Any, str, Any]] = []

	def replace(owner: Any, name: str, new: Any) -> None:
		undo.append((owner, name, vars(owner)[name]))
		setattr(owner, name, new)

	def timed(part: str, function: Callable) -> Callable:
		def run(*args: Any, **kwargs: Any) -> Any:
			with clock().part(part):
				return function(*args, **kwargs)

		# Frappe asks a whitelisted function what it is.
		run.__dict__.update(getattr(function, "__dict__", {}))
		run.__name__, run.__module__ = function.__name__, function.__module__
		run.__wrapped__ = function
		return run

	def counted(kind: str, function: Callable) -> Callable:
		def run(*args: Any, **kwargs: Any) -> Any:
			clock().trip(kind)
			return function(*args, **kwargs)

		return run

	try:
		for part, module_name, path in PARTS:
			owner = module = import_module(module_name)
			*outer, name = path.split(".")
			for step in outer:
				owner = getattr(owner, step)
			function = vars(owner)[name]
			new = timed(part, function)
			replace(owner, name, new)
			_rewhitelist(function, new)
			if owner is module:
				for other in list(sys.modules.values()):
					if other is not module and getattr(other, "__name__", "").startswith("erpnext_mcp"):
						for alias, value in list(vars(other).items()):
							if value is function:
								replace(other, alias, new)
		replace(Database, "sql", counted("sql", Database.sql))
		replace(redis.Redis, "execute_command", counted("redis", redis.Redis.execute_command))
		pipeline = redis.client.Pipeline
		replace(pipeline, "execute", counted("redis", pipeline.execute))
		yield
	finally:
		for owner, name, old in reversed(undo):
			setattr(owner, name, old)


def _rewhitelist(function: Callable, new: Callable) -> None:
	"""The wrapper of a whitelisted function is as whitelisted as that, in this process."""
	import frappe

	for names in ("whitelisted", "guest_methods", "xss_safe_methods"):
		methods = getattr(frappe, names, None)
		if methods is not None and function in methods:
			methods.append(new) if isinstance(methods, list) else methods.add(new)
	allowed = getattr(frappe, "allowed_http_methods_for_whitelisted_func", None)
	if allowed is not None and function in allowed:
		allowed[new] = allowed[function]
