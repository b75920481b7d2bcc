"""Methods that only the page itself may call: neither an agent with a key, nor another site's page."""

import hmac

import frappe
from frappe import _

from erpnext_mcp.api.guard import COOKIE_SESSION


def desk_session_only() -> None:
	"""Refuse whoever has not logged in with a browser and calls from a page of the desk.

	A token that was lent to a client must not be able to make itself a key that outlives it. Frappe checks the CSRF token
	only of sessions that have opened the desk, and not where the site's config says so; here it has to be there.

	Raises:
		frappe.PermissionError: it is an API key or an OAuth token, or the CSRF token is missing or wrong.
	"""
	session = frappe.session
	by_cookie = frappe.local.request.environ.get(COOKIE_SESSION) == (session.user, session.sid)
	expected = session.data.get("csrf_token") or ""
	sent = frappe.get_request_header("X-Frappe-CSRF-Token") or ""
	if not by_cookie or not expected or not hmac.compare_digest(expected.encode(), sent.encode()):
		frappe.throw(_("This can only be done on the Connect page of the desk."), frappe.PermissionError)
