"""150 quotations and 400 sales orders, 100 of them from quotations."""

import random
from datetime import date, timedelta

import frappe
from frappe.model.document import Document

from demo_erp.seeding.common import AS_OF, YEAR, bulk_insert, random_days, rng, set_counter
from demo_erp.seeding.customers import company_of
from demo_erp.seeding.transactions import Catalogue, build, complete, moment, tax_rows
from demo_erp.seeding.users import MANAGER, SALES_NORTH

QUOTATIONS = 150
ORDERS = 400
# how many of the orders; the rest is submitted
DRAFTS, PENDING, CANCELLED = 30, 30, 25
FROM_QUOTATION = 100
FIRST_DAY = date(YEAR, 1, 5)
LAST_DAY = date(YEAR, 10, 16)


def run() -> None:
	if frappe.db.exists("Sales Order", order_name(1)):
		return
	rand = rng("orders")
	catalogue = Catalogue()
	quotations = [
		_make_quotation(rand, catalogue, n, day) for n, day in enumerate(_days(rand, QUOTATIONS), 1)
	]
	bulk_insert(quotations)
	set_counter(f"SAL-QTN-{YEAR}-", QUOTATIONS)

	accepted = [doc for doc in quotations if doc.docstatus == 1 and doc.status == "Open"][:FROM_QUOTATION]
	orders = _make_orders(rand, catalogue, accepted)
	bulk_insert(orders)
	set_counter(f"SAL-ORD-{YEAR}-", ORDERS)
	_update_quotations(rand, quotations, orders)
	_request_approvals(orders)


def order_name(number: int) -> str:
	return f"SAL-ORD-{YEAR}-{number:05d}"


def seller_of(territory: str) -> str:
	return SALES_NORTH if territory == "North" else MANAGER


def _days(rand: random.Random, count: int) -> list[date]:
	return random_days(rand, count, FIRST_DAY, LAST_DAY)


def _make_quotation(rand: random.Random, catalogue: Catalogue, number: int, day: date) -> Document:
	customer = rand.choice(catalogue.customers)
	company = company_of(customer.territory)
	values = {
		"naming_series": "SAL-QTN-.YYYY.-",
		"quotation_to": "Customer",
		"party_name": customer.name,
		"transaction_date": day,
		"valid_till": day + timedelta(days=30),
		"company": company,
		"currency": customer.default_currency,
		"order_type": "Sales",
		"taxes": tax_rows(company, customer.territory),
	}
	doc = build("Quotation", values, catalogue.pick_rows(rand, customer))
	# the state of the day that the seed stands for is set below
	complete(
		doc,
		f"SAL-QTN-{YEAR}-{number:05d}",
		0 if number % 15 == 0 else 1,
		rand,
		moment(day, number),
		seller_of(customer.territory),
	)
	if doc.docstatus == 1:
		doc.status = "Open"
	return doc


def _make_orders(rand: random.Random, catalogue: Catalogue, accepted: list[Document]) -> list[Document]:
	plans = [(doc.transaction_date + timedelta(days=rand.randint(1, 20)), doc) for doc in accepted]
	plans += [(day, None) for day in _days(rand, ORDERS - len(plans))]
	plans.sort(key=lambda plan: (plan[0], plan[1].name if plan[1] else ""))
	free = [number for number, (_day, quotation) in enumerate(plans, 1) if not quotation]
	cancelled = set(rand.sample(free, CANCELLED))
	# the latest ones wait
	waiting = [number for number in free if number not in cancelled][-DRAFTS - PENDING :]
	rand.shuffle(waiting)
	states = dict.fromkeys(cancelled, "Cancelled")
	states |= dict.fromkeys(waiting[:DRAFTS], "Draft") | dict.fromkeys(waiting[DRAFTS:], "Pending Approval")
	return [
		_make_order(rand, catalogue, number, day, quotation, states.get(number, "Approved"))
		for number, (day, quotation) in enumerate(plans, 1)
	]


def _make_order(
	rand: random.Random,
	catalogue: Catalogue,
	number: int,
	day: date,
	quotation: Document | None,
	state: str,
) -> Document:
	if quotation:
		customer = next(row for row in catalogue.customers if row.name == quotation.party_name)
		rows = [
			{
				"item_code": row.item_code,
				"qty": row.qty,
				"discount_percentage": row.discount_percentage,
				"prevdoc_docname": quotation.name,
				"quotation_item": row.name,
			}
			for row in quotation.items
		]
	else:
		customer = rand.choice(catalogue.customers)
		rows = catalogue.pick_rows(rand, customer)
	company = company_of(customer.territory)
	values = {
		"naming_series": "SAL-ORD-.YYYY.-",
		"customer": customer.name,
		"transaction_date": day,
		"delivery_date": day + timedelta(days=rand.choice((7, 14, 21, 30))),
		"company": company,
		"currency": customer.default_currency,
		"order_type": "Sales",
		"po_no": f"PO-{rand.randint(1000, 9999)}" if rand.random() < 0.4 else None,
		"commission_rate": customer.default_commission_rate,
		"taxes": tax_rows(company, customer.territory),
		"workflow_state": state,
	}
	doc = build("Sales Order", values, rows)
	docstatus = {"Approved": 1, "Cancelled": 2}.get(state, 0)
	complete(doc, order_name(number), docstatus, rand, moment(day, number), seller_of(customer.territory))
	if docstatus == 2:
		doc.status = "Cancelled"
	return doc


def _update_quotations(rand: random.Random, quotations: list[Document], orders: list[Document]) -> None:
	"""Ordered, lost or expired, as they stand on the day that the seed stands for."""
	ordered = {row.prevdoc_docname for order in orders for row in order.items if row.prevdoc_docname}
	reasons = sorted(frappe.get_all("Quotation Lost Reason", pluck="name"))
	lost_rows = []
	for doc in quotations:
		if doc.docstatus != 1:
			continue
		if doc.name in ordered:
			status = "Ordered"
		elif rand.random() < 0.4:
			status = "Lost"
			doc.lost_reasons = []
			lost_rows.append(doc.append("lost_reasons", {"lost_reason": rand.choice(reasons)}))
			lost_rows[-1].name = f"{rand.getrandbits(40):010x}"
		else:
			status = "Expired" if doc.valid_till < AS_OF else "Open"
		if status != "Open":
			frappe.db.set_value("Quotation", doc.name, "status", status, update_modified=False)
	for row in lost_rows:
		row.docstatus = 1
		row.db_insert()


def _request_approvals(orders: list[Document]) -> None:
	"""What the workflow does on save: an open Workflow Action for those who may act."""
	from frappe.workflow.doctype.workflow_action.workflow_action import process_workflow_actions

	for doc in orders:
		if doc.docstatus == 0:
			process_workflow_actions(doc, "on_update")
