"""The page Who Has Access: for administrators."""

import frappe
from frappe import _

from erpnext_mcp.api.desk.roles import administrators_only
from erpnext_mcp.desk.access import applications, overview
from erpnext_mcp.desk.access import details as one_user
from erpnext_mcp.limits import clients as known
from erpnext_mcp.limits import suspension
from erpnext_mcp.policy import store


@frappe.whitelist(methods=["GET"])
def users(search: str = "", profile: str = "", state: str = "", start: int = 0) -> dict:
	"""A page of the matrix of users and profiles; see `desk.access.overview`."""
	administrators_only()
	return overview.overview(search, profile, state, max(0, int(start)))


@frappe.whitelist(methods=["GET"])
def user(user: str) -> dict:
	"""What one user can do; see `desk.access.details`."""
	administrators_only()
	found = one_user.details(user)
	if found is None:
		frappe.throw(_("{0} is no enabled user.").format(frappe.bold(frappe.utils.escape_html(user))))
	return found


@frappe.whitelist(methods=["GET"])
def clients(search: str = "", start: int = 0) -> dict:
	"""A page of the clients that were used; see `desk.access.applications`."""
	administrators_only()
	return applications.used(search, max(0, int(start)))


@frappe.whitelist(methods=["POST"])
def pause_user(user: str) -> None:
	"""Ends the MCP access of a user until somebody resumes it, from his next call on."""
	administrators_only()
	suspension.pause(user)
	store.changed()


@frappe.whitelist(methods=["POST"])
def resume_user(user: str) -> None:
	"""Lets a user go on who was paused, or suspended after too many refusals."""
	administrators_only()
	suspension.lift(user)


@frappe.whitelist(methods=["POST"])
def pause_client(name: str) -> None:
	"""
	:param name: of the MCP Client
	"""
	administrators_only()
	known.set_paused(name, True)


@frappe.whitelist(methods=["POST"])
def resume_client(name: str) -> None:
	"""
	:param name: of the MCP Client
	"""
	administrators_only()
	known.set_paused(name, False)


@frappe.whitelist(methods=["POST"])
def pause_all() -> None:
	"""The kill switch of the MCP Gateway Settings."""
	administrators_only()
	_set_enabled(False)


@frappe.whitelist(methods=["POST"])
def resume_all() -> None:
	"""Lets everybody go on whom `pause_all` has stopped; who is paused or suspended by himself stays so."""
	administrators_only()
	_set_enabled(True)


def _set_enabled(enabled: bool) -> None:
	settings = frappe.get_doc(store.SETTINGS)
	if bool(settings.enabled) != enabled:
		settings.enabled = int(enabled)
		settings.save()
