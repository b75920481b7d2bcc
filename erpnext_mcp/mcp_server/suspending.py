"""After a refusal: whether it was one too many."""

import frappe

from erpnext_mcp.errors import CallError
from erpnext_mcp.limits import suspension
from erpnext_mcp.policy import store
from erpnext_mcp.policy.store import Settings


def after_refusal(user: str, error: CallError, settings: Settings) -> None:
	"""Counts a refusal by policy, and suspends who has had too many. Commits; never raises.

	To be called when the audit has the refusal: it must not be lost with what fails here.
	"""
	if not settings.suspend_after or not error.by_policy:
		return
	try:
		name = suspension.refused(user, settings.suspend_after, settings.suspend_within, error.reason)
		if name is None:
			return
		store.changed()
		frappe.db.commit()
		suspension.notify(name, user)
		frappe.db.commit()
	except Exception:
		frappe.db.rollback()
		frappe.logger("mcp").error(f"{user} could not be suspended", exc_info=True)
