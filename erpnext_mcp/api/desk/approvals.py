"""What the form of an MCP Approval Request asks: what is to be decided, by whom, and the decision."""

from typing import Any

import frappe
from frappe import _

from erpnext_mcp.api.desk.roles import is_administrator
from erpnext_mcp.limits import approvals


@frappe.whitelist(methods=["GET"])
def shown(name: str) -> dict[str, Any]:
	"""What the session's user may know of a request: `{may_decide, text}`.

	:raises frappe.PermissionError: it is neither his, nor is he an administrator
	"""
	doc = _request(name)
	text = "" if _has_a_session() else _("Open it in the desk to decide: a credential can't.")
	if doc.status == approvals.PENDING and not text:
		text = _("{0} wants to {1} {2} {3}. Nothing is done before somebody approves it.").format(
			doc.user, _(doc.operation), _(doc.reference_doctype), doc.reference_name or doc.documents or ""
		)
	return {"may_decide": doc.status == approvals.PENDING and _has_a_session(), "text": text}


@frappe.whitelist(methods=["POST"])
def decide(name: str, approve: bool | int) -> str:
	"""Approves or rejects a request; gives the new status.

	:raises frappe.PermissionError: it is neither his, nor is he an administrator; or he comes with an API key or a token: what
	        asks must not be what agrees (T42)
	:raises frappe.ValidationError: it does not wait any more
	"""
	_request(name)
	if not _has_a_session():
		frappe.throw(_("Approvals are given in the desk: a credential can't."), frappe.PermissionError)
	return approvals.decide(name, bool(int(approve)), frappe.session.user)


def _request(name: str) -> Any:
	doc = frappe.get_doc(approvals.DOCTYPE, name)
	if doc.user != frappe.session.user and not is_administrator():
		frappe.throw(_("Not permitted"), frappe.PermissionError)
	return doc


def _has_a_session() -> bool:
	"""Whether somebody has logged in, rather than a program shown its key."""
	session, opened = frappe.session, getattr(frappe.local, "session_obj", None)
	if frappe.get_request_header("Authorization"):
		return False
	return opened is not None and session.sid == opened.sid and session.sid not in ("Guest", session.user)
