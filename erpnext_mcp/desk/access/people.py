"""Reads who there is: enabled users with their roles and what they could connect with. One query for each, whoever asks
for how many."""

import frappe

from erpnext_mcp.desk.access.matrix import Person
from erpnext_mcp.policy import binding
from erpnext_mcp.policy.profile import Profile


def people(profiles: tuple[Profile, ...]) -> list[Person]:
	"""The enabled users by name, with those of their roles that a profile names."""
	roles = _roles({role for p in profiles for role in p.roles})
	keys = {c.user: c.name for c in binding.api_keys()}
	clients = clients_by_user()
	return [
		Person(
			row.name,
			row.full_name or "",
			row.user_image or "",
			# Administrator has every role.
			frozenset(role for p in profiles for role in p.roles)
			if row.name == "Administrator"
			else frozenset(roles.get(row.name, ())),
			keys.get(row.name, ""),
			frozenset(clients.get(row.name, ())),
		)
		for row in frappe.get_all(
			"User", filters={"enabled": 1}, fields=["name", "full_name", "user_image"], order_by="name asc"
		)
		if row.name != "Guest"
	]


def clients_by_user() -> dict[str, set[str]]:
	"""The OAuth clients that have a token of each user which is not revoked; one past its time can mostly be refreshed."""
	token = frappe.qb.DocType("OAuth Bearer Token")
	found: dict[str, set[str]] = {}
	for user, client in (
		frappe.qb.from_(token)
		.select(token.user, token.client)
		.distinct()
		.where((token.status == "Active") & token.user.isnotnull() & token.client.isnotnull())
		.run()
	):
		found.setdefault(user, set()).add(client)
	return found


def names_of_clients() -> dict[str, str]:
	"""What OAuth clients are called, by their id."""
	rows = frappe.get_all("OAuth Client", fields=["name", "app_name"])
	return {row.name: row.app_name or row.name for row in rows}


def _roles(named: set[str]) -> dict[str, set[str]]:
	found: dict[str, set[str]] = {}
	if named:
		for row in frappe.get_all(
			"Has Role",
			filters={"parenttype": "User", "role": ("in", sorted(named))},
			fields=["parent", "role"],
		):
			found.setdefault(row.parent, set()).add(row.role)
	return found
