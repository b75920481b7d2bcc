"""Several apps on one site. The wheel took them out: its lists of apps, modules and hooks name `frappe` only.

`sites/apps.txt` says which apps the bench has, the global default `installed_apps` which of them the site has, as upstream.
"""

import inspect
import json
import os
import types
from typing import Any

from dev.engine.edit import Edit
from dev.engine.rebind import rebind

# Loops over the installed apps, or over ["frappe"], whose hook look-ups lost the name of the app.
EDITS = [
	Edit("boot.py", 'for app_name in ["frappe"]:', "for app_name in frappe.get_installed_apps():"),
	Edit("boot.py", 'for app in ["frappe"]:', "for app in frappe.get_installed_apps():"),
	*(
		Edit(
			"boot.py", f'frappe.get_hooks("{hook}")', f'frappe.get_hooks("{hook}", app_name=app_name)', count
		)
		for hook, count in (("add_to_apps_screen", 1), ("app_title", 1), ("app_home", 1), ("app_logo_url", 1))
	),
	Edit(
		"utils/change_log.py", "app_hooks = frappe.get_hooks()", "app_hooks = frappe.get_hooks(app_name=app)"
	),
	Edit(
		"apps.py",
		'app_details = frappe.get_hooks("add_to_apps_screen")\n\t\tif not len',
		'app_details = frappe.get_hooks("add_to_apps_screen", app_name=app)\n\t\tif not len',
	),
	Edit(
		"desk/doctype/desktop_icon/desktop_icon.py",
		'app_title = frappe.get_hooks("app_title")[0]\n\t\tapp_details = frappe.get_hooks("add_to_apps_screen")',
		'app_title = frappe.get_hooks("app_title", app_name=a)[0]\n'
		'\t\tapp_details = frappe.get_hooks("add_to_apps_screen", app_name=a)',
	),
	Edit(
		"desk/doctype/desktop_icon/desktop_icon.py",
		'app_title = frappe.get_hooks("app_title")[0]\n\t\t\t\tapp_icon',
		'app_title = frappe.get_hooks("app_title", app_name=app_name)[0]\n\t\t\t\tapp_icon',
	),
]

_KEEP_DEFAULT_LIST = "_KEEP_DEFAULT_LIST"


def apply() -> None:
	import frappe
	from frappe.utils.caching import request_cache

	def get_all_apps(with_internal_apps: bool = True, sites_path: str | None = None) -> list[str]:
		sites_path = sites_path or getattr(frappe.local, "sites_path", ".")
		apps = frappe.get_file_items(os.path.join(sites_path, "apps.txt"), raise_not_found=True)
		return ["frappe", *(app for app in apps if app != "frappe")]

	@request_cache
	def get_installed_apps(*, _ensure_on_bench: bool = False) -> list[str]:
		if getattr(frappe.flags, "in_install_db", True):
			return []
		if not getattr(frappe.local, "db", None):
			frappe.connect()
		installed = json.loads(frappe.db.get_global("installed_apps") or "[]")
		if _ensure_on_bench:
			on_bench = get_all_apps()
			installed = [app for app in installed if app in on_bench]
		return installed

	def get_app_path(app_name: str, *joins: str) -> str:
		return frappe.get_pymodule_path(app_name, *joins)

	def get_app_source_path(app_name: str, *joins: str) -> str:
		return frappe.get_pymodule_path(app_name, "..", *joins)

	def get_module_list(app_name: str = "frappe") -> list[str]:
		return frappe.get_file_items(get_app_path(app_name, "modules.txt"))

	def setup_module_map(include_all_apps: bool = True) -> None:
		app_modules = frappe.cache.get_value("app_modules")
		if not app_modules:
			app_modules = {
				app: [frappe.scrub(module) for module in get_module_list(app)] for app in get_all_apps()
			}
			frappe.cache.set_value("app_modules", app_modules)
		frappe.local.app_modules = app_modules
		frappe.local.module_app = {module: app for app, modules in app_modules.items() for module in modules}

	def _load_app_hooks(app_name: str | None = None) -> dict[str, Any]:
		hooks: dict[str, Any] = {}
		for app in [app_name] if app_name else get_installed_apps(_ensure_on_bench=True):
			for key, value in inspect.getmembers(frappe.get_module(f"{app}.hooks"), _is_hook):
				if not key.startswith("_"):
					frappe.append_hook(hooks, key, value)
		return hooks

	def get_hooks(
		hook: str | None = None, default: Any = _KEEP_DEFAULT_LIST, app_name: str | None = None
	) -> Any:
		if app_name:
			hooks = _load_app_hooks(app_name)
		elif frappe.local.conf.developer_mode:
			hooks = request_cache(_load_app_hooks)()
		else:
			hooks = frappe.client_cache.get_value("app_hooks")
			if hooks is None:
				hooks = _load_app_hooks()
				frappe.client_cache.set_value("app_hooks", hooks)
		if hook:
			return hooks.get(hook, [] if default == _KEEP_DEFAULT_LIST else default)
		return frappe._dict(hooks)

	for function in (
		get_all_apps,
		get_installed_apps,
		get_app_path,
		get_app_source_path,
		get_module_list,
		setup_module_map,
		_load_app_hooks,
		get_hooks,
	):
		rebind("frappe", function)


def _is_hook(value: Any) -> bool:
	return not isinstance(value, types.ModuleType | types.FunctionType | type)
