"""The DocType that the property tests ask about: every kind of field, on two permission levels, with two tables of one kind.

A custom DocType, so that it works on any site; made once per run and taken away after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import frappe

from erpnext_mcp import compat

PARCEL, ROW, DEPOT = "MCP Test Parcel", "MCP Test Parcel Row", "MCP Test Depot"
ITEMS, EXTRAS = "items", "extras"
DEPOTS = ("Depot A", "Depot B", "Depot C")
NAMES = tuple(f"P{i:02d}" for i in range(12))

OPEN_ROLE, INSIDE_ROLE = "MCP Test Reader", "MCP Test Insider"


@dataclass(frozen=True)
class User:
	"""`inside`: may read permission level 1; `depots`: what User Permissions leave, empty for no User Permission."""

	email: str
	inside: bool = False
	depots: tuple[str, ...] = ()


USERS = (
	User("mcp.parcels.plain@example.com"),
	User("mcp.parcels.inside@example.com", inside=True),
	User("mcp.parcels.local@example.com", depots=DEPOTS[:1]),
	User("mcp.parcels.local.inside@example.com", inside=True, depots=DEPOTS[:2]),
)
OWNERS = ("Administrator", *(user.email for user in USERS[:2]))


@dataclass(frozen=True)
class Column:
	"""A field and the values that documents have in it. `level` is its permission level."""

	fieldname: str
	fieldtype: str
	values: tuple[Any, ...]
	level: int = 0
	options: str = ""
	attributes: tuple[str, ...] = ()
	"""Switches of the DocField that are on."""


TEXTS = ("alpha", "beta 4711", "gamma_%", "12345678", "delta-9876", "", None)
DATES = ("2024-01-31", "2025-06-15", "2026-12-01", None)

COLUMNS = (
	Column(
		"heading", "Data", ("alpha", "beta 4711", "gamma_%", "heading 98765432"), attributes=("in_list_view",)
	),
	Column("city", "Data", TEXTS, attributes=("in_list_view",)),
	Column("kind", "Select", ("Box", "Bag", "Letter"), options="Box\nBag\nLetter"),
	Column("depot", "Link", (*DEPOTS, None), options=DEPOT),
	Column("amount", "Currency", (0.0, 1.5, 99.99, -3.0)),
	Column("quantity", "Int", (0, 1, 5, 12)),
	Column("day", "Date", DATES),
	Column("moment", "Datetime", ("2024-01-31 08:00:00", "2025-06-15 23:59:59.000001", None)),
	Column("flag", "Check", (0, 1)),
	Column("remark", "Small Text", TEXTS),
	Column("phone", "Data", ("0049 4711", "0049 0815", "0049 1234"), attributes=("mask",)),
	Column("code", "Data", TEXTS, level=1, attributes=("in_list_view",)),
	Column("cost", "Currency", (0.0, 7.25, 1000.0), level=1),
	Column("due", "Date", DATES, level=1),
	Column(
		"keeper", "Link", (*DEPOTS, None), level=1, options=DEPOT, attributes=("ignore_user_permissions",)
	),
)
ROW_COLUMNS = (
	Column("part", "Data", TEXTS),
	Column("price", "Currency", (0.0, 2.5, 40.0)),
	Column("pieces", "Int", (0, 3, 7)),
	Column("margin", "Currency", (0.0, 0.5, 9.0), level=1),
	Column("marker", "Data", TEXTS, level=1),
)
FRAPPE_MASKED = ("phone",) if compat.MAJOR >= 16 else ()
"""Fields that Frappe itself masks for our users; v15 does not know the attribute."""
TABLES = {ITEMS: 0, EXTRAS: 1}
"""Tables of `ROW`s and their permission levels."""

STANDARD = (
	Column("owner", "Data", OWNERS),
	Column(
		"creation", "Datetime", ("2024-03-01 10:00:00", "2024-03-02 10:00:00.000005", "2025-01-01 00:00:00")
	),
	Column(
		"modified", "Datetime", ("2025-03-01 10:00:00", "2025-03-02 10:00:00.000005", "2026-01-01 00:00:00")
	),
	Column("modified_by", "Data", OWNERS),
	Column("docstatus", "Int", (0, 1, 2)),
)
NEVER_SHOWN = (
	Column("idx", "Int", (0, 3, 8)),
	Column("_user_tags", "Data", (None, ",red", ",alpha")),
	Column("_comments", "Data", (None, "[]", "alpha")),
	Column("_assign", "Data", (None, "[]", '["Administrator"]')),
	Column("_liked_by", "Data", (None, "[]", '["Administrator"]')),
)
TITLE, SEARCHED = "heading", ("heading", "city", "code")
PARCEL_COLUMNS = (*COLUMNS, *STANDARD, *NEVER_SHOWN)

FRAPPE_PERMISSIONS = ("select", "read", "write", "create")


def build() -> None:
	"""Makes the DocTypes, the roles and the users, and commits."""
	destroy()
	for role in (OPEN_ROLE, INSIDE_ROLE):
		frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": 1}).insert()
	reader = {"role": OPEN_ROLE, **dict.fromkeys(FRAPPE_PERMISSIONS, 1)}
	_doctype(DEPOT, [], autoname="prompt", permissions=[reader])
	_doctype(ROW, [_docfield(c) for c in ROW_COLUMNS], istable=1)
	_doctype(
		PARCEL,
		[
			*(_docfield(c) for c in COLUMNS),
			*(
				{"fieldname": table, "label": table, "fieldtype": "Table", "options": ROW, "permlevel": level}
				for table, level in TABLES.items()
			),
		],
		autoname="prompt",
		title_field=TITLE,
		search_fields=",".join(SEARCHED),
		permissions=[
			reader,
			{**reader, "role": INSIDE_ROLE},
			{"role": INSIDE_ROLE, "permlevel": 1, "read": 1, "write": 1},
		],
	)
	for depot in DEPOTS:
		frappe.get_doc({"doctype": DEPOT, "name": depot}).insert()
	for user in USERS:
		roles = [OPEN_ROLE, *([INSIDE_ROLE] if user.inside else [])]
		doc = frappe.get_doc(
			{
				"doctype": "User",
				"email": user.email,
				"first_name": user.email.partition("@")[0],
				"send_welcome_email": 0,
				"roles": [{"role": role} for role in roles],
			}
		)
		doc.flags.no_welcome_mail = True
		doc.insert()
		for depot in user.depots:
			frappe.get_doc(
				{"doctype": "User Permission", "user": user.email, "allow": DEPOT, "for_value": depot}
			).insert()
	frappe.db.commit()


def destroy() -> None:
	"""Takes all of it away again."""
	frappe.set_user("Administrator")
	frappe.db.rollback()
	for user in USERS:
		for name in frappe.get_all("User Permission", filters={"user": user.email}, pluck="name"):
			frappe.delete_doc("User Permission", name)
		frappe.delete_doc_if_exists("User", user.email, force=True)
	for doctype in (PARCEL, ROW, DEPOT):
		if frappe.db.exists("DocType", doctype):
			frappe.db.delete(doctype)
			frappe.delete_doc("DocType", doctype, force=True)
			frappe.db.commit()
			frappe.db.sql_ddl(f"drop table if exists `tab{doctype}`")
	for role in (OPEN_ROLE, INSIDE_ROLE):
		frappe.delete_doc_if_exists("Role", role, force=True)
	frappe.db.commit()


def put(parcels: Sequence[Mapping[str, Any]]) -> None:
	"""Makes these documents the only ones, in this transaction, past all checks.

	:param parcels: every column of `PARCEL_COLUMNS`, `name`, and by table the rows with `name` and every column
	"""
	for doctype in (ROW, PARCEL):
		frappe.db.sql(f"delete from `tab{doctype}`")
	columns = [c.fieldname for c in PARCEL_COLUMNS]
	_insert(PARCEL, ["name", *columns], [(p["name"], *(p[c] for c in columns)) for p in parcels])
	columns = [c.fieldname for c in ROW_COLUMNS]
	rows = [
		(row["name"], parcel["name"], PARCEL, table, i + 1, *(row[c] for c in columns))
		for parcel in parcels
		for table in TABLES
		for i, row in enumerate(parcel[table])
	]
	_insert(ROW, ["name", "parent", "parenttype", "parentfield", "idx", *columns], rows)


def _insert(doctype: str, columns: Sequence[str], rows: Sequence[tuple]) -> None:
	"""Without the query builder, which takes longer than the database."""
	if rows:
		one = f"({', '.join(['%s'] * len(columns))})"
		names = ", ".join(f"`{c}`" for c in columns)
		frappe.db.sql(
			f"insert into `tab{doctype}` ({names}) values {', '.join([one] * len(rows))}",
			[value for row in rows for value in row],
		)


def _docfield(column: Column) -> dict[str, Any]:
	return {
		"fieldname": column.fieldname,
		"label": column.fieldname,
		"fieldtype": column.fieldtype,
		"options": column.options,
		"permlevel": column.level,
		**dict.fromkeys(column.attributes, 1),
	}


def _doctype(name: str, fields: list[dict[str, Any]], **values: Any) -> None:
	fields = fields or [{"fieldname": "note", "label": "note", "fieldtype": "Data"}]
	frappe.get_doc(
		{"doctype": "DocType", "name": name, "module": "Custom", "custom": 1, "fields": fields, **values}
	).insert()
