"""Runs something as another user, apart from the session of whoever asked for it.

`frappe.set_user` alone would write the other user's name into the viewer's own session object, which Frappe saves at the
end of the request. Here the whole of `frappe.local` is a new one, made by `frappe.init` as for any request, in a copied
context: whatever is set, or left behind by hooks, is gone with it, also when something is raised. Only the database
connection and the HTTP request are shared.
"""

import contextvars
from collections.abc import Callable
from typing import TypeVar

import frappe

T = TypeVar("T")


def as_user(user: str, function: Callable[[], T], ip_address: str = "") -> T:
	"""What a function gives when this user is the session's. Rolls back before and after.

	:param ip_address: what Frappe is to know as the address of the request; empty: that of the real one
	:raises Exception: whatever the function raises
	"""
	return Session(user, ip_address).run(function)


class Session:
	"""The same for several functions, one after the other: what Frappe keeps for the length of a request is made once."""

	def __init__(self, user: str, ip_address: str = ""):
		self._context = contextvars.copy_context()
		self._arguments = (user, ip_address)
		self._entered = False

	def run(self, function: Callable[[], T]) -> T:
		"""What a function gives. Rolls back before and after."""
		try:
			return self._context.run(self._run, function)
		finally:
			frappe.db.rollback()
			# v15 keeps it over a rollback.
			frappe.db.value_cache.clear()

	def _run(self, function: Callable[[], T]) -> T:
		if not self._entered:
			_enter(*self._arguments)
			self._entered = True
		else:
			frappe.db.rollback()
			frappe.clear_messages()
		return function()


def _enter(user: str, ip_address: str) -> None:
	outer = dict(frappe.local)
	frappe.release_local(frappe.local)
	frappe.init(outer["site"], sites_path=outer["sites_path"])
	frappe.local.db = outer["db"]
	frappe.local.request_ip = ip_address or outer.get("request_ip")
	if outer.get("request") is not None:
		frappe.local.request = outer["request"]
	frappe.flags.in_test = outer["flags"].get("in_test")
	# The site may be in maintenance.
	frappe.flags.read_only = outer["flags"].get("read_only")
	frappe.db.rollback()
	frappe.db.value_cache.clear()
	frappe.set_user(user)
	# Who calls with a key or a token has the language of the site (`frappe.translate.get_language`).
	frappe.local.lang = frappe.db.get_default("lang") or "en"
