"""Policy changed under load, as an administrator would: each change saved and committed before it counts as acknowledged."""

import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import frappe

from dev.torture import shapes, world
from dev.torture.timeline import Timeline
from dev.torture.views import GROUPS
from erpnext_mcp.audit import seal

PAUSE = (1.0, 4.0)
"""Seconds between two changes."""
SEAL_EVERY = 20.0
"""Seconds; a bench's scheduler does it every minute."""


def timelines() -> dict[str, Timeline]:
	"""By group, where its switch stands at the beginning."""
	return {group: Timeline(next(iter(views))) for group, views in GROUPS.items()}


def set_to(group: str, value: Any) -> None:
	"""Turns the switch of a group, and commits."""
	SETTERS[group](value)
	frappe.db.commit()


def _profile(group: str):
	return frappe.get_doc("MCP Permission Profile", world.profile_name(group))


def _field(value: str) -> None:
	doc = _profile("field")
	names = ["concealed", *(["extra"] if value == "hidden" else [])]
	doc.set("field_rules", [world.hidden(name) for name in names])
	doc.save()


def _rows(value: str) -> None:
	doc = _profile("rows")
	for rule in doc.doctype_rules:
		if rule.document_type == shapes.ACCOUNT:
			rule.row_filter = json.dumps({"region": value})
	doc.save()


def _enabled(value: str) -> None:
	doc = _profile("profile")
	doc.enabled = int(value == "enabled")
	doc.save()


def _writing(value: str) -> None:
	doc = _profile("writing")
	doc.read_only = int(value == "read only")
	doc.save()


def _role(value: str) -> None:
	for number in range(world.USERS_PER_GROUP):
		user = frappe.get_doc("User", world.user_name("role", number))
		if value == "taken":
			user.remove_roles(world.ROLE)
		else:
			user.add_roles(world.ROLE)


SETTERS: Mapping[str, Callable[[Any], None]] = {
	"field": _field,
	"rows": _rows,
	"profile": _enabled,
	"role": _role,
	"writing": _writing,
}


def patiently(work: Callable[[], Any], until: float = float("inf")) -> Any:
	"""Does something on the site again and again until it works: what it needs may be away just now.

	:param until: a time of the monotonic clock, from which on failures are raised
	"""
	while True:
		try:
			frappe.db.rollback()
			return work()
		except Exception:
			if time.monotonic() > until:
				raise
			with suppress(Exception):
				frappe.db.close()
			frappe.clear_messages()
			time.sleep(0.2)


class Administrator(threading.Thread):
	"""Turns the switches one after the other, with a connection of his own; seals the audit meanwhile."""

	def __init__(self, site: str, timelines: Mapping[str, Timeline], seed: int):
		super().__init__(name="administrator", daemon=True)
		self.changes: dict[str, int] = dict.fromkeys(SETTERS, 0)
		self.slowest = 0.0
		self.problem: BaseException | None = None
		self.stopping = threading.Event()
		self._next_seal = 0.0
		self._site, self._timelines, self._chance = site, timelines, random.Random(seed)

	def run(self) -> None:
		frappe.init(self._site, force=True)
		frappe.connect()
		try:
			while not self.stopping.wait(self._chance.uniform(*PAUSE)):
				group = min(self.changes, key=lambda g: (self.changes[g], self._chance.random()))
				self._turn(group)
				self.changes[group] += 1
		except BaseException as e:
			self.problem = e
			raise
		finally:
			frappe.destroy()

	def _turn(self, group: str) -> None:
		timeline = self._timelines[group]
		value = next(v for v in GROUPS[group] if v != timeline.value)
		began = time.monotonic()
		timeline.begin(value, began)
		patiently(lambda: set_to(group, value), began + 120)
		now = time.monotonic()
		timeline.acknowledged(now)
		self.slowest = max(self.slowest, now - began)
		if now > self._next_seal:
			self._next_seal = now + SEAL_EVERY
			patiently(seal.seal, now + 120)
