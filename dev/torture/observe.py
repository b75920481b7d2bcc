"""Reads the database for the checker, when everything has come to rest."""

import time
from typing import Any

import frappe

from dev.torture import shapes
from dev.torture.checker import Entry, Observed
from erpnext_mcp.audit import seal, verify

PREFIX = "torture-"
"""Of the ids of our requests."""
OTHERS = "select count(*) from information_schema.processlist where db = database() and id <> connection_id()"


def at_rest(seconds: float = 60) -> None:
	"""Waits until nobody else is connected to the database: connections of the killed are rolled back by then."""
	deadline = time.monotonic() + seconds
	while frappe.db.sql(OTHERS)[0][0] and time.monotonic() < deadline:
		time.sleep(0.2)
	frappe.db.rollback()


def observe() -> Observed:
	"""Everything, on the site this thread is connected to."""
	seal.seal()
	verdict = verify.verify()
	frappe.db.rollback()
	return Observed(
		entries=_entries(),
		accounts=_with_rows(shapes.ACCOUNT, "parts", shapes.PART),
		orders=_with_rows(shapes.ORDER, "lines", shapes.LINE),
		invoices=_invoices(),
		orphans=sum(
			_orphans(rows, parent)
			for rows, parent in (
				(shapes.PART, shapes.ACCOUNT),
				(shapes.LINE, shapes.ORDER),
				("Sales Invoice Item", shapes.INVOICE),
			)
		),
		chain_problem=verdict.problem,
	)


def errors() -> str:
	"""What the server wrote to the site's Error Log about calls that failed for reasons that nobody foresaw."""
	logs = _all("Error Log", "where method like 'MCP %' order by creation")
	return "\n\n".join(f"{log['name']} {log['creation']} {log['method']}\n{log['error']}" for log in logs)


def _entries() -> list[Entry]:
	table = frappe.qb.DocType("MCP Audit Entry")
	columns = (
		"request_id",
		"tool",
		"outcome",
		"reference_doctype",
		"reference_name",
		"dry_run",
		"reason",
		"reason_code",
	)
	rows = (
		frappe.qb.from_(table)
		.select(*(table[c] for c in columns))
		.where(table.request_id.like(f"{PREFIX}%"))
		.run(as_dict=True)
	)
	return [
		Entry(
			request_id=r.request_id,
			tool=r.tool,
			outcome=r.outcome,
			doctype=r.reference_doctype or "",
			name=r.reference_name or "",
			dry_run=bool(r.dry_run),
			repeated=(r.reason or "").startswith("a repeated idempotency key"),
			reason_code=r.reason_code or "",
		)
		for r in rows
	]


def _all(doctype: str, where: str = "") -> list[dict[str, Any]]:
	return frappe.db.sql(f"select * from `tab{doctype}` {where}", as_dict=True)


def _with_rows(doctype: str, fieldname: str, rows: str, where: str = "") -> list[dict[str, Any]]:
	by_parent: dict[str, list[dict[str, Any]]] = {}
	for row in _all(rows, "order by idx"):
		by_parent.setdefault(row["parent"], []).append(row)
	return [{**d, fieldname: by_parent.get(d["name"], [])} for d in _all(doctype, where)]


def _invoices() -> list[dict[str, Any]]:
	ledger: dict[str, list[dict[str, Any]]] = {}
	for entry in _all("GL Entry", f"where voucher_type = '{shapes.INVOICE}'"):
		ledger.setdefault(entry["voucher_no"], []).append(entry)
	ours = f"where po_no like '{PREFIX}%'"
	return [
		{**invoice, "token": invoice["po_no"], "ledger": ledger.get(invoice["name"], [])}
		for invoice in _with_rows(shapes.INVOICE, "items", "Sales Invoice Item", ours)
	]


def _orphans(rows: str, parent: str) -> int:
	return frappe.db.sql(
		f"select count(*) from `tab{rows}` r left join `tab{parent}` p on p.name = r.parent"
		f" where r.parenttype = '{parent}' and p.name is null"
	)[0][0]
