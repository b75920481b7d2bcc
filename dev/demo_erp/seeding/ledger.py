"""Ledger rows of seeded vouchers, made by their own get_gl_map()."""

import random

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime

from demo_erp.controllers.general_ledger import check_balance, mirrored
from demo_erp.seeding.common import YEAR, bulk_insert, set_counter, stamp

PREFIX = f"ACC-GLE-{YEAR}-"


class Ledger:
	"""Collects rows and inserts them, numbered on from what is there."""

	def __init__(self, rand: random.Random) -> None:
		self.rand = rand
		self.entries: list[Document] = []
		self.number = frappe.db.count("GL Entry")

	def add(self, voucher: Document) -> None:
		"""The rows of a submitted voucher; those of a cancelled one marked, with their mirror images."""
		rows = voucher.get_gl_map()
		check_balance(voucher, rows)
		if voucher.docstatus == 2:
			for row in rows:
				row.is_cancelled = 1
			rows += [mirrored(row) for row in rows]
		for row in rows:
			self.number += 1
			entry = frappe.get_doc(row)
			entry.name = f"{PREFIX}{self.number:05d}"
			entry.docstatus = 1
			stamp(entry, self.rand, get_datetime(voucher.creation), voucher.owner)
			self.entries.append(entry)

	def insert(self) -> None:
		bulk_insert(self.entries)
		set_counter(PREFIX, self.number)
