"""The filters of query and script reports: which there are, and whether what the caller gives can be meant."""

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe.utils import get_datetime, getdate

from erpnext_mcp.documents.reports import script
from erpnext_mcp.documents.reports.defaults import value_of
from erpnext_mcp.documents.reports.found import Report
from erpnext_mcp.documents.reports.javascript import Call
from erpnext_mcp.documents.reports.of_frappe import query_report
from erpnext_mcp.documents.text import clean
from erpnext_mcp.errors import InvalidArguments

LISTS = frozenset({"MultiSelectList", "MultiSelect", "Table MultiSelect"})
NUMBERS = frozenset({"Float", "Currency", "Percent"})
NOT_FILTERS = frozenset({"Break", "Section Break", "Column Break", "HTML", "Button", "Heading"})
RESERVED = frozenset({"prepared_report_name", "translate_data"})
"""Keys that `frappe.desk.query_report` takes for itself: the first reads a result that was made for somebody else."""

PARAMETER = re.compile(r"%\((\w+)\)s")
MAX_TEXT = 1_000
MAX_LIST = 200


@dataclass(frozen=True)
class ReportFilter:
	"""`options` is the DocType of a link, or the choices of a Select as far as they are known."""

	fieldname: str
	label: str = ""
	fieldtype: str = "Data"
	options: str | tuple[str, ...] = ()
	required: bool = False
	default: Any = None


@dataclass(frozen=True)
class ReportFilters:
	"""`complete`: there are no others."""

	filters: Mapping[str, ReportFilter] = field(default_factory=dict)
	complete: bool = False
	is_tree: bool = False
	parent_field: str | None = None


def filters_of(report: Report) -> ReportFilters:
	"""What can be told of the filters of a query or script report.

	They stand in the Report itself, in its script for the desk, and as parameters in a query.
	"""
	text = query_report().get_script(report.doc.name)["script"] or ""
	own = "".join(text.splitlines()[:1]).strip() != f"frappe.query_reports['{report.doc.name}']={{}}"
	shared = script.shared_scripts(text)
	facts = script.read("\n".join([text, *(_shared_script(app, file) for app, file in shared)]))
	found = {row["fieldname"]: _from_script(row) for row in facts.filters}
	found |= {row.fieldname: _from_row(row) for row in report.doc.filters}
	complete = facts.complete or (not own and bool(report.doc.filters))
	if report.doc.report_type == "Query Report":
		parameters = dict.fromkeys(PARAMETER.findall(report.doc.query or ""))
		found |= {name: ReportFilter(name, name, required=True) for name in parameters if name not in found}
		complete = complete or not own
	return ReportFilters(
		{name: f for name, f in found.items() if f.fieldtype not in NOT_FILTERS and name not in RESERVED},
		complete,
		facts.is_tree,
		facts.parent_field,
	)


def checked(given: Mapping[str, Any], report: Report, known: ReportFilters) -> dict[str, Any]:
	"""The filters that a report is run with: what the caller gives, and the defaults of the desk for what he does not.

	:param given: by fieldname; null and an empty text switch a default off
	:raises InvalidArguments: an unknown filter, a value that it can't have, or a required one is missing
	"""
	filters: dict[str, Any] = {name: value_of(f.default) for name, f in known.filters.items()}
	filters |= _saved_with(report)
	for name, value in given.items():
		if name not in known.filters and (known.complete or not name.isidentifier() or name in RESERVED):
			raise InvalidArguments(
				f"filters: this report has no filter {clean(name, 60)}.",
				f"Its filters: {', '.join(known.filters) or 'none'}.",
			)
		filters[name] = value
	filters = {
		name: _value(known.filters.get(name) or ReportFilter(name), value)
		for name, value in filters.items()
		if value not in (None, "", [])
	}
	missing = [name for name, f in known.filters.items() if f.required and name not in filters]
	if missing:
		raise InvalidArguments(
			f"filters: this report needs {', '.join(missing)}.",
			"get_report_info tells its filters.",
			missing=missing,
		)
	for name, value in filters.items():
		_check_link(known.filters.get(name), value)
	return filters


def _shared_script(app: str, file: str) -> str:
	"""The script of an app that defines what a report's script takes over: `public/js/{file}.js`."""
	if app not in frappe.get_installed_apps():
		return ""
	path = frappe.get_app_path(app, "public", "js", f"{file}.js")
	return (frappe.read_file(path) or "") if os.path.exists(path) else ""


