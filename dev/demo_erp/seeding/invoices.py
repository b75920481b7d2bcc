"""2,000 sales invoices, some from orders, with the ledger rows of the submitted ones."""

import random
from datetime import date, timedelta

import frappe
from frappe.model.document import Document
from frappe.utils import flt

from demo_erp.seeding.common import AS_OF, YEAR, bulk_insert, random_days, rng, set_counter
from demo_erp.seeding.companies import TRADING
from demo_erp.seeding.customers import company_of
from demo_erp.seeding.ledger import Ledger
from demo_erp.seeding.transactions import Catalogue, build, complete, moment, tax_rows
from demo_erp.seeding.users import CLERK

COUNT = 2000
RETURNS, DRAFTS, CANCELLED = 15, 80, 60
ORDERS_BILLED = 260
FIRST_DAY = date(YEAR, 1, 7)
LAST_DAY = date(YEAR, 10, 30)


def run() -> None:
	if frappe.db.exists("Sales Invoice", invoice_name(1)):
		return
	rand = rng("invoices")
	catalogue = Catalogue()
	invoices = _make_invoices(rand, catalogue)
	returns = _make_returns(rand, invoices)
	bulk_insert([*invoices, *returns])
	set_counter(f"ACC-SINV-{YEAR}-", len(invoices))
	set_counter(f"ACC-SINV-RET-{YEAR}-", len(returns))

	ledger = Ledger(rand)
	for invoice in [*invoices, *returns]:
		if invoice.docstatus:
			ledger.add(invoice)
	ledger.insert()
	_update_orders(invoices)


def invoice_name(number: int) -> str:
	return f"ACC-SINV-{YEAR}-{number:05d}"


def _make_invoices(rand: random.Random, catalogue: Catalogue) -> list[Document]:
	plans = _plans_from_orders(rand)
	for day in random_days(rand, COUNT - RETURNS - len(plans), FIRST_DAY, LAST_DAY):
		customer = rand.choice(catalogue.customers)
		plans.append((day, customer, catalogue.pick_rows(rand, customer)))
	plans.sort(key=lambda plan: (plan[0], plan[1].name))

	free = [n for n, plan in enumerate(plans, 1) if not plan[2][0].get("sales_order")]
	cancelled = set(rand.sample(free, CANCELLED))
	drafts = set(rand.sample([n for n in free[-DRAFTS * 3 :] if n not in cancelled], DRAFTS))
	return [
		_make_invoice(rand, number, *plan, 2 if number in cancelled else 0 if number in drafts else 1)
		for number, plan in enumerate(plans, 1)
	]


def _plans_from_orders(rand: random.Random) -> list[tuple[date, frappe._dict, list[dict]]]:
	"""The first orders billed in full, some of them in part."""
	names = frappe.get_all(
		"Sales Order", filters={"docstatus": 1}, order_by="name", limit=ORDERS_BILLED, pluck="name"
	)
	plans = []
	for name in names:
		order = frappe.get_doc("Sales Order", name)
		in_part = rand.random() < 0.25
		rows = [
			{
				"item_code": row.item_code,
				"qty": max(row.qty // 2, 1) if in_part else row.qty,
				"rate": row.rate,
				"price_list_rate": row.price_list_rate,
				"sales_order": order.name,
				"so_detail": row.name,
			}
			for row in order.items[: 1 if in_part else None]
		]
		day = min(order.transaction_date + timedelta(days=rand.randint(3, 25)), LAST_DAY)
		customer = frappe._dict(
			name=order.customer,
			territory=order.territory,
			default_currency=order.currency,
			default_commission_rate=order.commission_rate,
		)
		plans.append((day, customer, rows))
	return plans


def _make_invoice(
	rand: random.Random, number: int, day: date, customer: frappe._dict, rows: list[dict], docstatus: int
) -> Document:
	company = company_of(customer.territory)
	values = {
		"naming_series": "ACC-SINV-.YYYY.-",
		"customer": customer.name,
		"posting_date": day,
		"posting_time": f"{8 + number % 9:02d}:{number % 60:02d}:00",
		"set_posting_time": 1,
		"due_date": day + timedelta(days=rand.choice((7, 14, 30, 30, 45))),
		"company": company,
		"currency": customer.default_currency,
		"commission_rate": customer.default_commission_rate,
		"taxes": tax_rows(company, customer.territory),
	}
	if rand.random() < 0.05:
		values["additional_discount_percentage"] = 3
	doc = build("Sales Invoice", values, rows)
	owner = CLERK if company == TRADING else "Administrator"
	complete(doc, invoice_name(number), docstatus, rand, moment(day, number), owner)
	doc.status = doc.get_status(AS_OF)
	if docstatus == 2:
		doc.outstanding_amount = 0
	return doc


def _make_returns(rand: random.Random, invoices: list[Document]) -> list[Document]:
	"""Credit notes over one row of an invoice."""
	submitted = [doc for doc in invoices if doc.docstatus == 1]
	originals = sorted(rand.sample(submitted[:-300], RETURNS), key=lambda doc: doc.posting_date)
	returns = []
	for number, original in enumerate(originals, 1):
		row = original.items[0]
		day = min(original.posting_date + timedelta(days=rand.randint(5, 40)), LAST_DAY)
		values = {
			"naming_series": "ACC-SINV-RET-.YYYY.-",
			"customer": original.customer,
			"is_return": 1,
			"return_against": original.name,
			"posting_date": day,
			"posting_time": "16:00:00",
			"set_posting_time": 1,
			"due_date": day,
			"company": original.company,
			"currency": original.currency,
			"taxes": tax_rows(original.company, original.territory),
		}
		rows = [{"item_code": row.item_code, "qty": -row.qty, "rate": row.rate}]
		doc = build("Sales Invoice", values, rows)
		complete(
			doc, f"ACC-SINV-RET-{YEAR}-{number:05d}", 1, rand, moment(day, 9000 + number), original.owner
		)
		returns.append(doc)
	return returns


def _update_orders(invoices: list[Document]) -> None:
	"""As update_billing() of the order does after each submit."""
	billed: dict[str, float] = {}
	orders = set()
	for invoice in invoices:
		for row in invoice.items:
			if row.sales_order and invoice.docstatus == 1:
				billed[row.so_detail] = flt(billed.get(row.so_detail, 0.0) + row.amount, 2)
				orders.add(row.sales_order)
	for row, amount in billed.items():
		frappe.db.set_value("Sales Order Item", row, "billed_amt", amount, update_modified=False)
	for name in sorted(orders):
		order = frappe.get_doc("Sales Order", name)
		order.set_billing_status()
		values = {field: order.get(field) for field in ("per_billed", "billing_status", "status")}
		frappe.db.set_value("Sales Order", name, values, update_modified=False)
