"""Frappe's own application for gunicorn (its working directory is `sites`), of a real bench or of the embedded engine.

With DOORS_PLAIN the app's request hooks are left out: what answers then is Frappe's REST as it is without the app.
"""

import os

from dev.benchmark.doors import variables

if engine := os.environ.get(variables.ENGINE_SITE):
	from dev.engine import activate

	activate()

	from dev.engine.mends import sites

	sites.use_everywhere(engine)

import frappe

REQUEST_HOOKS = frozenset({"before_request", "after_request", "auth_hooks"})

if os.environ.get(variables.PLAIN):
	all_hooks = frappe.get_hooks

	def get_hooks(hook=None, *args, **kwargs):
		found = all_hooks(hook, *args, **kwargs)
		if hook in REQUEST_HOOKS:
			return [path for path in found if not path.startswith("erpnext_mcp.")]
		return found

	# Before the modules that bind it by name.
	frappe.get_hooks = get_hooks

import frappe.app

application = frappe.app.application