def _from_script(row: Mapping[str, Any]) -> ReportFilter:
	fieldtype = row.get("fieldtype") or "Data"
	default = row.get("default")
	if isinstance(default, list) and fieldtype not in LISTS:
		# `default: ["Fiscal Year"]` of a Select.
		default = default[0] if len(default) == 1 else None
	elif default is None and row.get("reqd") and row.get("options") == "Fiscal Year":
		# The desk fills it in after the list was made.
		default = Call("erpnext.utils.get_fiscal_year", ())
	return ReportFilter(
		fieldname=row["fieldname"],
		label=str(row.get("label") or ""),
		fieldtype=fieldtype,
		options=_options(fieldtype, row.get("options")),
		# One that depends on others is asked for only together with them, which only the desk can tell.
		required=bool(row.get("reqd")) and "depends_on" not in row,
		default=default,
	)


def _from_row(row) -> ReportFilter:
	return ReportFilter(
		fieldname=row.fieldname,
		label=row.label or "",
		fieldtype=row.fieldtype or "Data",
		options=_options(row.fieldtype, row.options),
		required=bool(row.mandatory),
		default=row.default or None,
	)


def _options(fieldtype: str, options: Any) -> str | tuple[str, ...]:
	if fieldtype == "Select":
		choices = options.split("\n") if isinstance(options, str) else options
		if not isinstance(choices, list):
			return ()
		values = [c.get("value") if isinstance(c, dict) else c for c in choices]
		return tuple(str(v) for v in values) if all(isinstance(v, str | int) for v in values) else ()
	return options if fieldtype in ("Link", *LISTS) and isinstance(options, str) else ()


def _saved_with(report: Report) -> dict[str, Any]:
	"""The filters that a custom report was saved with."""
	saved = report.doc.get("custom_filters")
	return dict(saved) if isinstance(saved, dict) else {}


def _value(df: ReportFilter, value: Any) -> Any:
	"""A value of a filter as the desk would send it."""
	name, fieldtype = df.fieldname, df.fieldtype
	if isinstance(value, list):
		if fieldtype == "DateRange" and len(value) == 2:
			return [_date(name, v) for v in value]
		if fieldtype in (LISTS | {"Data"}) and len(value) <= MAX_LIST:
			return [_plain(name, v) for v in value]
		raise InvalidArguments(f"filters: {name} is a single value.")
	value = _plain(name, value)
	if fieldtype in LISTS:
		return [value]
	if fieldtype == "Check":
		if value not in (0, 1, "0", "1"):
			raise InvalidArguments(f"filters: {name} is 0 or 1.")
		return int(value)
	if fieldtype == "Int" or fieldtype in NUMBERS:
		return _number(name, value, whole=fieldtype == "Int")
	if fieldtype == "Date":
		return _date(name, value)
	if fieldtype == "Datetime":
		return _moment(name, value)
	if fieldtype == "Select" and df.options and str(value) not in df.options:
		raise InvalidArguments(
			f"filters: {name} is one of {', '.join(o for o in df.options if o)}.", allowed=list(df.options)
		)
	return value if fieldtype == "Data" or not isinstance(value, bool) else int(value)


def _plain(name: str, value: Any) -> Any:
	"""A text or a number: an object could be an operator where a report puts its filters into a query."""
	fits = isinstance(value, str | bool | int) and len(str(value)) <= MAX_TEXT
	if fits or (isinstance(value, float) and math.isfinite(value)):
		return value
	raise InvalidArguments(f"filters: {name} is a text, a number or an array of these.")


def _number(name: str, value: Any, whole: bool) -> Any:
	try:
		number = float(value)
	except ValueError:
		number = math.nan
	if not math.isfinite(number) or (whole and not number.is_integer()):
		raise InvalidArguments(f"filters: {name} is a {'whole ' if whole else ''}number.")
	return int(number) if whole else number


def _date(name: str, value: Any) -> str:
	try:
		if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value):
			return str(getdate(value))
	except Exception:  # frappe.utils raises whatever its parser does
		frappe.clear_last_message()
	raise InvalidArguments(f"filters: {name} is a date, YYYY-MM-DD.")


def _moment(name: str, value: Any) -> str:
	try:
		if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value):
			return str(get_datetime(value))
	except Exception:
		frappe.clear_last_message()
	raise InvalidArguments(f"filters: {name} is a date and time, YYYY-MM-DD HH:MM:SS.")


def _check_link(df: ReportFilter | None, value: Any) -> None:
	"""As `query_report.validate_filters_permissions`, which v15 has for the Report's own rows only and whose words tell
	what there is (T43).

	:raises InvalidArguments: there is no such document, or the user can't see it: one answer for both
	"""
	if df is None or df.fieldtype != "Link" or not isinstance(df.options, str):
		return
	messages = len(frappe.local.message_log)
	try:
		if any(frappe.has_permission(df.options, ptype, doc=value) for ptype in ("read", "select")):
			return
	except (frappe.DoesNotExistError, frappe.PermissionError, ImportError):
		pass
	finally:
		del frappe.local.message_log[messages:]
	raise InvalidArguments(f"filters: there is no such {df.options} for you in {df.fieldname}.")
