"""Audit entries by hand, for tests of their proof."""

import frappe

from erpnext_mcp.audit import entry as audit
from erpnext_mcp.audit import seal, table

TOOL = "audit test"


def write(count: int = 1, **values) -> list[str]:
	"""Committed entries; their names, in the order in which they were written."""
	entries = [
		audit.Entry(
			**{
				"name": audit.new_name(),
				"user": "auditor@example.com",
				"outcome": audit.ALLOWED,
				"tool": TOOL,
				"duration_ms": 1.25 + number,
				"reference_name": f"Document {number} \U0001f600 شركة",
				"request_id": str(number),
				**values,
			}
		)
		for number in range(count)
	]
	audit.write(entries, text_log=False)
	frappe.db.commit()
	return [entry.name for entry in entries]


def clear() -> None:
	"""No entries and no seals: a site whose audit begins. Commits."""
	frappe.db.rollback()
	frappe.db.delete("MCP Audit Entry")
	frappe.db.delete("MCP Audit Seal")
	frappe.db.commit()


def sealed(*counts: int) -> list[list[str]]:
	"""A seal for each count; the names of its entries."""
	made = []
	for count in counts:
		made.append(write(count))
		done = seal.seal()
		assert (done.seals, done.entries) == (1, count)
	return made


def sql(query: str, *values) -> None:
	"""What somebody does who has got hold of the database. Commits."""
	frappe.db.sql(query, values)
	frappe.db.commit()


def seal_of(name: str) -> str | None:
	"""The seal that an entry refers to."""
	frappe.db.rollback()
	rows = frappe.db.sql("select seal from `tabMCP Audit Entry` where name = %s", (name,))
	return rows[0][0] if rows else None


def head():
	"""The newest seal."""
	frappe.db.rollback()
	return table.head()
