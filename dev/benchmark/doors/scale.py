"""What shows how costs grow: users with few and many own tools, profiles with few and many rules, tables with few and many rows."""

from typing import Any

import frappe

from dev.benchmark.doors import world

TOOLS = (5, 50)
"""DocTypes with own tools."""
RULES = (5, 500)
"""Rows of a profile: DocType rules, and field rules for what is more than there are DocTypes."""
MOST_DOCTYPES = 250
"""That one profile of the latter opens."""
ROWS_DOCTYPE = f"{world.PREFIX}Rows"
AUTOMATIC = ("Administrator", "Guest", "All", "Desk User")


def build(rows: list[int]) -> dict[str, Any]:
	"""Makes all of it and commits; gives the key of each user, and the DocType of each table.

	:param rows: of each table
	"""
	frappe.set_user("Administrator")
	tables = {str(count): _table(count) for count in rows}
	_open_tables(list(tables.values()))
	candidates = _candidates()
	found = {
		"rows": tables,
		"rules": {str(count): _user_with_rules(count, candidates) for count in RULES},
		"tools": {str(count): _user_with_tools(count, candidates) for count in TOOLS},
	}
	frappe.db.commit()
	return found


def destroy() -> None:
	"""Takes the tables away; users and profiles go with those of the world."""
	frappe.set_user("Administrator")
	for doctype in frappe.get_all("DocType", {"name": ("like", f"{ROWS_DOCTYPE}%")}, pluck="name"):
		frappe.delete_doc("DocType", doctype, force=True)
		frappe.db.sql_ddl(f"drop table if exists `tab{doctype}`")
	frappe.db.commit()


def _table(count: int) -> str:
	doctype = f"{ROWS_DOCTYPE} {count}"
	frappe.get_doc(
		{
			"doctype": "DocType",
			"name": doctype,
			"module": "Custom",
			"custom": 1,
			"autoname": "prompt",
			"fields": [
				{"fieldname": "title", "label": "Title", "fieldtype": "Data", "in_list_view": 1},
				{"fieldname": "kind", "label": "Kind", "fieldtype": "Data", "search_index": 1},
				{"fieldname": "amount", "label": "Amount", "fieldtype": "Currency"},
				{"fieldname": "day", "label": "Day", "fieldtype": "Date"},
			],
			"permissions": [{"role": "Sales User", "read": 1}, {"role": "System Manager", "read": 1}],
		}
	).insert()
	frappe.db.commit()
	# MariaDB's own sequence: a million rows in seconds.
	frappe.db.sql(
		f"""insert into `tab{doctype}` (name, owner, modified_by, creation, modified, docstatus, idx, title, kind, amount, day)
		select concat('R', lpad(seq, 8, '0')), 'Administrator', 'Administrator',
			date_add('2020-01-01', interval seq second), date_add('2020-01-01', interval seq second), 0, 0,
			concat('Title ', seq), elt(1 + seq % 2, 'even', 'odd'), seq / 7, date_add('2020-01-01', interval seq % 2000 day)
		from seq_1_to_{int(count)}"""
	)
	frappe.db.commit()
	return doctype


def _open_tables(doctypes: list[str]) -> None:
	profile = frappe.get_doc("MCP Permission Profile", world.PROFILE)
	for doctype in doctypes:
		profile.append("doctype_rules", {"document_type": doctype, "can_read": 1})
	profile.save()


def _candidates() -> list[str]:
	"""DocTypes that a profile can open: those of the world, then the others by name."""
	from erpnext_mcp.policy.deny_list import denied_reason

	metas = [
		frappe.get_meta(name)
		for name in frappe.get_all("DocType", {"istable": 0, "issingle": 0, "is_virtual": 0}, pluck="name")
	]
	open_ones = [
		meta
		for meta in metas
		if not denied_reason(meta)
		and not meta.name.startswith(world.PREFIX)
		and frappe.db.table_exists(meta.name)
		and all(frappe.db.exists("DocType", df.options) for df in meta.get_table_fields())
	]
	open_ones.sort(key=lambda meta: (meta.name not in world.READ, meta.name))
	return [meta.name for meta in open_ones]


def _user_with_rules(count: int, candidates: list[str]) -> str:
	user = f"mcp.benchmark.rules{count}@example.com"
	world.make_restricted_user(user)
	doctypes = list(dict.fromkeys([*world.READ[:2], *candidates]))[: min(count, MOST_DOCTYPES)]
	fields = []
	for doctype in doctypes:
		for df in frappe.get_meta(doctype).fields:
			if df.fieldname not in world.LISTED and df.fieldtype in ("Data", "Check", "Int", "Small Text"):
				fields.append((doctype, df.fieldname))
	rules = fields[: count - len(doctypes)]
	_insert_profile(
		f"{world.PROFILE} {count} rules",
		user,
		[{"document_type": doctype, "can_read": 1} for doctype in doctypes],
		[{"document_type": d, "fieldname": f, "rule": "Restricted"} for d, f in rules],
	)
	if len(doctypes) + len(rules) != count:
		raise world.WorldProblem(
			f"the site has no {count} rules' worth of DocTypes and fields: {len(doctypes)} + {len(rules)}"
		)
	return world.api_key(user)


def _user_with_tools(count: int, candidates: list[str]) -> str:
	user = f"mcp.benchmark.tools{count}@example.com"
	roles = frappe.get_all("Role", {"disabled": 0, "name": ("not in", AUTOMATIC)}, pluck="name")
	world.make_user(user, *roles)
	readable = [d for d in candidates if frappe.has_permission(d, "write", user=user)][:count]
	if len(readable) < count:
		raise world.WorldProblem(f"the site has only {len(readable)} DocTypes that can be opened")
	_insert_profile(
		f"{world.PROFILE} {count} own tools",
		user,
		[
			{"document_type": doctype, "can_read": 1, "can_create": 1, "can_update": 1, "own_tools": 1}
			for doctype in readable
		],
		[],
	)
	return world.api_key(user)


def _insert_profile(
	name: str, user: str, doctype_rules: list[dict[str, Any]], field_rules: list[dict[str, Any]]
) -> None:
	profile = frappe.get_doc(
		{
			"doctype": "MCP Permission Profile",
			"profile_name": name,
			"users": [{"user": user}],
			"doctype_rules": doctype_rules,
			"field_rules": field_rules,
		}
	)
	# It opens whatever there is, which no administrator would.
	profile.flags.ignore_validate = True
	profile.give_slugs()
	profile.insert()
