"""DocTypes that no profile opens, whatever it says (DESIGN §4, T34): they carry permissions, code, secrets or mail,
or act on other documents."""

from fnmatch import fnmatchcase

import frappe

from erpnext_mcp.policy.message import Message, _

DENIED = frozenset(
	{
		"User",
		"Role",
		"Has Role",
		"DocPerm",
		"Custom DocPerm",
		"DocShare",
		"User Permission",
		"User Type",
		"Role Profile",
		"Module Profile",
		"DocType",
		"DocField",
		"Custom Field",
		"Property Setter",
		"Server Script",
		"Client Script",
		"System Settings",
		"Connected App",
		"Token Cache",
		"Social Login Key",
		"Data Import",
		"Bulk Update",
		"Rename Tool",
		"Deleted Document",
		"Version",
		"File",
		"Comment",
		"Communication",
		"Email Queue",
		"Email Account",
		"Notification",
		"Auto Email Report",
		"Prepared Report",
		"Report",
		"Print Format",
		"Letter Head",
		"Email Template",
		"Web Form",
		"Web Page",
		"Custom HTML Block",
		"Dashboard Chart",
		"Number Card",
		"Integration Request",
		"Workflow",
		"Workflow State",
		"Workflow Action",
		"Workflow Action Master",
		"Workflow Document State",
		"Workflow Transition",
		"Workflow Action Permitted Role",
		"Workflow Transition Task",
		"Workflow Transition Tasks",
		"Assignment Rule",
		"Auto Repeat",
		"Route History",
		"System Console",
		"Session Default Settings",
		"Payment Reconciliation",
		"Unreconcile Payment",
		"Bank Statement Import",
	}
)
"""Exact names. Apps add to it with the hook `mcp_denied_doctypes`; nothing takes away from it."""

DENIED_PATTERNS = ("OAuth *", "Webhook*", "Scheduled Job*", "RQ *", "Repost *")
"""Families whose members differ between versions of Frappe and ERPNext."""

PASSWORDS_ATTRIBUTE = "_erpnext_mcp_has_passwords"
OWN_MODULE = "ERPNext MCP"
CLOSED_SINGLE_MODULES = frozenset({"Core", "Email", "Integrations", "Desk"})


def denied_reason(meta, acknowledge_password_fields: bool = False) -> Message | None:
	"""Why a DocType stays closed, for the administrator; None when a profile may open it.

	:param meta: `frappe.get_meta(doctype)`
	:param acknowledge_password_fields: the rule says that it knows of the Password fields
	"""
	name = meta.name
	if name in DENIED or name in frappe.get_hooks("mcp_denied_doctypes"):
		return Message(
			_("{0} carries permissions, code, mail or other people's traces, or acts on other documents"),
			name,
		)
	if any(fnmatchcase(name, pattern) for pattern in DENIED_PATTERNS):
		return Message(_("{0} belongs to a family of DocTypes that is never opened"), name)
	if meta.module == OWN_MODULE:
		return Message(_("{0} is part of this gateway itself"), name)
	if meta.module == "Core" and name.endswith(" Log"):
		return Message(_("{0} is a log of the framework"), name)
	if meta.issingle and meta.module in CLOSED_SINGLE_MODULES:
		return Message(_("{0} holds settings of the framework"), name)
	if meta.istable:
		return Message(_("{0} is a child table: it is read and written with its parent"), name)
	if not acknowledge_password_fields and _has_password_fields(meta):
		return Message(_("{0} has Password fields, and the rule does not acknowledge them"), name)
	return None


def _has_password_fields(meta) -> bool:
	"""Kept on the meta object: every call asks."""
	found = meta.__dict__.get(PASSWORDS_ATTRIBUTE)
	if found is None:
		found = meta.__dict__[PASSWORDS_ATTRIBUTE] = any(df.fieldtype == "Password" for df in meta.fields)
	return found
