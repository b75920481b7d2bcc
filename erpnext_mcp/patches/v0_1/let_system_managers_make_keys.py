"""The setting "roles that may make their own key" is new: those who can make keys in Frappe may here, too."""

from erpnext_mcp import install


def execute() -> None:
	# Others of the same update may be new as well, and would be saved without their defaults.
	install.ensure_settings()
	install.let_system_managers_make_keys()
