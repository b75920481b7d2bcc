"""`migrate` over several apps: the wheel syncs and patches `frappe` only, and runs each `before_migrate` hook once per app."""

from collections.abc import Callable
from typing import Any

from dev.engine.rebind import rebind


def apply() -> None:
	import frappe
	from frappe import patches
	from frappe.model import sync

	def sync_all(force: int = 0, reset_permissions: bool = False) -> None:
		patches._patch_mode(True)
		for app in frappe.get_installed_apps():
			sync.sync_for(app, force, reset_permissions=reset_permissions)
		patches._patch_mode(False)
		frappe.clear_cache()

	def get_all_patches(patch_type: Any = None) -> list[str]:
		if patch_type and not isinstance(patch_type, patches.PatchType):
			frappe.throw(f"Unsupported patch type specified: {patch_type}")
		return [
			patch
			for app in frappe.get_installed_apps()
			for patch in patches.get_patches_from_app(app, patch_type=patch_type)
		]

	rebind("frappe.model.sync", sync_all)
	rebind("frappe.patches", get_all_patches)
	_mend_before_migrate()


def _mend_before_migrate() -> None:
	import frappe
	from frappe.migrate import SiteMigration, atomic

	def pre_schema_updates(self: Any) -> None:
		for app in frappe.get_installed_apps():
			for function in frappe.get_hooks("before_migrate", app_name=app):
				frappe.get_attr(function)()

	step: Callable = atomic(pre_schema_updates)
	SiteMigration.pre_schema_updates = step
