"""The people of the demo: their roles and what they may see."""

import frappe

from demo_erp.seeding.companies import TRADING

PASSWORD = "Demo-pass-2026!"
ANALYST = "analyst@demo.example"
SALES_NORTH = "sales.north@demo.example"
CLERK = "clerk@demo.example"
STOREKEEPER = "stock@demo.example"
MANAGER = "manager@demo.example"
VISITOR = "visitor@demo.example"
MCP_ADMIN = "admin-of-mcp@demo.example"
MCP_ROLE = "MCP Administrator"

USERS = {
	ANALYST: ("Ada", "Analyst", ("Auditor",)),
	SALES_NORTH: ("Nora", "North", ("Sales User",)),
	CLERK: ("Clara", "Clerk", ("Accounts User",)),
	STOREKEEPER: ("Stella", "Storekeeper", ("Stock User",)),
	MANAGER: ("Max", "Manager", ("Sales Manager", "Sales Master Manager")),
	VISITOR: ("Vito", "Visitor", ()),
	MCP_ADMIN: ("Mina", "Keeper", ()),
}


def run() -> None:
	# a user gets a contact, and a contact asks gravatar.com for a picture, but not in an import
	frappe.flags.in_import = True
	try:
		_make_users()
	finally:
		frappe.flags.in_import = False
	grant_mcp_administrator()
	_add_user_permissions()


def _make_users() -> None:
	for email, (first_name, last_name, roles) in USERS.items():
		if not frappe.db.exists("User", email):
			user = frappe.new_doc("User")
			user.update(
				{
					"email": email,
					"first_name": first_name,
					"last_name": last_name,
					"send_welcome_email": 0,
					"new_password": PASSWORD,
					"language": "en",
				}
			)
			user.append_roles(*roles)
			user.insert(ignore_permissions=True)


def grant_mcp_administrator(app: str | None = None) -> None:
	"""The role comes with erpnext_mcp, which may be installed later: then this is called as a hook."""
	if frappe.db.exists("Role", MCP_ROLE) and frappe.db.exists("User", MCP_ADMIN):
		frappe.get_doc("User", MCP_ADMIN).add_roles(MCP_ROLE)


def _add_user_permissions() -> None:
	for user, allow, value in ((SALES_NORTH, "Territory", "North"), (CLERK, "Company", TRADING)):
		if not frappe.db.exists("User Permission", {"user": user, "allow": allow, "for_value": value}):
			frappe.get_doc(
				doctype="User Permission", user=user, allow=allow, for_value=value, apply_to_all_doctypes=1
			).insert(ignore_permissions=True)
