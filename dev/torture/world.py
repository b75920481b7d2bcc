"""The site of the torture: DocTypes, documents, users in groups, a profile for each group."""

from dataclasses import dataclass, field
from typing import Any

import frappe

from dev.torture import shapes
from dev.torture.views import GROUPS
from erpnext_mcp.tests import world, writes

ROLE = "Torture Role"
USERS_PER_GROUP = 2
CUSTOMER = "Torture Customer"
PROBE = "torture.probe@example.com"
PLENTY = 100_000_000
"""Limits that are counted but never reached."""


@dataclass(frozen=True)
class User:
	name: str
	group: str
	key: str
	"""The Authorization header."""


@dataclass
class World:
	"""What the clients need to know of the site."""

	users: list[User] = field(default_factory=list)
	"""Two of each group, group by group."""
	probe: User | None = None
	invoice: dict[str, Any] = field(default_factory=dict)
	"""The data of an invoice, without its token."""


def profile_name(group: str) -> str:
	return f"Torture {group}"


def user_name(group: str, number: int) -> str:
	return f"torture.{group}.{number}@example.com"


def build() -> World:
	"""Makes all of it, on the site this thread is connected to, and commits."""
	world.build()
	frappe.get_doc({"doctype": "Role", "role_name": ROLE}).insert()
	_doctypes()
	_accounts()
	built = World()
	for group in GROUPS:
		roles = ("Accounts User", "Accounts Manager") if group == "ledger" else (ROLE,)
		names = [user_name(group, i) for i in range(USERS_PER_GROUP)]
		for name in names:
			world.make_user(name, *roles)
		_profile(group, names)
		built.users += [User(name, group, world.api_key(name)) for name in names]
	world.make_user(PROBE, ROLE)
	_profile("probe", [PROBE])
	built.probe = User(PROBE, "probe", world.api_key(PROBE))
	customer = frappe.copy_doc(frappe.get_doc("Customer", world.ALPHA))
	customer.update({"name": None, "customer_name": CUSTOMER})
	# Whoever buys all the time would reach any other limit.
	customer.set("credit_limits", [{"company": writes.company(), "credit_limit": PLENTY}])
	built.invoice = {
		"customer": customer.insert().name,
		"company": writes.company(),
		"items": [{"item_code": writes.item(), "qty": n + 1, "rate": 10} for n in range(shapes.LINES)],
	}
	settings = frappe.get_doc("MCP Gateway Settings")
	settings.update(dict.fromkeys(world.LIMITS, PLENTY))
	settings.save()
	frappe.db.commit()
	return built


def _doctypes() -> None:
	_doctype(shapes.PART, {"share": "Int", "stamp": "Int"}, istable=1)
	_doctype(shapes.LINE, {"share": "Int", "token": "Data"}, istable=1)
	account = {"region": "Data", "token": "Data", "extra": "Data", "concealed": "Data"}
	numbers = dict.fromkeys(("balance", "left_part", "right_part", "counter"), "Int")
	_doctype(shapes.ACCOUNT, {**account, **numbers, "parts": shapes.PART}, autoname="prompt")
	order = {"token": "Data", "title": "Data", "client": "Int", "sequence": "Int", "total": "Int"}
	_doctype(shapes.ORDER, {**order, "lines": shapes.LINE}, autoname="hash")


def _doctype(name: str, fields: dict[str, str], **values: Any) -> None:
	"""
	:param fields: by name their type, or for a table the DocType of its rows
	"""
	types = ("Int", "Data")
	if not values.get("istable"):
		values["permissions"] = [{"role": ROLE, "read": 1, "write": 1, "create": 1}]
	frappe.get_doc(
		{
			"doctype": "DocType",
			"name": name,
			"module": "Custom",
			"custom": 1,
			"fields": [
				{
					"fieldname": fieldname,
					"label": fieldname,
					"fieldtype": kind if kind in types else "Table",
					"options": "" if kind in types else kind,
					"search_index": int(fieldname in ("token", "client")),
				}
				for fieldname, kind in fields.items()
			],
			**values,
		}
	).insert()


def _accounts() -> None:
	for name in shapes.account_names(("North", "South")):
		frappe.get_doc(
			{
				"doctype": shapes.ACCOUNT,
				"name": name,
				"region": shapes.region_of(name),
				"balance": shapes.BALANCE,
				"left_part": shapes.PARTS,
				"right_part": shapes.WHOLE - shapes.PARTS,
				"counter": 0,
				"extra": f"{shapes.EXTRA} of {name}",
				"concealed": f"{shapes.CONCEALED} of {name}",
				"parts": [{"share": 1, "stamp": 0}] * shapes.PARTS,
			}
		).insert()


def _profile(group: str, users: list[str]) -> None:
	"""Answers about accounts are kept in half of the groups, so that Redis loses some of them, too."""
	own = {"row_filter": '{"owner": "{{user}}"}', "can_read": 1, "can_create": 1}
	rules: list[dict[str, Any]] = [
		{
			"document_type": shapes.ACCOUNT,
			"can_read": 1,
			"can_update": 1,
			"cache_documents": int(group in ("field", "rows", "role")),
		},
		{"document_type": shapes.ORDER, **own},
	]
	if group == "ledger":
		rules = [{"document_type": shapes.INVOICE, **own, "can_submit": 1, "can_cancel": 1}]
	if group == "rows":
		rules[0]["row_filter"] = '{"region": "North"}'
	frappe.get_doc(
		{
			"doctype": "MCP Permission Profile",
			"profile_name": profile_name(group),
			"users": [{"user": user} for user in users],
			"doctype_rules": rules,
			"field_rules": [] if group == "ledger" else [hidden("concealed")],
		}
	).insert()


def hidden(fieldname: str) -> dict[str, str]:
	"""A field rule of accounts."""
	return {"document_type": shapes.ACCOUNT, "fieldname": fieldname, "rule": "Restricted"}
