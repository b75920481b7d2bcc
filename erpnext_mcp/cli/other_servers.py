"""Other MCP servers on the same site: ways to its data that no profile of ours governs."""

from collections.abc import Iterable

import frappe

OWN_APP = "erpnext_mcp"
OWN_MODULE = "ERPNext MCP"
KNOWN_APPS = frozenset({"frappe_assistant_core"})
"""Apps with an MCP server and without MCP in their name."""


def found_on_site() -> list[str]:
	"""One sentence for each that is found; empty when there is none."""
	from frappe.api import API_URL_MAP

	doctypes = frappe.get_all(
		"DocType", filters={"name": ("like", "%MCP%"), "module": ("!=", OWN_MODULE)}, pluck="name"
	)
	return warnings(
		routes=[rule.rule for rule in API_URL_MAP.iter_rules()],
		framework_off=bool(frappe.conf.get("disable_mcp_server")),
		apps=frappe.get_installed_apps(),
		doctypes=doctypes,
	)


def warnings(
	*, routes: Iterable[str], framework_off: bool, apps: Iterable[str], doctypes: Iterable[str]
) -> list[str]:
	"""What is to be said of them. Pure.

	:param routes: Frappe's own URL rules, such as `/api/method/<path:method>`
	:param framework_off: `disable_mcp_server` of the site's config
	:param doctypes: names of DocTypes that are not ours and have MCP in them
	"""
	said = []
	endpoints = sorted({route for route in routes if route.endswith("/mcp")})
	if endpoints and not framework_off:
		said.append(
			f"Frappe's own MCP endpoint is on ({', '.join(endpoints)}). Profiles don't govern it; only restricted "
			"credentials are refused there. Switch it off with: bench --site SITE set-config disable_mcp_server 1"
		)
	others = sorted(a for a in apps if a != OWN_APP and ("mcp" in a.lower() or a in KNOWN_APPS))
	if others:
		said.append(
			f"Other apps with an MCP server are installed: {', '.join(others)}. Profiles don't govern them; only "
			"restricted credentials are refused there."
		)
	if doctypes:
		said.append(f"DocTypes of another MCP server are on the site: {', '.join(sorted(doctypes))}.")
	return said
