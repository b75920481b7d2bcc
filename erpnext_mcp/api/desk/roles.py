"""Who may use the methods of the desk's pages."""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.permissions import SYSTEM_USER_ROLE

ADMINISTRATORS = frozenset({"System Manager", "MCP Administrator"})
"""Who makes the policy and reads the audit."""


def administrators_only() -> None:
	"""Refuse whoever is neither System Manager nor MCP Administrator.

	Raises:
		frappe.PermissionError: the caller is neither. It says nothing of what was asked for.
	"""
	only_for(ADMINISTRATORS)


def is_administrator() -> bool:
	"""Whether the caller is System Manager or MCP Administrator: who has the app's tile among his apps (hooks.py)."""
	return bool(ADMINISTRATORS & set(frappe.get_roles()))


def desk_users_only() -> None:
	"""Refuse guests and users of the website.

	Raises:
		frappe.PermissionError: the caller has no desk.
	"""
	only_for({SYSTEM_USER_ROLE})


def only_for(roles: Iterable[str]) -> None:
	"""Refuse whoever has none of the roles; Administrator has all of them.

	Not frappe.only_for: on v15 it lets everybody pass while tests run, and so nothing would show that it is missing.

	Raises:
		frappe.PermissionError: the caller has none of them.
	"""
	if frappe.session.user == "Guest" or not set(roles) & set(frappe.get_roles()):
		frappe.throw(
			_("You are not permitted to do this. Ask your administrator."),
			frappe.PermissionError,
			_("Not Permitted"),
		)
