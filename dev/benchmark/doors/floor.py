"""The floor: the same work in process, without HTTP, policy and audit."""

import time
from collections.abc import Callable

import frappe

from dev.benchmark.doors import world


def floor(what: str, seconds: float, invoice: str) -> list[float]:
	"""Seconds of each call of `frappe.get_list` or `get_doc`, as the benchmark's user, warm.

	:param what: the piece of work; nothing comes of those that have no such call
	"""
	call = _calls(invoice).get(what)
	if call is None:
		return []
	frappe.set_user(world.USER)
	try:
		call()
		taken = []
		until = time.perf_counter() + seconds
		while (started := time.perf_counter()) < until:
			call()
			taken.append(time.perf_counter() - started)
		return taken
	finally:
		frappe.db.rollback()
		frappe.set_user("Administrator")


def _calls(invoice: str) -> dict[str, Callable[[], object]]:
	def get_list() -> None:
		found = frappe.get_list("Customer", fields=world.LISTED, order_by="name asc", limit=20)
		assert len(found) == 20

	def get_doc() -> None:
		doc = frappe.get_doc("Sales Invoice", invoice)
		doc.check_permission("read")
		doc.apply_fieldlevel_read_permissions()
		assert len(doc.as_dict()["items"]) == world.ROWS

	return {"list": get_list, "get": get_doc}
