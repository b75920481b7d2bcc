"""Finding a report that the user may run in Frappe."""

import json
from dataclasses import dataclass
from typing import Any

import frappe

from erpnext_mcp.documents.reports.of_frappe import query_report

BUILDER = "Report Builder"
CUSTOM = "Custom Report"


@dataclass(frozen=True)
class Report:
	"""A report that the user may run.

	`doctype` is its reference DocType; `doctypes` those of all columns that somebody added to it, and the former.
	`doc` is Frappe's document, of a custom report the one that it is made of: only for use within this room.
	"""

	name: str
	report_type: str
	doctype: str
	doctypes: frozenset[str]
	is_prepared: bool
	doc: Any

	@property
	def is_list(self) -> bool:
		"""Whether it is nothing but a list of documents."""
		return self.report_type == BUILDER


def find(name: str) -> Report | None:
	"""The report, if the user may run it in Frappe: its roles, the permission *report* on its DocType, not disabled."""
	messages = len(frappe.local.message_log)
	try:
		named = frappe.get_doc("Report", name)
		# MariaDB finds other spellings too.
		if named.name != name or named.disabled or not named.is_permitted():
			return None
		doc = query_report().get_report_doc(name)
	except (frappe.DoesNotExistError, frappe.PermissionError, frappe.ValidationError):
		return None
	finally:
		# Frappe's own texts name the report.
		del frappe.local.message_log[messages:]
	columns = doc.custom_columns or []
	return Report(
		name=name,
		report_type=named.report_type,
		doctype=doc.ref_doctype,
		doctypes=frozenset({doc.ref_doctype, *(c["doctype"] for c in columns if c.get("doctype"))}),
		is_prepared=bool(doc.prepared_report),
		doc=doc,
	)


def stored_json(report: Report) -> dict[str, Any]:
	"""What a Report Builder report keeps of its list; empty when it can't be read."""
	try:
		stored = json.loads(report.doc.json or "{}")
	except ValueError:
		return {}
	return stored if isinstance(stored, dict) else {}
