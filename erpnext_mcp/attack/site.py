"""What the attacks have to know of the site to find something to try: reports, files, users, keys. As Administrator; nothing of
it is told."""

from typing import Any

import frappe

ENTRY = "MCP Audit Entry"
PROFILE = "MCP Permission Profile"
AT_ONCE = 500


def as_now() -> None:
	"""What is read from now on is as new as now."""
	frappe.db.rollback()


def values_of(doctype: str, name: str) -> tuple[str, str]:
	"""All that a document and its rows hold now, as one text, and who has changed it last; empty where there is none."""
	as_now()
	try:
		doc = frappe.get_doc(doctype, name)
	except frappe.DoesNotExistError:
		frappe.clear_messages()
		return "", ""
	return str(doc.as_dict()), doc.modified_by


def reports() -> list[str]:
	return frappe.get_all("Report", filters={"disabled": 0}, pluck="name", order_by="name asc", limit=300)


def files_of(doctype: str) -> list[Any]:
	"""`{name, file_url, attached_to_name, attached_to_field}` of the newest."""
	return frappe.get_all(
		"File",
		filters={"attached_to_doctype": doctype, "is_folder": 0},
		fields=["name", "file_url", "attached_to_name", "attached_to_field"],
		order_by="creation desc",
		limit=50,
	)


def disabled_users() -> list[str]:
	return frappe.get_all("User", filters={"enabled": 0}, pluck="name", order_by="name asc", limit=2)


def without_profile(named: frozenset[str]) -> list[str]:
	"""Administrator and enabled System Managers to whom no profile applies, by the rows of the profiles.

	:param named: users whom a profile names
	"""
	roles = {
		row.role
		for row in frappe.get_all("MCP Profile Role", filters={"parenttype": PROFILE}, fields=["role"])
	}
	has_default = bool(setting("default_profile"))
	managers = frappe.get_all(
		"Has Role",
		filters={"role": "System Manager", "parenttype": "User"},
		pluck="parent",
		order_by="parent asc",
		limit=200,
	)
	enabled = frappe.get_all(
		"User", filters={"enabled": 1, "name": ["in", ["Administrator", *managers]]}, pluck="name"
	)
	return [
		user
		for user in enabled
		if user not in named
		# Administrator has every role, and is taken for none of them.
		and (user == "Administrator" or not (has_default or roles.intersection(frappe.get_roles(user))))
	]


def setting(fieldname: str) -> Any:
	"""Of MCP Gateway Settings."""
	return frappe.db.get_single_value("MCP Gateway Settings", fieldname)


def api_key(user: str) -> str:
	"""The public half of a user's key; empty where he has none."""
	return frappe.db.get_value("User", user, "api_key") or ""


def entries(names: list[str]) -> list[Any]:
	"""Audit entries, all columns."""
	as_now()
	found: list[Any] = []
	for start in range(0, len(names), AT_ONCE):
		found += frappe.get_all(
			ENTRY, filters={"name": ["in", names[start : start + AT_ONCE]]}, fields=["*"], limit=AT_ONCE
		)
	return found
