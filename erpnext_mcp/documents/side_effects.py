"""What a save of a document sets off that no rollback takes back: a dry run of such a DocType is refused (T22).

Webhooks, e-mails and jobs are no obstacle: they wait for the commit. Frappe's Slack and SMS messages go out at once, server
scripts and some controllers may ask other servers. Not seen here: what hooks of apps do at once (they name the DocType in the
hook `mcp_no_dry_run`), and what a save sets off on other DocTypes that it writes to.
"""

import frappe

from erpnext_mcp.errors import Unsupported

ASKS_OTHERS = frozenset({"Payment Request"})
"""DocTypes of ERPNext that ask another server when they are submitted: a payment gateway."""

SYNCHRONISED = {"Event": "Google Calendar", "Contact": "Google Contacts"}
"""DocTypes that Frappe copies to another server on every save, if there is an account for it: {DocType: accounts}."""

SENT_LATER = ("Email", "System Notification")
"""Channels of a Notification that end in the database or in a job."""

BY_THE_CLOCK = ("Days Before", "Days After", "Minutes Before", "Minutes After", "Custom")
"""Events of a Notification that a save does not set off."""

NOT_BY_SAVING = (
	"Before Print",
	"On Payment Authorization",
	"On Payment Paid",
	"On Payment Failed",
	"On Payment Charge Processed",
	"On Payment Mandate Charge Processed",
	"On Payment Mandate Acquisition Processed",
)
"""Events of a Server Script that no write of ours sets off."""


def check_dry_run(doctype: str, workflow: str = "") -> None:
	"""Refuses a dry run that could not be undone.

	:param workflow: the workflow of which an action is taken; empty for other writes
	:raises Unsupported: see `dry_run_obstacle`
	"""
	obstacle = dry_run_obstacle(doctype, workflow)
	if obstacle:
		raise Unsupported(
			f"Saving a {doctype} sets off something on this site that can't be undone, so there is no dry run of it.",
			"Check what you send yourself: without dry_run it is done for real.",
			reason=obstacle,
		)


def dry_run_obstacle(doctype: str, workflow: str = "") -> str | None:
	"""Why a dry run with a DocType could not be undone, for the administrator; None when nothing is known against it."""
	if doctype in frappe.get_hooks("mcp_no_dry_run"):
		return f"an app names {doctype} in mcp_no_dry_run"
	if doctype in ASKS_OTHERS:
		return f"{doctype} asks other servers when it is submitted"
	accounts = SYNCHRONISED.get(doctype)
	if accounts and _first(accounts, {"enable": 1}):
		return f"{doctype} is synchronised with {accounts}"
	notification = _first(
		"Notification",
		{
			"enabled": 1,
			"document_type": doctype,
			"channel": ("not in", SENT_LATER),
			"event": ("not in", BY_THE_CLOCK),
		},
	)
	if notification:
		return f"Notification {notification} is sent at once"
	if _scripts_run():
		script = _first(
			"Server Script",
			{
				"disabled": 0,
				"script_type": "DocType Event",
				"reference_doctype": doctype,
				"doctype_event": ("not in", NOT_BY_SAVING),
			},
		)
		if script:
			return f"Server Script {script} runs on it"
	if workflow and frappe.get_meta("Workflow Transition").has_field("transition_tasks"):
		tasks = _first("Workflow Transition", {"parent": workflow, "transition_tasks": ("is", "set")})
		if tasks:
			return f"Workflow {workflow} has tasks that run at once"
	return None


def _scripts_run() -> bool:
	# On v16 the import opens a log file under the current folder: not before a site is connected.
	from frappe.utils.safe_exec import is_safe_exec_enabled

	return is_safe_exec_enabled()


def _first(doctype: str, filters: dict) -> str | None:
	"""The name of one document of the site's configuration, whether the caller may read it or not."""
	return next(iter(frappe.get_all(doctype, filters=filters, pluck="name", limit=1)), None)
