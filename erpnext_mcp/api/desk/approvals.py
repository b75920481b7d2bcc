"""What the form of an MCP Approval Request asks: what is to be decided, by whom, and the decision."""

import json
from typing import Any

import frappe
from frappe import _

from erpnext_mcp.api.desk.roles import desk_users_only, is_administrator
from erpnext_mcp.api.desk.session import desk_session_only
from erpnext_mcp.limits import approvals
from erpnext_mcp.mcp_server.asking import MOST_NAMED


@frappe.whitelist(methods=["GET"])
def shown(name: str) -> dict[str, Any]:
	"""What the session's user may decide of a request: `{may_decide, text}`; nothing of one that is not his.

	:raises frappe.PermissionError: he has no desk
	"""
	desk_users_only()
	doc = _request(name)
	if doc is None or doc.status != approvals.PENDING:
		return {"may_decide": False, "text": ""}
	return {"may_decide": True, "text": f"{_what(doc)} {_('Nothing is done before somebody approves it.')}"}


@frappe.whitelist(methods=["POST"])
def decide(name: str, approve: bool) -> str:
	"""Approves or rejects a request; gives the new status.

	:raises frappe.PermissionError: it is neither his, nor is he an administrator; or he comes with an API key or a token: what
	        asks must not be what agrees (T42)
	:raises frappe.ValidationError: it does not wait any more
	"""
	desk_users_only()
	desk_session_only()
	if _request(name) is None:
		frappe.throw(_("You are not permitted to decide this."), frappe.PermissionError)
	return approvals.decide(name, approve, frappe.session.user)


def _what(doc: Any) -> str:
	"""The call, in one sentence."""
	user, doctype = doc.user, _(doc.reference_doctype)
	if doc.reference_name:
		return _("{0} wants to {1} {2} {3}.").format(user, _(doc.operation), doctype, doc.reference_name)
	names = doc.documents.splitlines()
	if not names:
		count = len(json.loads(doc.arguments)["documents"])
		return _("{0} wants to create documents of {1} ({2}).").format(user, doctype, count)
	named = ", ".join(names[:MOST_NAMED])
	if len(names) > MOST_NAMED:
		named = _("{0} and {1} more").format(named, len(names) - MOST_NAMED)
	return _("{0} wants to change documents of {1}: {2}.").format(user, doctype, named)


def _request(name: str) -> Any:
	"""The request, if it is the session's user's or he is an administrator; else None, whether there is one or not."""
	if not frappe.db.exists(approvals.DOCTYPE, name):
		return None
	doc = frappe.get_doc(approvals.DOCTYPE, name)
	return doc if doc.user == frappe.session.user or is_administrator() else None
