"""Which reports a profile opens (DESIGN §5), and where their output could show what it hides (T61)."""

from collections.abc import Iterable

import frappe

from erpnext_mcp.policy.deny_list import denied_reason
from erpnext_mcp.policy.operations import READ
from erpnext_mcp.policy.profile import Profile


def closed_because(profile: Profile, report: str, doctype: str) -> str | None:
	"""Why a report stays closed, for the administrator; None when the profile opens it.

	:param doctype: its reference DocType; one that no profile opens has no report either
	"""
	if report not in profile.reports:
		return f"profile {profile.name} has no Report Rule for it"
	rule = profile.rules.get(doctype)
	return denied_reason(frappe.get_meta(doctype), bool(rule and rule.acknowledge_password_fields))


def narrowed(profile: Profile, doctypes: Iterable[str]) -> list[str]:
	"""The DocTypes of which the profile shows less than Frappe does: fields, rows, or all of it."""
	found = []
	for doctype in sorted(doctypes):
		rule = profile.rules.get(doctype)
		if rule is None or READ not in rule.operations or rule.hides_or_masks or rule.row_filter:
			found.append(doctype)
	return found
