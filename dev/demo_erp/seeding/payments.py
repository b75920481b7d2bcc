"""Payments for part of the invoices: in full, in part, in advance; some drafts, some cancelled. Then the credit limits."""

import random
from datetime import date, datetime, timedelta

import frappe
from frappe.model.document import Document
from frappe.utils import flt

from demo_erp.seeding.common import AS_OF, YEAR, bulk_insert, fresh, rng, set_counter, stamp
from demo_erp.seeding.companies import TRADING
from demo_erp.seeding.ledger import Ledger
from demo_erp.seeding.transactions import complete, moment
from demo_erp.seeding.users import CLERK

FIELDS = ["name", "customer", "company", "posting_date", "due_date", "base_grand_total", "outstanding_amount"]


def run() -> None:
	if frappe.db.exists("Payment Entry", payment_name(1)):
		return
	rand = rng("payments")
	payments = _make_payments(rand)
	bulk_insert(payments)
	set_counter(f"ACC-PAY-{YEAR}-", len(payments))
	ledger = Ledger(rand)
	for payment in payments:
		if payment.docstatus:
			ledger.add(payment)
	ledger.insert()
	_update_invoices(payments)
	_set_credit_limits(rand)


def payment_name(number: int) -> str:
	return f"ACC-PAY-{YEAR}-{number:05d}"


def _make_payments(rand: random.Random) -> list[Document]:
	plans = sorted(_plans(rand), key=lambda plan: (plan[0], plan[1][0].name))
	payments = []
	for number, (day, invoices, share, docstatus) in enumerate(plans, 1):
		payments.append(_make_payment(rand, number, day, invoices, share, docstatus))
	return payments


def _plans(rand: random.Random):
	"""Day, invoices of one customer, share that is paid, docstatus; an invoice is in at most one submitted payment."""
	invoices = frappe.get_all(
		"Sales Invoice",
		filters={"docstatus": 1, "is_return": 0},
		fields=FIELDS,
		order_by="name",
	)
	# sorted here, since every database has its own idea of the order of names
	invoices.sort(key=lambda invoice: (invoice.customer, invoice.name))
	waiting: list[frappe._dict] = []
	for invoice in invoices:
		if waiting and waiting[0].customer != invoice.customer:
			waiting = []
		day = min(invoice.posting_date + timedelta(days=rand.randint(1, 50)), AS_OF)
		fate = rand.random()
		if fate < 0.6:
			yield day, [*waiting, invoice], 1.0, 1
			waiting = []
		elif fate < 0.68 and not waiting:
			# paid together with the customer's next one
			waiting = [invoice]
		elif fate < 0.78:
			yield day, [invoice], rand.choice((0.25, 0.5, 0.6)), 1
		elif fate < 0.8:
			yield day, [invoice], 1.0, 2
		elif fate < 0.82:
			yield day, [invoice], 1.0, 0


def _make_payment(
	rand: random.Random, number: int, day: date, invoices: list[frappe._dict], share: float, docstatus: int
) -> Document:
	first = invoices[0]
	amounts = [flt(invoice.outstanding_amount * share, 2) for invoice in invoices]
	advance = 100.0 if number % 40 == 0 else 0.0
	values = {
		"naming_series": "ACC-PAY-.YYYY.-",
		"payment_type": "Receive",
		"posting_date": max(day, *(invoice.posting_date for invoice in invoices)),
		"company": first.company,
		"mode_of_payment": "Cash" if number % 9 == 0 else "Wire Transfer",
		"party_type": "Customer",
		"party": first.customer,
		"paid_amount": flt(sum(amounts) + advance, 2),
		"reference_no": f"TRX-{rand.randint(10**6, 10**7 - 1)}",
		"reference_date": day,
		"references": [
			{
				"reference_doctype": "Sales Invoice",
				"reference_name": invoice.name,
				"allocated_amount": amount,
			}
			for invoice, amount in zip(invoices, amounts, strict=True)
		],
	}
	doc = fresh("Payment Entry", values)
	owner = CLERK if first.company == TRADING else "Administrator"
	complete(doc, payment_name(number), docstatus, rand, moment(doc.posting_date, 20_000 + number), owner)
	doc.status = ("Draft", "Submitted", "Cancelled")[docstatus]
	return doc


def _update_invoices(payments: list[Document]) -> None:
	"""As update_outstanding() of the invoice does after each submit."""
	fields = ["name", "docstatus", "is_return", "due_date", "base_grand_total", "outstanding_amount"]
	invoices = {
		row.name: row for row in frappe.get_all("Sales Invoice", filters={"docstatus": 1}, fields=fields)
	}
	for payment in payments:
		if payment.docstatus != 1:
			continue
		for row in payment.references:
			invoice = frappe.get_doc({"doctype": "Sales Invoice", **invoices[row.reference_name]})
			invoice.outstanding_amount = flt(invoice.outstanding_amount - row.allocated_amount, 2)
			values = {
				"outstanding_amount": invoice.outstanding_amount,
				"status": invoice.get_status(AS_OF),
				"modified": payment.creation,
				"modified_by": payment.owner,
			}
			frappe.db.set_value("Sales Invoice", invoice.name, values, update_modified=False)


def _set_credit_limits(rand: random.Random) -> None:
	"""Two customers in five have a limit above what they owe; a few just above it."""
	owed: dict[tuple[str, str], float] = {}
	rows = frappe.get_all(
		"GL Entry",
		filters={"party_type": "Customer", "is_cancelled": 0},
		fields=["party", "company", "debit", "credit"],
		order_by="name",
	)
	for row in rows:
		owed[row.party, row.company] = owed.get((row.party, row.company), 0.0) + row.debit - row.credit
	limits = []
	for (customer, company), amount in sorted(owed.items()):
		chance = rand.random()
		if chance < 0.4:
			factor = 1.02 if chance < 0.04 else rand.uniform(1.5, 4)
			limits.append(_credit_limit(rand, customer, company, max(round(amount * factor, -2) + 100, 1000)))
	bulk_insert(limits)


def _credit_limit(rand: random.Random, customer: str, company: str, amount: float) -> Document:
	row = frappe.get_doc(
		doctype="Customer Credit Limit",
		name=f"{rand.getrandbits(40):010x}",
		parent=customer,
		parenttype="Customer",
		parentfield="credit_limits",
		idx=1,
		company=company,
		credit_limit=amount,
		bypass_credit_limit_check=0,
	)
	stamp(row, rand, datetime(YEAR, 1, 2, 9))
	return row
