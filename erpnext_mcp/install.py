"""What the app puts on a site beside its doctypes, and takes away with them (T59)."""

import json
from pathlib import Path

import click
import frappe
from frappe.utils import cast

from erpnext_mcp import prompts
from erpnext_mcp.audit import days, verified
from erpnext_mcp.cli import credentials
from erpnext_mcp.policy import binding, store
from erpnext_mcp.policy.release import revoke

ROLE = "MCP Administrator"
SETTINGS = "MCP Gateway Settings"
ONBOARDING_STEPS = Path(__file__).parent / "erpnext_mcp" / "onboarding_step"


def after_install() -> None:
	ensure_role()
	ensure_settings()
	add_prompts()
	let_system_managers_make_keys()


def after_migrate() -> None:
	"""Also for sites that had the app before a setting existed."""
	ensure_role()
	ensure_settings()
	for name in [p.name for p in store.read().profiles if p.restrict_to_mcp]:
		# Users and roles may have been renamed since the profile was saved.
		binding.remember(frappe.get_doc(store.PROFILE, name))


def before_uninstall() -> None:
	"""Ends every credential that is bound to MCP: without the app it would open the whole site (T72).

	`bench --site S mcp release` before uninstalling keeps them. Frappe calls this in a dry run as well, which never
	commits: nor does this.
	"""
	bound = binding.bound_credentials()
	if not bound:
		return
	dry_run = _is_dry_run()
	click.secho(
		"These credentials work with MCP only, and "
		+ ("would be revoked" if dry_run else "are revoked now")
		+ ". To keep them, run before: bench --site SITE mcp release",
		fg="yellow",
	)
	for entry in credentials.summary(bound):
		click.echo(f"  {credentials.line(entry)}")
	if not dry_run:
		revoke(bound)


def _is_dry_run() -> bool:
	"""Whether this is `bench uninstall-app --dry-run`: Frappe tells the hooks nothing, the command line knows."""
	context = click.get_current_context(silent=True)
	return bool(context and context.params.get("dry_run"))


def after_uninstall() -> None:
	"""The doctypes and their tables are gone by now; the role is not part of any module, and v15 leaves the values of a
	Single behind. Frappe has committed before and calls this in a dry run as well."""
	if "erpnext_mcp" in frappe.get_installed_apps():
		return
	frappe.db.delete("Singles", {"doctype": SETTINGS})
	_remove_from_desk()
	days.forget()
	binding.forget()
	verified.forget()
	if frappe.db.exists("Role", ROLE):
		frappe.db.delete("Has Role", {"role": ROLE})
		frappe.delete_doc("Role", ROLE, ignore_permissions=True, force=True)
	frappe.db.commit()
	frappe.clear_cache()


def _remove_from_desk() -> None:
	"""What Frappe leaves because it links to no module: steps of the onboarding; v16's sidebar and tile, with the copies of
	them that users have made for themselves."""
	steps = [json.loads(path.read_text())["name"] for path in ONBOARDING_STEPS.glob("*/*.json")]
	frappe.db.delete("Onboarding Step", {"name": ["in", steps]})
	for doctype, children in (("Workspace Sidebar", "Workspace Sidebar Item"), ("Desktop Icon", "Has Role")):
		if not (frappe.db.table_exists(doctype) and frappe.db.has_column(doctype, "app")):
			continue
		names = frappe.get_all(doctype, filters={"app": "erpnext_mcp"}, pluck="name")
		if names:
			frappe.db.delete(children, {"parent": ["in", names], "parenttype": doctype})
			frappe.db.delete(doctype, {"name": ["in", names]})


def ensure_role() -> None:
	"""The role that edits profiles and reads the audit; the doctypes' permissions name it."""
	if not frappe.db.exists("Role", ROLE):
		frappe.get_doc({"doctype": "Role", "role_name": ROLE, "desk_access": 1}).insert(
			ignore_permissions=True
		)


def add_prompts() -> None:
	"""The prompts that the app ships. Once: who deletes one does not get it back."""
	for values in prompts.shipped():
		if not frappe.db.exists("MCP Prompt", values["prompt_name"]):
			prompt = frappe.get_doc({"doctype": "MCP Prompt", **values})
			for row in prompt.arguments:
				if row.document_type and not frappe.db.exists("DocType", row.document_type):
					row.document_type = None  # a site without ERPNext
			prompt.insert(ignore_permissions=True)


def ensure_settings() -> None:
	"""Writes the defaults of the settings once, so that what applies is what the form shows."""
	stored = frappe.db.get_singles_dict(SETTINGS)
	settings = frappe.get_single(SETTINGS)
	missing = [df for df in settings.meta.fields if df.default is not None and df.fieldname not in stored]
	if missing:
		for df in missing:
			# Defaults are texts, which the controller would compare with numbers.
			settings.set(df.fieldname, cast(df.fieldtype, df.default))
		settings.save(ignore_permissions=True)


def let_system_managers_make_keys() -> None:
	"""Once, at the installation or by a patch: an administrator may empty the table, which then means nobody."""
	settings = frappe.get_single(SETTINGS)
	if not settings.key_roles:
		settings.append("key_roles", {"role": "System Manager"})
		settings.save(ignore_permissions=True)
