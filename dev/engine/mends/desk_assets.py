"""The list of the Desk's bundles is read whenever it is asked for: what `python -m dev.engine.desk` has built meanwhile counts
at the next page, without a restart. A bench in developer mode does the same; without it, the list is cached until `bench build`."""

from typing import Any

from dev.engine.rebind import rebind


def apply() -> None:
	import frappe

	def get_assets_json() -> dict[str, Any]:
		return {
			bundle: url
			for name in ("assets.json", "assets-rtl.json")
			for bundle, url in frappe.parse_json(frappe.read_file(f"assets/{name}") or "{}").items()
		}

	rebind("frappe.utils", get_assets_json)
