"""Facts of the site and of the user, as an agent needs them to act."""

from typing import Any

import frappe
from frappe.permissions import AUTOMATIC_ROLES
from frappe.utils import get_system_timezone, now

import erpnext_mcp


def site() -> str:
	return frappe.local.site


def app_version() -> str:
	return erpnext_mcp.__version__


def versions() -> dict[str, str]:
	"""`{frappe, erpnext?, erpnext_mcp}`."""
	found = {"frappe": frappe.__version__}
	if "erpnext" in frappe.get_installed_apps():
		found["erpnext"] = frappe.get_attr("erpnext.__version__")
	return found | {"erpnext_mcp": app_version()}


def user_info(user: str) -> dict[str, Any]:
	"""`{user, full_name, roles[], language, time_zone, now, default_company, default_currency}`; `now` is the site's."""
	company = frappe.defaults.get_user_default("Company", user)
	language, time_zone = frappe.db.get_value("User", user, ["language", "time_zone"])
	return {
		"user": user,
		"full_name": frappe.utils.get_fullname(user),
		"roles": sorted(set(frappe.get_roles(user)) - set(AUTOMATIC_ROLES)),
		"language": language or frappe.local.lang or "en",
		"time_zone": time_zone or get_system_timezone(),
		"now": now()[:19],
		"default_company": company,
		"default_currency": _company_currency(company) or frappe.db.get_default("currency"),
	}


def _company_currency(company: str | None) -> str | None:
	"""The currency of the user's default company, where ERPNext (or an app with its Company) is installed."""
	if company and frappe.db.exists("DocType", "Company", cache=True):
		return frappe.get_cached_value("Company", company, "default_currency")
	return None
