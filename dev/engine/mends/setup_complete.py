"""`is_setup_complete()` asks for the table of System Settings, a Single, which has none: the desk never left the setup wizard."""

from dev.engine.rebind import rebind


def apply() -> None:
	import frappe

	def is_setup_complete() -> bool:
		return bool(frappe.db.get_single_value("System Settings", "setup_complete"))

	rebind("frappe", is_setup_complete)
