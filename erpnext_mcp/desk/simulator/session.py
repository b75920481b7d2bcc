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
	try:
		return contextvars.copy_context().run(_run, user, function, ip_address)
	finally:
		frappe.db.rollback()
		# v15 keeps it over a rollback.
		frappe.db.value_cache.clear()


def _run(user: str, function: Callable[[], T], ip_address: str) -> T:
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
	return function()
