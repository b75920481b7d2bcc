"""The stock at the beginning of the year, and delivery notes for the orders that no invoice has billed yet."""

import random
from datetime import date, timedelta

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime

from demo_erp.controllers.stock_ledger import Balances, sl_map
from demo_erp.seeding.common import AS_OF, YEAR, bulk_insert, rng, set_counter, stamp
from demo_erp.seeding.companies import COMPANIES
from demo_erp.seeding.ledger import Ledger
from demo_erp.seeding.transactions import build, complete, moment, tax_rows
from demo_erp.seeding.users import STOREKEEPER

FIRST_DAY = date(YEAR, 1, 2)


def run() -> None:
	if frappe.db.exists("Stock Entry", f"MAT-STE-{YEAR}-00001"):
		return
	rand = rng("stock")
	balances = Balances()
	entries = [_opening_stock(rand, number, company) for number, company in enumerate(COMPANIES, 1)]
	notes = _make_delivery_notes(rand)
	vouchers = [*entries, *(note for note in notes if note.docstatus == 1)]
	ledger_rows = _ledger_rows(rand, vouchers, balances)

	for doctype, docs, prefix in (
		("Stock Entry", entries, f"MAT-STE-{YEAR}-"),
		("Delivery Note", notes, f"MAT-DN-{YEAR}-"),
		("Stock Ledger Entry", ledger_rows, f"MAT-SLE-{YEAR}-"),
	):
		assert all(doc.doctype == doctype for doc in docs)
		bulk_insert(docs)
		set_counter(prefix, len(docs))
	ledger = Ledger(rand)
	for voucher in vouchers:
		ledger.add(voucher)
	ledger.insert()
	_update_orders(notes)


def _opening_stock(rand: random.Random, number: int, company: str) -> Document:
	"""Plenty of everything, in one receipt a company."""
	items = frappe.get_all(
		"Item", filters={"is_stock_item": 1, "disabled": 0}, order_by="creation", pluck="name"
	)
	values = {
		"naming_series": "MAT-STE-.YYYY.-",
		"stock_entry_type": "Material Receipt",
		"company": company,
		"posting_date": FIRST_DAY,
		"posting_time": "07:00:00",
		"set_posting_time": 1,
		"to_warehouse": f"Stores - {COMPANIES[company]['abbr']}",
	}
	doc = build("Stock Entry", values, [{"item_code": item, "qty": rand.randint(100, 900)} for item in items])
	complete(doc, f"MAT-STE-{YEAR}-{number:05d}", 1, rand, moment(FIRST_DAY, number), "Administrator")
	return doc


def _make_delivery_notes(rand: random.Random) -> list[Document]:
	"""Two in three of the orders, some in part; the latest ones are drafts."""
	names = frappe.get_all(
		"Sales Order", filters={"docstatus": 1, "per_billed": 0}, order_by="name", pluck="name"
	)
	plans = []
	for name in names:
		if rand.random() < 0.66:
			order = frappe.get_doc("Sales Order", name)
			day = min(order.transaction_date + timedelta(days=rand.randint(1, 12)), AS_OF)
			plans.append((day, order, rand.random() < 0.3))
	plans.sort(key=lambda plan: (plan[0], plan[1].name))
	return [
		_make_delivery_note(rand, number, *plan, docstatus=0 if number > len(plans) - 4 else 1)
		for number, plan in enumerate(plans, 1)
	]


def _make_delivery_note(
	rand: random.Random, number: int, day: date, order: Document, in_part: bool, docstatus: int
) -> Document:
	values = {
		"naming_series": "MAT-DN-.YYYY.-",
		"customer": order.customer,
		"posting_date": day,
		"posting_time": f"{7 + number % 10:02d}:{number % 60:02d}:00",
		"set_posting_time": 1,
		"company": order.company,
		"currency": order.currency,
		"taxes": tax_rows(order.company, order.territory),
	}
	rows = [
		{
			"item_code": row.item_code,
			"qty": max(row.qty // 2, 1) if in_part else row.qty,
			"rate": row.rate,
			"price_list_rate": row.price_list_rate,
			"against_sales_order": order.name,
			"so_detail": row.name,
		}
		for row in order.items[: 1 if in_part else None]
	]
	doc = build("Delivery Note", values, rows)
	complete(doc, f"MAT-DN-{YEAR}-{number:05d}", docstatus, rand, moment(day, 30_000 + number), STOREKEEPER)
	return doc


def _ledger_rows(rand: random.Random, vouchers: list[Document], balances: Balances) -> list[Document]:
	entries = []
	for voucher in vouchers:
		voucher.sl_entries = sl_map(voucher, balances)
		for row in voucher.sl_entries:
			entry = frappe.get_doc(row)
			entry.name = f"MAT-SLE-{YEAR}-{len(entries) + 1:05d}"
			entry.docstatus = 1
			stamp(entry, rand, get_datetime(voucher.creation), voucher.owner)
			entries.append(entry)
	return entries


def _update_orders(notes: list[Document]) -> None:
	"""As update_delivery() of the order does after each submit."""
	for note in notes:
		if note.docstatus != 1:
			continue
		for row in note.items:
			frappe.db.set_value(
				"Sales Order Item", row.so_detail, "delivered_qty", row.qty, update_modified=False
			)
		order = frappe.get_doc("Sales Order", note.items[0].against_sales_order)
		order.set_delivery_status()
		values = {field: order.get(field) for field in ("per_delivered", "delivery_status", "status")}
		frappe.db.set_value("Sales Order", order.name, values, update_modified=False)
