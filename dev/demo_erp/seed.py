"""Fills a site with the demo's data: always the same, and only what is missing."""

import time
from collections.abc import Callable

import frappe

from demo_erp.seeding import (
	companies,
	customers,
	invoices,
	items,
	oddities,
	orders,
	payments,
	stock,
	users,
	workflow,
)

# (what it says, what it does); each step is one transaction
STEPS: tuple[tuple[str, Callable[[], None]], ...] = (
	("companies, accounts and settings", companies.run),
	("users and their permissions", users.run),
	("300 items and their prices", items.run),
	("500 customers", customers.run),
	("the approval workflow", workflow.run),
	("150 quotations and 400 sales orders", orders.run),
	("2,000 sales invoices and their ledger", invoices.run),
	("payments and credit limits", payments.run),
	("opening stock and deliveries", stock.run),
	("odd names, shares and secrets", oddities.run),
)
COUNTED = (
	"Company",
	"Customer",
	"Item",
	"Quotation",
	"Sales Order",
	"Delivery Note",
	"Sales Invoice",
	"POS Invoice",
	"Payment Entry",
	"GL Entry",
	"Stock Ledger Entry",
)


def run(progress: Callable[[str], None] | None = None) -> dict:
	"""Seed the connected site as Administrator; return the counts, the seconds of each step and the users' password."""
	user = frappe.session.user
	seconds = {}
	frappe.set_user("Administrator")
	try:
		for number, (title, step) in enumerate(STEPS, 1):
			if progress:
				progress(f"Demo data {number}/{len(STEPS)}: {title}")
			started = time.perf_counter()
			step()
			frappe.db.commit()
			seconds[title] = round(time.perf_counter() - started, 2)
	except BaseException:
		frappe.db.rollback()
		raise
	finally:
		frappe.set_user(user)
	frappe.clear_cache()
	return {
		"counts": {doctype: frappe.db.count(doctype) for doctype in COUNTED},
		"seconds": seconds,
		"users": list(users.USERS),
		"password": users.PASSWORD,
	}
