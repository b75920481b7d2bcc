"""What is measured on: a restricted user with a profile, a thousand customers, an invoice with rows. For any site with ERPNext, and
for the demo app, which has the same names."""

from typing import Any

import frappe
from frappe.utils import nowdate

USER = "mcp.benchmark@example.com"
"""Sales User and Accounts User, within one territory."""
PROFILE = "MCP Benchmark"
PREFIX = "MCP Benchmark "
TERRITORY = "MCP Benchmark"
"""Of its customers and its invoice: what others do on the site is not seen there."""
CUSTOMERS = 1000
ROWS = 10
"""Of the invoice."""
LISTED = ["name", "customer_name", "customer_group", "territory", "customer_type", "modified"]
COUNTED = [["customer_type", "=", "Company"]]

LIMITS = (
	"reads_per_minute",
	"reads_per_hour",
	"rows_per_hour",
	"client_reads_per_minute",
	"client_reads_per_hour",
)
PLENTY = 1_000_000_000
"""A limit that is counted and never reached."""
AUDIT = {"log_reads": 1, "text_log": 1}

READ = (
	"Customer",
	"Sales Invoice",
	"Sales Order",
	"Quotation",
	"Item",
	"Item Group",
	"Customer Group",
	"Territory",
	"Currency",
	"UOM",
	"Company",
	"Price List",
)
RESTRICTED = (
	("Customer", "", "tax_id"),
	("Customer", "", "website"),
	("Customer", "", "mobile_no"),
	("Customer", "", "customer_details"),
	("Sales Invoice", "", "commission_rate"),
	("Sales Invoice", "", "total_commission"),
	("Sales Invoice", "", "contact_email"),
	("Sales Invoice", "items", "incoming_rate"),
)
MASKED = (("Customer", "market_segment"), ("Sales Invoice", "remarks"))

_settings_before: dict[str, Any] = {}


class WorldProblem(Exception):
	"""The site lacks what is measured on."""


def build() -> dict[str, Any]:
	"""Makes all of it and commits: who calls, and what he asks for."""
	frappe.set_user("Administrator")
	_territory()
	_customers()
	make_restricted_user(USER)
	invoice = _invoice()
	_profile()
	_settings()
	frappe.db.commit()
	return {
		"authorization": api_key(USER),
		"listed": LISTED,
		"counted": COUNTED,
		"invoice": invoice,
		"invoice_rows": ROWS,
	}


def destroy() -> None:
	"""Takes it away again and commits; audit entries stay, nobody can delete them."""
	frappe.set_user("Administrator")
	for name in frappe.get_all("MCP Permission Profile", {"name": ("like", f"{PROFILE}%")}, pluck="name"):
		frappe.delete_doc("MCP Permission Profile", name)
	for name in frappe.get_all("Sales Invoice", {"po_no": PROFILE}, pluck="name"):
		frappe.delete_doc("Sales Invoice", name, force=True)
	for name in frappe.get_all("User Permission", {"user": ("like", "mcp.benchmark%")}, pluck="name"):
		frappe.delete_doc("User Permission", name)
	for user in frappe.get_all("User", {"name": ("like", "mcp.benchmark%")}, pluck="name"):
		frappe.delete_doc("User", user, force=True)
	frappe.db.delete("Customer", {"name": ("like", f"{PREFIX}%")})
	frappe.delete_doc_if_exists("Territory", TERRITORY, force=True)
	if _settings_before:
		settings = frappe.get_doc("MCP Gateway Settings")
		settings.update(_settings_before)
		settings.save()
	frappe.db.commit()


def about() -> dict[str, str]:
	"""What the site runs on."""
	import platform

	from frappe.utils.change_log import get_versions

	versions = {app: found["version"] for app, found in get_versions().items()}
	database = frappe.db.sql("select version()")[0][0]
	flush = frappe.db.sql("select @@innodb_flush_log_at_trx_commit")[0][0]
	return {
		"python": platform.python_version(),
		"database": f"MariaDB {database}",
		"flush_log_at_commit": str(flush),
		**versions,
	}


def make_user(email: str, *roles: str) -> None:
	"""A user with these roles; no mail is sent."""
	user = frappe.get_doc(
		{
			"doctype": "User",
			"email": email,
			"first_name": "MCP Benchmark",
			"send_welcome_email": 0,
			"roles": [{"role": role} for role in roles],
		}
	)
	user.flags.no_welcome_mail = True
	user.insert()


