"""Keeps the sample app off sites that have the real thing."""

import frappe


def before_install() -> None:
	"""Refuse next to ERPNext: both define Customer, Sales Invoice and the rest."""
	if "erpnext" in frappe.get_installed_apps():
		frappe.throw("demo_erp can't be installed next to erpnext: its doctypes have the same names.")
