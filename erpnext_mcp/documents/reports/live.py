"""Running a query or script report now, as the user, with every check that the desk's own call makes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import frappe

from erpnext_mcp.documents.reports.filters import ReportFilters
from erpnext_mcp.documents.reports.found import Report
from erpnext_mcp.documents.reports.of_frappe import query_report
from erpnext_mcp.documents.reports.table import Table, table
from erpnext_mcp.documents.text import clean
from erpnext_mcp.errors import NotPermitted, ValidationFailed

MAX_MESSAGE = 500
FILTERS_HINT = "Look at get_report_info: give every required filter, and values that exist."
OF_WRONG_FILTERS = (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError)


def run(report: Report, filters: Mapping[str, Any], known: ReportFilters) -> Table:
	"""The whole output of a report.

	Not by `query_report.run`: for every wrong filter it writes an Error Log that names the values of local variables. The
	checks it makes are those of `found.find` and `filters.checked`.

	:param filters: of `filters.checked`
	:raises ValidationFailed: the report does not take these filters
	:raises NotPermitted: it reads something that the user may not
	"""
	with _problems_told():
		return table(
			query_report().generate_report_result(
				report.doc,
				filters=dict(filters),
				user=frappe.session.user,
				is_tree=known.is_tree,
				parent_field=known.parent_field,
			)
		)


@contextmanager
def _problems_told() -> Iterator[None]:
	"""Says what a report raises so that the caller can do better; what the database or a hook of ours says passes."""
	messages = len(frappe.local.message_log)
	try:
		yield
	except frappe.PermissionError as e:
		raise NotPermitted(
			"Your permissions in ERPNext don't allow this report with these filters.", reason=_place(e)
		) from e
	except (frappe.DoesNotExistError, frappe.LinkValidationError) as e:
		# Its words name what there is not.
		raise ValidationFailed(
			"The report found nothing under one of the filters' values.", FILTERS_HINT, reason=_place(e)
		) from e
	except frappe.ValidationError as e:
		raise ValidationFailed(
			clean(str(e), MAX_MESSAGE) or "The report does not take these filters.",
			FILTERS_HINT,
			reason=_place(e),
		) from e
	except (*OF_WRONG_FILTERS, frappe.db.ProgrammingError, frappe.db.DataError) as e:
		# Reports rely on filters that the desk always sends.
		frappe.logger("mcp").error("a report failed", exc_info=True)
		raise ValidationFailed(
			"The report can't be made with these filters.", FILTERS_HINT, reason=_place(e)
		) from e
	finally:
		del frappe.local.message_log[messages:]


def _place(error: Exception) -> str:
	"""Where it was raised, for the audit: no values."""
	traceback = error.__traceback__
	where = ""
	while traceback is not None:
		module = traceback.tb_frame.f_globals.get("__name__", "")
		# Where `frappe.throw` raises says nothing.
		where = where if module in ("frappe", "frappe.utils.messages") else module
		traceback = traceback.tb_next
	return f"{type(error).__name__} in {where}"
