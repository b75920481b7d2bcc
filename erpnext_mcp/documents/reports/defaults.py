"""Defaults of a report's filters that scripts compute from today, the user's defaults and the fiscal year."""

import datetime
from typing import Any

import frappe
from frappe.utils import add_days, add_months, get_first_day, get_last_day, getdate, today

from erpnext_mcp.documents.reports.javascript import Call

TODAY = frozenset({"frappe.datetime.get_today", "frappe.datetime.nowdate", "frappe.datetime.now_date"})
DEFAULTS = frozenset(
	{"frappe.defaults.get_user_default", "frappe.defaults.get_default", "frappe.defaults.get_global_default"}
)
SHIFTED = {"frappe.datetime.add_months": add_months, "frappe.datetime.add_days": add_days}


def value_of(default: Any) -> Any:
	"""What a default stands for now; None when only the desk could tell.

	:param default: a literal or a `Call`
	"""
	if not isinstance(default, Call):
		return default
	value = _called(default.function, [value_of(a) for a in default.arguments], default.index)
	return str(value) if isinstance(value, datetime.date) else value


def _called(function: str, arguments: list[Any], index: int | None) -> Any:
	day = getdate(today())
	if function == "erpnext.utils.get_fiscal_year":
		return _fiscal_year(index or 0)
	if index is not None:
		return None
	if function in TODAY:
		return day
	if function in DEFAULTS and len(arguments) == 1 and isinstance(arguments[0], str):
		return frappe.defaults.get_user_default(arguments[0])
	if function in SHIFTED and len(arguments) == 2 and isinstance(arguments[1], int) and arguments[0]:
		return SHIFTED[function](getdate(arguments[0]), arguments[1])
	return {
		"frappe.datetime.month_start": get_first_day(day),
		"frappe.datetime.month_end": get_last_day(day),
		"frappe.datetime.year_start": day.replace(month=1, day=1),
		"frappe.datetime.year_end": day.replace(month=12, day=31),
	}.get(function)


def _fiscal_year(index: int) -> Any:
	"""Name, first and last day of today's fiscal year; None without ERPNext or without such a year."""
	if "erpnext" not in frappe.get_installed_apps():
		return None
	try:
		found = frappe.get_attr("erpnext.accounts.utils.get_fiscal_year")(today(), verbose=0)
	except frappe.ValidationError:
		return None
	return found[index] if index < len(found) else None
