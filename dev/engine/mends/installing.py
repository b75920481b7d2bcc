"""Installing and uninstalling apps. The wheel's `install_app()` refuses every app but `frappe`, and `remove_app()` does nothing.

What happens, and in which order, is upstream's: required apps, hooks before, modules and DocTypes, the app into the list, hooks after,
then jobs, fixtures, customizations and dashboards.
"""

import json

from dev.engine.rebind import rebind


def apply() -> None:
	import click
	import frappe
	from frappe import installer

	def install_app(
		name: str, verbose: bool = False, set_as_patched: bool = True, force: bool = False
	) -> None:
		from frappe.core.doctype.scheduled_job_type.scheduled_job_type import sync_jobs
		from frappe.model.module_utils import sync_customizations
		from frappe.model.sync import sync_for
		from frappe.utils.dashboard import sync_dashboards
		from frappe.utils.fixtures import sync_fixtures

		frappe.flags.in_install = name
		frappe.flags.ignore_in_install = False
		frappe.clear_cache()
		if name not in frappe.get_all_apps():
			raise Exception(f"App {name} not in apps.txt")
		if name in frappe.get_installed_apps() and not force:
			click.secho(f"App {name} already installed", fg="yellow")
			return
		hooks = frappe.get_hooks(app_name=name)
		for required in hooks.required_apps or []:
			install_app(installer.parse_app_name(required), verbose=verbose)
		frappe.flags.in_install = name
		frappe.setup_module_map()

		print(f"\nInstalling {name}...")
		for function in hooks.before_install or []:
			if frappe.get_attr(function)() is False:
				return
		for function in frappe.get_hooks("before_app_install"):
			frappe.get_attr(function)(name)
		if name != "frappe":
			installer.add_module_defs(name, ignore_if_duplicate=force)
		sync_for(name, force=force, reset_permissions=True)
		add_to_installed_apps(name)
		frappe.get_doc("Portal Settings", "Portal Settings").sync_menu()
		if set_as_patched:
			installer.set_all_patches_as_completed(name)
		for function in hooks.after_install or []:
			frappe.get_attr(function)()
		for function in frappe.get_hooks("after_app_install"):
			frappe.get_attr(function)(name)
		sync_jobs()
		sync_fixtures(name)
		sync_customizations(name)
		sync_dashboards(name)
		for function in hooks.after_sync or []:
			frappe.get_attr(function)()
		frappe.clear_cache()
		frappe.client_cache.erase_persistent_caches()
		frappe.flags.in_install = False

	def add_to_installed_apps(app_name: str, rebuild_website: bool = True) -> None:
		installed = frappe.get_installed_apps()
		if app_name not in installed:
			_save([*installed, app_name])
			if frappe.flags.in_install:
				installer.post_install(rebuild_website)

	def remove_from_installed_apps(app_name: str) -> None:
		installed = frappe.get_installed_apps()
		if app_name in installed:
			_save([app for app in installed if app != app_name])
			if frappe.flags.in_install:
				installer.post_install()

	def remove_app(
		app_name: str, dry_run: bool = False, yes: bool = False, no_backup: bool = False, force: bool = False
	) -> None:
		if app_name not in frappe.get_installed_apps() and not force:
			click.secho(f"App {app_name} not installed on Site {frappe.local.site}", fg="yellow")
			return
		for app in frappe.get_installed_apps():
			if app != app_name and app_name in frappe.get_hooks("required_apps", app_name=app):
				click.secho(f"App {app_name} is a dependency of {app}. Uninstall {app} first.", fg="yellow")
				return
		print(f"Uninstalling App {app_name} from Site {frappe.local.site}...")
		if not dry_run and not yes:
			click.confirm(
				"All doctypes (including custom), modules related to this app will be deleted. Are you sure you want to continue?",
				abort=True,
			)
		frappe.flags.in_uninstall = True
		hooks = frappe.get_hooks(app_name=app_name)
		# The hooks are called in a dry run as well, as upstream does; nothing is committed then.
		for function in hooks.before_uninstall or []:
			frappe.get_attr(function)()
		for function in frappe.get_hooks("before_app_uninstall"):
			frappe.get_attr(function)(app_name)
		modules = frappe.get_all("Module Def", filters={"app_name": app_name}, pluck="name")
		installer._delete_doctypes(installer._delete_modules(modules, dry_run=dry_run), dry_run=dry_run)
		if not dry_run:
			remove_from_installed_apps(app_name)
			frappe.get_single("Portal Settings").sync_menu()
			frappe.db.commit()
		for function in hooks.after_uninstall or []:
			frappe.get_attr(function)()
		for function in frappe.get_hooks("after_app_uninstall"):
			frappe.get_attr(function)(app_name)
		if not dry_run:
			frappe.db.commit()
			frappe.clear_cache()
		click.secho(f"Uninstalled App {app_name} from Site {frappe.local.site}", fg="green")
		frappe.flags.in_uninstall = False

	def _save(apps: list[str]) -> None:
		frappe.db.set_global("installed_apps", json.dumps(apps))
		frappe.db.commit()
		frappe.local.request_cache.clear()
		frappe.local.doc_events_hooks = None
		frappe.clear_cache()

	for function in (install_app, add_to_installed_apps, remove_from_installed_apps, remove_app):
		rebind("frappe.installer", function)