def make_restricted_user(email: str) -> None:
	"""Sales User and Accounts User, within the territory."""
	make_user(email, "Sales User", "Accounts User")
	frappe.get_doc(
		{"doctype": "User Permission", "user": email, "allow": "Territory", "for_value": TERRITORY}
	).insert()


def api_key(user: str) -> str:
	"""The Authorization header of a user, who gets a key. Commits."""
	doc = frappe.get_doc("User", user)
	secret = frappe.generate_hash(length=15)
	doc.api_key, doc.api_secret = frappe.generate_hash(length=15), secret
	doc.save()
	frappe.db.commit()
	return f"token {doc.api_key}:{secret}"


def bulk_copies(doctype: str, name: str, names: list[str]) -> None:
	"""Rows of a DocType that are like one of it but for their names, written past its controller."""
	columns = [column for column in frappe.db.get_table_columns(doctype) if column != "name"]
	row = frappe.db.get_value(doctype, name, columns)
	frappe.db.bulk_insert(doctype, ["name", *columns], [(new, *row) for new in names], chunk_size=1000)


def _territory() -> None:
	root = frappe.get_all("Territory", filters={"is_group": 1}, order_by="lft asc", pluck="name", limit=1)
	frappe.get_doc(
		{"doctype": "Territory", "territory_name": TERRITORY, "parent_territory": root[0], "is_group": 0}
	).insert()


def _customers() -> None:
	first = frappe.get_doc(
		{
			"doctype": "Customer",
			"customer_name": f"{PREFIX}0000",
			"customer_type": "Company",
			"customer_group": _leaf("Customer Group"),
			"territory": TERRITORY,
		}
	).insert()
	if first.name != f"{PREFIX}0000":
		frappe.rename_doc("Customer", first.name, f"{PREFIX}0000", force=True)
	bulk_copies("Customer", f"{PREFIX}0000", [f"{PREFIX}{i:04d}" for i in range(1, CUSTOMERS)])


def _invoice() -> str:
	"""A draft like the site's first submitted one, with more rows."""
	found = frappe.get_all(
		"Sales Invoice", {"docstatus": 1, "is_return": 0}, pluck="name", order_by="name asc", limit=1
	)
	if not found:
		raise WorldProblem("the site has no submitted Sales Invoice to make one like it")
	doc = frappe.copy_doc(frappe.get_doc("Sales Invoice", found[0]))
	doc.update({"posting_date": nowdate(), "due_date": nowdate(), "territory": TERRITORY, "po_no": PROFILE})
	# Else it is the time of the insert to the microsecond, which the app doesn't tell.
	doc.update({"set_posting_time": 1, "posting_time": "12:30:00"})
	if doc.meta.has_field("payment_schedule"):
		doc.update({"payment_schedule": [], "payment_terms_template": None})
	row = {
		key: value
		for key, value in doc.items[0].as_dict().items()
		if key not in ("name", "idx", "parent", "parentfield", "parenttype")
	}
	for link in ("sales_order", "so_detail", "delivery_note", "dn_detail"):
		row[link] = None
	doc.set("items", [dict(row) for _ in range(ROWS)])
	doc.insert()
	return doc.name


def _profile() -> None:
	profile = frappe.get_doc(
		{
			"doctype": "MCP Permission Profile",
			"profile_name": PROFILE,
			"users": [{"user": USER}],
			"doctype_rules": [
				{
					"document_type": doctype,
					"can_read": 1,
					"row_filter": '{"disabled": 0}' if doctype == "Customer" else None,
				}
				for doctype in READ
			],
			"field_rules": [
				*(
					{"document_type": d, "table_field": t, "fieldname": f, "rule": "Restricted"}
					for d, t, f in RESTRICTED
				),
				*(
					{"document_type": d, "fieldname": f, "rule": "Masked", "mask_style": "Full"}
					for d, f in MASKED
				),
			],
		}
	)
	profile.insert()


def _settings() -> None:
	settings = frappe.get_doc("MCP Gateway Settings")
	wanted = {**dict.fromkeys(LIMITS, PLENTY), **AUDIT, "enabled": 1, "read_only": 0}
	_settings_before.update({name: settings.get(name) for name in wanted})
	settings.update(wanted)
	settings.save()


def _leaf(doctype: str) -> str:
	return frappe.get_all(doctype, filters={"is_group": 0}, order_by="lft asc", pluck="name", limit=1)[0]
