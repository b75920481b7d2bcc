"""A table of a million rows, who reads it, and the questions that are put to it: to Frappe's own REST and to the app, for the same rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import frappe

from erpnext_mcp.tests import world

DOCTYPE, PROFILE, ROLE = "Benchmark Million", "Benchmark Million", "Benchmark Million Reader"
USER = "benchmark.million@example.com"
KINDS = 200
MOST_ROWS = 100
INSERT = """
insert into `tab{doctype}` (name, owner, modified_by, creation, modified, docstatus, idx, title, kind, amount, day, closed, secret)
select concat('M', lpad(seq, 8, '0')), 'Administrator', 'Administrator', date_add('2020-01-01', interval seq second),
	date_add('2020-01-01', interval seq second), 0, 0, concat('Title ', md5(seq)), concat('Kind ', lpad(seq % {kinds}, 3, '0')),
	(seq * 7919) % 100000 / 100, date_add('2020-01-01', interval (seq * 31) % 2000 day), seq % 10 = 0, concat('secret ', seq)
from seq_1_to_{rows}
"""


@dataclass(frozen=True)
class Question:
	"""The same question to both.

	:param rest: parameters of REST's list, or of `method`, where it has a method for it
	:param arguments: of the tool
	:param theirs: what of REST's rows, or of the method's message, is compared
	:param ours: with what of the tool's content
	:param calls: in each round
	"""

	name: str
	rest: dict[str, Any]
	tool: str
	arguments: dict[str, Any]
	theirs: Callable[[Any], Any]
	ours: Callable[[dict[str, Any]], Any]
	calls: int = 1
	method: str = ""


def build(rows: int) -> str:
	"""Makes table, user and profile, and commits; gives the user's Authorization header.

	The profile hides a field and filters rows: REST is asked with that same filter, for the app has to do no less.
	"""
	frappe.get_doc({"doctype": "Role", "role_name": ROLE}).insert()
	types = {
		"title": "Data",
		"kind": "Data",
		"amount": "Currency",
		"day": "Date",
		"closed": "Check",
		"secret": "Data",
	}
	frappe.get_doc(
		{
			"doctype": "DocType",
			"name": DOCTYPE,
			"module": "Custom",
			"custom": 1,
			"autoname": "prompt",
			"search_fields": "title",
			"fields": [
				{
					"fieldname": name,
					"label": name,
					"fieldtype": kind,
					"search_index": int(name in ("kind", "day")),
				}
				for name, kind in types.items()
			],
			"permissions": [{"role": ROLE, "read": 1}],
		}
	).insert()
	frappe.db.commit()
	frappe.db.sql(INSERT.format(doctype=DOCTYPE, kinds=KINDS, rows=int(rows)))
	frappe.db.commit()
	frappe.db.sql(f"analyze table `tab{DOCTYPE}`")
	world.make_user(USER, ROLE)
	frappe.get_doc(
		{
			"doctype": "MCP Permission Profile",
			"profile_name": PROFILE,
			"users": [{"user": USER}],
			"doctype_rules": [
				{
					"document_type": DOCTYPE,
					"can_read": 1,
					"row_filter": '{"closed": 0}',
					"max_rows": MOST_ROWS,
				}
			],
			"field_rules": [{"document_type": DOCTYPE, "fieldname": "secret", "rule": "Restricted"}],
		}
	).insert()
	limits(dict.fromkeys(world.LIMITS, 0))
	return world.api_key(USER)


def limits(values: dict[str, int]) -> None:
	"""Changes the site's settings, and commits."""
	settings = frappe.get_doc("MCP Gateway Settings")
	settings.update(values)
	settings.save()
	frappe.db.commit()


def questions() -> Sequence[Question]:
	fields = ["name", "title", "kind", "amount", "day"]
	newest = "creation desc, name desc"

	def listing(name: str, filters: list[list[Any]], order: str, offset: int = 0, calls: int = 1) -> Question:
		return Question(
			name,
			{
				"fields": fields,
				"filters": [*filters, ["closed", "=", 0]],
				"order_by": order,
				"limit_page_length": 20,
				"limit_start": offset,
			},
			"list_generic_documents",
			{"fields": fields, "filters": filters, "order_by": order, "limit": 20, "offset": offset},
			lambda rows: [[str(r[f]) for f in fields] for r in rows],
			lambda content: [[str(d[f]) for f in fields] for d in content["documents"]],
			calls,
		)

	def counting(name: str, filters: list[list[Any]]) -> Question:
		return Question(
			name,
			{"filters": [*filters, ["closed", "=", 0]]},
			"count_generic_documents",
			{"filters": filters},
			lambda total: total,
			lambda content: content["count"],
			method="frappe.client.get_count",
		)

	return [
		listing("list, the newest 20", [], newest, calls=10),
		listing("list, filter on an index, newest first", [["kind", "=", "Kind 007"]], newest, calls=5),
		listing(
			"list, filter on an index, ordered by another field",
			[["kind", "=", "Kind 007"]],
			"amount desc, name asc",
			calls=3,
		),
		listing(
			"list, filter without an index, ordered by it", [["amount", ">", 990]], "amount desc, name asc"
		),
		listing("list, the page behind 100,000 rows", [], newest, 100_000),
		counting("count of all", []),
		counting("count, filter without an index", [["amount", "between", [100, 200]]]),
		Question(
			"sum and average of all, in 200 groups",
			{
				"fields": ["kind", {"SUM": "amount", "as": "total"}, {"AVG": "amount", "as": "mean"}],
				"filters": [["closed", "=", 0]],
				"group_by": "kind",
				"order_by": "kind asc",
				"limit_page_length": 100,
			},
			"aggregate_generic_documents",
			{
				"aggregates": [
					{"function": "sum", "field": "amount", "as": "total"},
					{"function": "avg", "field": "amount", "as": "mean"},
				],
				"group_by": ["kind"],
				"limit": 100,
			},
			lambda rows: [(r["kind"], round(float(r["total"]), 2), round(float(r["mean"]), 2)) for r in rows],
			lambda content: [(r["kind"], round(r["total"], 2), round(r["mean"], 2)) for r in content["rows"]],
		),
		Question(
			"search for a piece of a title",
			{
				"fields": ["name", "title"],
				"filters": [["closed", "=", 0]],
				"or_filters": [["name", "like", "%beef%"], ["title", "like", "%beef%"]],
				"order_by": newest,
				"limit_page_length": 20,
			},
			"search_generic_documents",
			{"search_term": "beef", "fields": ["name", "title"], "limit": 20},
			lambda rows: [(r["name"], r["title"]) for r in rows],
			lambda content: [(d["name"], d["title"]) for d in content["documents"]],
		),
		Question(
			"search for what is rare",
			{
				"fields": ["name", "title"],
				"filters": [["closed", "=", 0]],
				"or_filters": [["name", "like", "%c0ffee%"], ["title", "like", "%c0ffee%"]],
				"order_by": newest,
				"limit_page_length": 20,
			},
			"search_generic_documents",
			{"search_term": "c0ffee", "fields": ["name", "title"], "limit": 20},
			lambda rows: [(r["name"], r["title"]) for r in rows],
			lambda content: [(d["name"], d["title"]) for d in content["documents"]],
		),
	]
