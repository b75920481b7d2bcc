"""The small world that the tests live in: users, roles, customers and profiles with the names and fields that ERPNext
and the demo app have in common. Made once per run and taken away after it on a real bench."""

import frappe
from frappe.permissions import add_permission, reset_perms

READER = "mcp.reader@example.com"
"""Sales User who may see one territory."""
MASTER = "mcp.master@example.com"
"""Sees all territories and permission level 1."""
NOBODY = "mcp.nobody@example.com"
"""No role, no profile."""
STRANGER = "mcp.stranger@example.com"
"""All the roles of READER, but no profile."""
PASSWORD = "Zx9!kqpw-mcp"

NORTH, SOUTH = "MCP North", "MCP South"
ALPHA = "MCP Alpha"
ARABIC = "MCP شركة النور"
ODD = "MCP Odd / 100% #1? Ltd"
HIDDEN = "MCP Hidden"
NORTHERN = (ALPHA, ARABIC, ODD)
LAST_SEEN = "mcp_last_seen"
"""A custom field of Customer, of a name that v15 drops from lists."""
SECRET = "mcp_secret"
"""A custom field of Customer on a permission level that only MASTER's role opens."""
ROW_SECRET = "mcp_row_secret"
"""The same in the rows of Customer's table credit_limits."""
SECRET_LEVEL = 3
SECRET_VALUE = "secret 4711.5"
CUSTOM_FIELDS = (
	("Customer", LAST_SEEN, "Data", 0),
	("Customer", SECRET, "Data", SECRET_LEVEL),
	("Customer Credit Limit", ROW_SECRET, "Data", SECRET_LEVEL),
)

LIMITS = ("reads_per_minute", "reads_per_hour", "writes_per_minute", "writes_per_hour", "rows_per_hour")
"""Switched off: tests make more calls a minute than agents do. Those of limits set what they need."""

PROFILE = "MCP Test Sales"
RULES = {
	"Customer": ("select", "read", "create", "update"),
	"Territory": ("read",),
	"Sales Order": ("read",),
	"Selling Settings": ("read",),
}


def build() -> None:
	"""Makes everything that is missing and commits."""
	frappe.set_user("Administrator")
	company = _company()
	for doctype, fieldname, fieldtype, level in CUSTOM_FIELDS:
		_insert(
			"Custom Field",
			f"{doctype}-{fieldname}",
			dt=doctype,
			fieldname=fieldname,
			label=fieldname,
			fieldtype=fieldtype,
			permlevel=level,
		)
	add_permission("Customer", "Sales Master Manager", SECRET_LEVEL)
	for territory in (NORTH, SOUTH):
		_insert(
			"Territory", territory, territory_name=territory, parent_territory=_root("Territory"), is_group=0
		)
	for customer in (*NORTHERN, HIDDEN):
		_insert(
			"Customer",
			customer,
			customer_name=customer,
			customer_type="Company",
			customer_group=_leaf("Customer Group"),
			mcp_last_seen="yesterday",
			mcp_secret=SECRET_VALUE,
			territory=SOUTH if customer == HIDDEN else NORTH,
			credit_limits=[{"company": company, "credit_limit": 4711.5, ROW_SECRET: SECRET_VALUE}],
		)
	make_user(READER, "Sales User")
	make_user(MASTER, "Sales User", "Sales Manager", "Sales Master Manager")
	make_user(STRANGER, "Sales User")
	make_user(NOBODY)
	if not frappe.db.exists("User Permission", {"user": READER, "allow": "Territory"}):
		frappe.get_doc(
			{"doctype": "User Permission", "user": READER, "allow": "Territory", "for_value": NORTH}
		).insert()
	frappe.delete_doc_if_exists("MCP Permission Profile", PROFILE)
	profile(PROFILE, users=(READER, MASTER), rules=RULES)
	_set_limits(dict.fromkeys(LIMITS, 0))
	frappe.db.commit()


def destroy() -> None:
	"""Takes everything away again; what somebody else linked to stays."""
	frappe.set_user("Administrator")
	frappe.db.rollback()
	for name in frappe.get_all(
		"MCP Permission Profile", filters={"name": ("like", "MCP Test%")}, pluck="name"
	):
		frappe.delete_doc("MCP Permission Profile", name)
	for name in frappe.get_all("User Permission", filters={"user": READER}, pluck="name"):
		frappe.delete_doc("User Permission", name)
	for customer in (*NORTHERN, HIDDEN):
		frappe.delete_doc_if_exists("Customer", customer, force=True)
	for territory in (NORTH, SOUTH):
		frappe.delete_doc_if_exists("Territory", territory, force=True)
	for user in (READER, MASTER, STRANGER, NOBODY):
		frappe.delete_doc_if_exists("User", user, force=True)
	for doctype, fieldname, _, _ in CUSTOM_FIELDS:
		frappe.delete_doc_if_exists("Custom Field", f"{doctype}-{fieldname}")
	reset_perms("Customer")
	_set_limits(dict(_limits_before))
	frappe.db.commit()


_limits_before: dict[str, int] = {}


def _set_limits(values: dict[str, int]) -> None:
	settings = frappe.get_doc("MCP Gateway Settings")
	_limits_before.update({name: settings.get(name) for name in LIMITS})
	settings.update(values)
	settings.save()


def profile(name: str, *, users=(), roles=(), rules=None, **values):
	"""A saved profile; the caller commits."""
	return frappe.get_doc(
		{
			"doctype": "MCP Permission Profile",
			"profile_name": name,
			"users": [{"user": user} for user in users],
			"roles": [{"role": role} for role in roles],
			"doctype_rules": [
				{"document_type": doctype, **{f"can_{o}": 1 for o in operations}}
				for doctype, operations in (rules or {}).items()
			],
			**values,
		}
	).insert()


def api_key(user: str) -> str:
	"""The Authorization header of a user; makes a key where there is none, and commits."""
	frappe.set_user("Administrator")
	doc = frappe.get_doc("User", user)
	secret = doc.get_password("api_secret", raise_exception=False) if doc.api_key else None
	if not secret:
		secret = frappe.generate_hash(length=15)
		doc.api_key = doc.api_key or frappe.generate_hash(length=15)
		doc.api_secret = secret
		doc.save()
		frappe.db.commit()
	return f"token {doc.api_key}:{secret}"


def _insert(doctype: str, docname: str, **values) -> None:
	if not frappe.db.exists(doctype, docname):
		frappe.get_doc({"doctype": doctype, **values}).insert()


def make_user(email: str, *roles: str) -> None:
	if frappe.db.exists("User", email):
		return
	user = frappe.get_doc(
		{
			"doctype": "User",
			"email": email,
			"first_name": email.split("@")[0],
			"send_welcome_email": 0,
			"new_password": PASSWORD,
			"roles": [{"role": role} for role in roles],
		}
	)
	user.flags.no_welcome_mail = True
	user.insert()


def _root(doctype: str) -> str:
	return frappe.get_all(doctype, filters={"is_group": 1}, order_by="lft asc", pluck="name", limit=1)[0]


def _leaf(doctype: str) -> str:
	return frappe.get_all(doctype, filters={"is_group": 0}, order_by="lft asc", pluck="name", limit=1)[0]


def _company() -> str:
	return frappe.get_all("Company", order_by="name asc", pluck="name", limit=1)[0]
