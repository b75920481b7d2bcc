"""Frappe's modules of reports, loaded by the first call that needs one: they bring three libraries for spreadsheets along, 9 MB
and a tenth of a second of a worker that runs no report."""

from types import ModuleType


def query_report() -> ModuleType:
	"""`frappe.desk.query_report`."""
	from frappe.desk import query_report

	return query_report


def prepared_report() -> ModuleType:
	"""`frappe.core.doctype.prepared_report.prepared_report`."""
	from frappe.core.doctype.prepared_report import prepared_report

	return prepared_report
