"""Builds quotations, orders, invoices and payments with their own controllers' code, for bulk inserts."""

import random
from datetime import date, datetime, time, timedelta

import frappe
from frappe.model.document import Document

from demo_erp.seeding.common import fresh, stamp
from demo_erp.seeding.companies import COMPANIES


class Catalogue:
	"""Customers that may buy, items that may be sold and their prices, read once."""

	def __init__(self) -> None:
		self.customers = frappe.get_all(
			"Customer",
			filters={"disabled": 0},
			fields=["name", "territory", "default_currency", "default_commission_rate"],
			order_by="creation",
		)
		self.items = frappe.get_all("Item", filters={"disabled": 0}, pluck="name", order_by="creation")
		self.whole = set(frappe.get_all("UOM", filters={"must_be_whole_number": 1}, pluck="name"))
		self.units = dict(frappe.get_all("Item", fields=["name", "stock_uom"], as_list=True))

	def pick_rows(self, rand: random.Random, customer: frappe._dict) -> list[dict]:
		"""One to four item rows; some with a discount."""
		rows = []
		for item in rand.sample(self.items, rand.choice((1, 1, 2, 2, 3, 4))):
			whole = self.units[item] in self.whole
			row = {"item_code": item, "qty": rand.randint(1, 25) if whole else rand.randint(2, 100) / 2}
			if rand.random() < 0.15:
				row["discount_percentage"] = rand.choice((5, 10, 12.5))
			rows.append(row)
		return rows


def build(doctype: str, values: dict, rows: list[dict]) -> Document:
	"""A new document in memory with its item rows."""
	return fresh(doctype, values | {"items": rows})


def complete(
	doc: Document, name: str, docstatus: int, rand: random.Random, when: datetime, owner: str
) -> None:
	"""Name, validate and stamp `doc` as saving, submitting or cancelling it would have."""
	doc.name = name
	doc.flags.name_set = True
	doc.docstatus = min(docstatus, 1)
	doc._action = "submit" if docstatus else "save"
	doc.set_parent_in_children()
	doc.validate()
	doc.set_title_field()
	doc.docstatus = docstatus
	stamp(doc, rand, when, owner)


def tax_rows(company: str, territory: str) -> list[dict]:
	"""Value-added tax at home, none overseas."""
	if territory == "Overseas":
		return []
	values = COMPANIES[company]
	return [
		{
			"charge_type": "On Net Total",
			"account_head": f"VAT - {values['abbr']}",
			"description": f"VAT {values['vat']}%",
			"rate": values["vat"],
			"cost_center": f"Main - {values['abbr']}",
		}
	]


def moment(day: date, number: int) -> datetime:
	"""Rises with the day and the number."""
	return datetime.combine(day, time(8)) + timedelta(seconds=number)
