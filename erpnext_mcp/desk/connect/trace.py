"""What a user does to his own credentials, as entries of the audit."""

import frappe

from erpnext_mcp.audit import entry as audit
from erpnext_mcp.desk.connect.calls import TRANSPORT
from erpnext_mcp.mcp_server import caller
from erpnext_mcp.policy.store import SETTINGS


def write(user: str, tool: str, operation: str, credential: str) -> None:
	"""Adds an entry to the open transaction: what is done is not committed without it.

	:param tool: what the audit calls it
	:param credential: in the words of `caller.Caller.credential`, never a secret
	:raises Exception: the driver's, when it can't be written
	"""
	impersonator = frappe.session.data.get("impersonated_by")
	audit.write(
		[
			audit.Entry(
				name=audit.new_name(),
				user=user,
				outcome=audit.ALLOWED,
				tool=tool,
				operation=operation,
				reason=f"done by {impersonator} as this user" if impersonator else "",
				reference_doctype="User",
				reference_name=user,
				transport=TRANSPORT,
				credential=credential,
				ip_address=caller.ip_address(),
				client_name=frappe.get_request_header("User-Agent") or "",
			)
		],
		bool(frappe.get_doc(SETTINGS).text_log),
	)
