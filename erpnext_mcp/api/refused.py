"""Refused credentials that are somebody's leave an audit entry; those that are nobody's leave none."""

import frappe
from frappe.utils import get_datetime, now_datetime

from erpnext_mcp.audit import entry as audit
from erpnext_mcp.mcp_server import caller
from erpnext_mcp.policy import store

TOOL = "authentication"


def record() -> None:
	"""Commits an entry for the current request, whose credentials Frappe has not accepted. Never raises.

	The secret half of the credentials is not looked at.
	"""
	try:
		frappe.db.rollback()
		found = _found(frappe.get_request_header("Authorization") or "")
		if found is None:
			return
		user, credential, reason = found
		entry = audit.Entry(
			name=audit.new_name(),
			user=user,
			outcome=audit.REFUSED,
			tool=TOOL,
			reason_code=audit.NOT_AUTHENTICATED,
			reason=reason,
			transport=caller.HTTP,
			credential=credential,
			ip_address=caller.ip_address(),
			client_name=frappe.get_request_header("User-Agent") or "",
		)
		audit.write([entry], store.load().settings.text_log)
		frappe.db.commit()
	except Exception:
		frappe.logger("mcp").error("a refused credential could not be recorded", exc_info=True)


def _found(authorization: str) -> tuple[str, str, str] | None:
	"""Whose credentials they are, what of them may be told, and why they were not accepted."""
	credential = caller.api_key(authorization)
	if credential and not frappe.get_request_header("Frappe-Authorization-Source"):
		key = credential.removeprefix("API key ")
		row = key and frappe.db.get_value("User", {"api_key": key}, ["name", "enabled"], as_dict=True)
		if row:
			return row.name, credential, "the secret is wrong" if row.enabled else "the user is disabled"
		return None
	scheme, _, token = authorization.partition(" ")
	if scheme.lower() != "bearer" or not token:
		return None
	columns = ["user", "client", "status", "expiration_time"]
	row = frappe.db.get_value("OAuth Bearer Token", token, columns, as_dict=True)
	if not row or not row.user:
		return None
	if row.expiration_time and get_datetime(row.expiration_time) < now_datetime():
		reason = "the token has expired"
	elif row.status != "Active":
		reason = "the token is revoked"
	elif not frappe.db.get_value("User", row.user, "enabled"):
		reason = "the user is disabled"
	else:
		reason = "the token was not accepted"
	return row.user, f"OAuth client {row.client}", reason
