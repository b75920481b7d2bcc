"""What the form of a profile has to know of the reports that it names."""

import frappe

from erpnext_mcp.documents.reports.found import BUILDER
from erpnext_mcp.policy.profile import Profile
from erpnext_mcp.policy.reports import closed_because, narrowed
from erpnext_mcp.policy.validation.effect import ReportFacts


def report_facts(profile: Profile) -> dict[str, ReportFacts]:
	"""By name; what does not exist is missing."""
	found = {}
	for name in profile.reports:
		try:
			report = frappe.get_doc("Report", name)
		except frappe.DoesNotExistError:
			frappe.clear_last_message()
			continue
		found[name] = ReportFacts(
			narrowed=tuple(narrowed(profile, [report.ref_doctype])),
			is_list=report.report_type == BUILDER,
			is_disabled=bool(report.disabled),
			closed=closed_because(profile, name, report.ref_doctype) or "",
		)
	return found
