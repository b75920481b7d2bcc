"""The reports of a caller: what his profile opens of those that he may run in Frappe."""

from erpnext_mcp.documents.reports.found import Report, find
from erpnext_mcp.errors import NotFound, NotPermitted
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.policy.grant import Grant
from erpnext_mcp.policy.operations import READ
from erpnext_mcp.policy.reports import closed_because, narrowed

MOST_NAMED = 50


def has_reports(grant: Grant) -> bool:
	"""Whether there is any for the caller."""
	return any(_visible(grant, name) for name in grant.profile.reports)


def open_reports(grant: Grant) -> list[str]:
	"""The reports of the caller, by name."""
	return [name for name in sorted(grant.profile.reports) if _visible(grant, name)]


def open_report(context: Context, name: str) -> Report:
	"""The report of this name.

	:raises NotFound: there is none for the caller, whatever the reason (T13)
	:raises NotPermitted: its output could show what the profile hides
	"""
	grant = context.grant
	context.note.reference_doctype, context.note.reference_name = "Report", name
	report = _visible(grant, name)
	if report is None:
		names = open_reports(grant)[:MOST_NAMED]
		raise NotFound(
			"There is no such report for you.",
			f"Reports for you: {', '.join(names)}." if names else "No report is open to you.",
		)
	if not report.is_list and not grant.profile.reports[name]:
		hidden = narrowed(grant.profile, report.doctypes)
		if hidden:
			raise NotPermitted(
				"This report can't be run: its output is not covered by the rules of your profile.",
				"Ask the site's administrator to acknowledge that in the Report Rule of your MCP Permission Profile.",
				reason=f"the profile narrows {', '.join(hidden)}, and the Report Rule is not acknowledged",
			)
	return report


def _visible(grant: Grant, name: str) -> Report | None:
	if name not in grant.profile.reports:
		return None
	report = find(name)
	if report is None or closed_because(grant.profile, name, report.doctype):
		return None
	if grant.asked_doctypes is not None and report.doctype not in grant.asked_doctypes:
		return None
	if report.is_list and READ not in grant.operations(report.doctype):
		return None
	return report
