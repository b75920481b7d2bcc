"""What the policy is measured on: a DocType of 150 fields with documents, a restricted user, and a profile of 50 rules."""

from typing import Any

import frappe

DOCTYPE, ROW, PROFILE = "Benchmark Wide", "Benchmark Wide Row", "Benchmark Profile"
ROLE, USER = "Benchmark Reader", "benchmark.reader@example.com"
FIELDS = 150
RULES = 50
TYPES = ("Data", "Int", "Currency", "Date", "Check", "Small Text")
LISTED = ["name", *(f"field_{i}" for i in range(5))]


def build() -> None:
	"""Makes all of it and commits. Of the profile's rules one is of the wide DocType, with 50 field rules of its own."""
	frappe.get_doc({"doctype": "Role", "role_name": ROLE}).insert()
	_doctype(ROW, [_field(i, 0) for i in range(15)], istable=1)
	_doctype(
		DOCTYPE,
		[
			*(_field(i, int(i % 10 == 9)) for i in range(FIELDS - 1)),
			{"fieldname": "lines", "label": "Lines", "fieldtype": "Table", "options": ROW},
		],
		permissions=[{"role": ROLE, "read": 1}],
		autoname="prompt",
	)
	for i in range(200):
		values: dict[str, Any] = {f"field_{n}": i for n in range(5)}
		frappe.get_doc({"doctype": DOCTYPE, "name": f"W{i:03d}", **values, "field_3": "2026-01-01"}).insert()
	frappe.get_doc(
		{
			"doctype": "User",
			"email": USER,
			"first_name": "Benchmark",
			"send_welcome_email": 0,
			"roles": [{"role": ROLE}],
		}
	).insert()
	others = frappe.get_all(
		"DocType",
		filters={"istable": 0, "issingle": 0, "custom": 0, "module": ["not in", ["Core", "ERPNext MCP"]]},
		order_by="name asc",
		pluck="name",
		limit=RULES - 1,
	)
	profile = frappe.get_doc(
		{
			"doctype": "MCP Permission Profile",
			"profile_name": PROFILE,
			"users": [{"user": USER}],
			"doctype_rules": [
				{"document_type": DOCTYPE, "can_read": 1, "row_filter": '{"field_4": 0}'},
				*({"document_type": doctype, "can_read": 1} for doctype in others),
			],
			"field_rules": [_rule(i) for i in range(5, 5 + RULES)],
		}
	)
	profile.flags.ignore_validate = True  # some of the other DocTypes are never opened
	profile.insert()
	frappe.db.commit()


def _field(i: int, level: int) -> dict[str, Any]:
	return {
		"fieldname": f"field_{i}",
		"label": f"Field {i}",
		"fieldtype": TYPES[i % len(TYPES)],
		"permlevel": level,
	}


def _rule(i: int) -> dict[str, Any]:
	rule = {"document_type": DOCTYPE, "fieldname": f"field_{i}"}
	if i % 3:
		return {**rule, "rule": "Restricted"}
	return {**rule, "rule": "Masked", "mask_style": "Full"}


def _doctype(name: str, fields: list[dict[str, Any]], **values: Any) -> None:
	frappe.get_doc(
		{"doctype": "DocType", "name": name, "module": "Custom", "custom": 1, "fields": fields, **values}
	).insert()
