"""What the tests of writes share: customers and quotations, and what of them is left in the database."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import frappe
from frappe.utils import nowdate

ITEM = "MCP Service"
TABLES_THAT_STAY = (
	"MCP Audit Entry",
	"MCP Audit Seal",
	"Error Log",
	"Activity Log",
	"Access Log",
	"Route History",
)
"""Tables that a call without success may leave rows in: our own audit, and what DESIGN §3 states."""


def customer(name: str, territory: str, **values: Any) -> dict[str, Any]:
	"""The data of a create call for a customer."""
	return {"customer_name": name, "customer_type": "Company", "territory": territory, **values}


def quotation(customer: str, **values: Any) -> dict[str, Any]:
	"""The data of a create call for a Quotation with one row, on ERPNext and on the demo."""
	return {
		"quotation_to": "Customer",
		"party_name": customer,
		"company": company(),
		"transaction_date": nowdate(),
		"order_type": "Sales",
		"items": [{"item_code": item(), "qty": 2, "rate": 10}],
		**values,
	}


def company() -> str:
	return frappe.get_all("Company", order_by="name asc", pluck="name", limit=1)[0]


def item(name: str = ITEM) -> str:
	"""A sales item without stock; made and committed where it is missing."""
	if not frappe.db.exists("Item", name):
		doc = frappe.new_doc("Item")
		doc.update(
			{
				"item_code": name,
				"item_name": name,
				"item_group": frappe.get_all(
					"Item Group", filters={"is_group": 0}, order_by="lft asc", pluck="name", limit=1
				)[0],
				"stock_uom": "Nos",
				"is_stock_item": 0,
				"is_sales_item": 1,
			}
		)
		doc.insert()
		frappe.db.commit()
	return name


@contextmanager
def nothing_left(*, apart_from: tuple[str, ...] = ()) -> Iterator[None]:
	"""Checks that not a row of any table of the site is another one after the body than it was before."""
	wait_for_jobs()
	before = state()
	yield
	after = state()
	for table in (*TABLES_THAT_STAY, *apart_from):
		before.pop(f"tab{table}", None)
		after.pop(f"tab{table}", None)
	different = {t for t in before.keys() | after.keys() if before.get(t) != after.get(t)}
	assert not different, f"left behind in {sorted(different)}"


def wait_for_jobs() -> None:
	"""Until a worker has done what earlier tests have queued, or for a moment where there is none."""
	from frappe.utils.background_jobs import get_queues

	def waiting() -> tuple[int, int]:
		queues = get_queues()
		return sum(len(q) for q in queues), sum(q.started_job_registry.count for q in queues)

	deadline = time.monotonic() + 20
	before = waiting()
	while any(before) and time.monotonic() < deadline:
		time.sleep(0.4)
		now = waiting()
		if now == before and not now[1]:
			return
		before = now


def state() -> dict[str, Any]:
	"""By table, what tells its content from any other."""
	frappe.db.rollback()
	tables = [t for t in frappe.db.get_tables(cached=False) if t.startswith(("tab", "__"))]
	if frappe.db.db_type == "mariadb":
		listed = ", ".join(f"`{t}`" for t in tables)
		return {row[0].partition(".")[2]: row[1] for row in frappe.db.sql(f"checksum table {listed}")}
	return {t: hash(tuple(sorted(map(str, frappe.db.sql(f"select * from `{t}`"))))) for t in tables}


def delete(doctype: str, *names: str) -> None:
	"""Takes documents of a test away, submitted ones too, and commits."""
	frappe.set_user("Administrator")
	frappe.db.rollback()
	for name in names:
		if not frappe.db.exists(doctype, name):
			continue
		doc = frappe.get_doc(doctype, name)
		if doc.docstatus == 1:
			doc.cancel()
		frappe.delete_doc(doctype, name, force=True)
	frappe.db.commit()


def hook(monkeypatch: Any, doctype: str, event: str, function: Callable[[Any], Any]) -> None:
	"""Runs a function after each event of a DocType's documents, in this process, as a hook of an app would."""
	from frappe.model.document import Document

	run_method = Document.run_method

	def with_hook(self: Any, method: str, *args: Any, **kwargs: Any) -> Any:
		out = run_method(self, method, *args, **kwargs)
		if self.doctype == doctype and method == event:
			function(self)
		return out

	monkeypatch.setattr(Document, "run_method", with_hook)
