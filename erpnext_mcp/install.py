"""What the app puts on a site beside its doctypes, and takes away with them (T59)."""

import frappe

ROLE = "MCP Administrator"
SETTINGS = "MCP Gateway Settings"


def after_install() -> None:
	ensure_role()
	ensure_settings()


def after_migrate() -> None:
	"""Also for sites that had the app before a setting existed."""
	ensure_role()
	ensure_settings()


def after_uninstall() -> None:
	"""The doctypes and their tables are gone by now; the role is not part of any module, and v15 leaves the values of a
	Single behind. Frappe has committed before and calls this in a dry run as well."""
	if "erpnext_mcp" in frappe.get_installed_apps():
		return
	frappe.db.delete("Singles", {"doctype": SETTINGS})
	if frappe.db.exists("Role", ROLE):
		frappe.db.delete("Has Role", {"role": ROLE})
		frappe.delete_doc("Role", ROLE, ignore_permissions=True, force=True)
	frappe.db.commit()
	frappe.clear_cache()


def ensure_role() -> None:
	"""The role that edits profiles and reads the audit; the doctypes' permissions name it."""
	if not frappe.db.exists("Role", ROLE):
		frappe.get_doc({"doctype": "Role", "role_name": ROLE, "desk_access": 1}).insert(
			ignore_permissions=True
		)


def ensure_settings() -> None:
	"""Writes the defaults of the settings once, so that what applies is what the form shows."""
	stored = frappe.db.get_singles_dict(SETTINGS)
	settings = frappe.get_single(SETTINGS)
	missing = [df for df in settings.meta.fields if df.default is not None and df.fieldname not in stored]
	if missing:
		for df in missing:
			settings.set(df.fieldname, df.default)
		settings.save(ignore_permissions=True)
