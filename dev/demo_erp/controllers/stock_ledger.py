"""Writes and reverses Stock Ledger Entries of a voucher, and says what is in stock."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import frappe
from frappe import _
from frappe.utils import flt, nowtime

from demo_erp.controllers.general_ledger import gl_row, make_gl_entries, reverse_gl_entries

if TYPE_CHECKING:
	from frappe.model.document import Document


class NegativeStockError(frappe.ValidationError):
	"""More would leave a warehouse than is in it."""


@dataclass(frozen=True)
class Movement:
	"""What one row of a voucher brings into a warehouse, or takes out of it if `qty` is negative."""

	row: str
	item_code: str
	warehouse: str
	qty: float
	rate: float
	"""What one unit costs that comes in; for what goes out the average of what is there counts."""


@dataclass
class Balances:
	"""Quantity and value in stock, read once for each item in each warehouse and kept up to date by whoever asks."""

	known: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)

	def get(self, item_code: str, warehouse: str) -> tuple[float, float]:
		if (item_code, warehouse) not in self.known:
			rows = frappe.get_all(
				"Stock Ledger Entry",
				filters={"item_code": item_code, "warehouse": warehouse, "is_cancelled": 0},
				fields=["actual_qty", "stock_value_difference"],
			)
			qty = flt(sum(flt(row.actual_qty) for row in rows), 3)
			value = flt(sum(flt(row.stock_value_difference) for row in rows), 2)
			self.known[item_code, warehouse] = (qty, value)
		return self.known[item_code, warehouse]

	def set(self, item_code: str, warehouse: str, qty: float, value: float) -> None:
		self.known[item_code, warehouse] = (qty, value)


def post_stock(doc: "Document") -> None:
	"""Insert the stock ledger rows of `doc.get_movements()` and the general ledger rows that go with them."""
	doc.sl_entries = sl_map(doc, Balances())
	for row in doc.sl_entries:
		insert_sl_entry(row)
	make_gl_entries(doc)


def sl_map(doc: "Document", balances: Balances) -> list[frappe._dict]:
	"""The stock ledger rows of `doc`, in the order of its rows."""
	return [_sl_row(doc, movement, balances) for movement in doc.get_movements()]


def _sl_row(doc: "Document", movement: Movement, balances: Balances) -> frappe._dict:
	qty, value = balances.get(movement.item_code, movement.warehouse)
	average = flt(value / qty, 6) if qty else movement.rate
	difference = flt(movement.qty * (movement.rate if movement.qty > 0 else average), 2)
	after, value_after = flt(qty + movement.qty, 3), flt(value + difference, 2)
	check_stock(movement.item_code, movement.warehouse, after)
	balances.set(movement.item_code, movement.warehouse, after, value_after)
	return frappe._dict(
		doctype="Stock Ledger Entry",
		item_code=movement.item_code,
		warehouse=movement.warehouse,
		posting_date=doc.posting_date,
		posting_time=doc.posting_time,
		voucher_type=doc.doctype,
		voucher_no=doc.name,
		voucher_detail_no=movement.row,
		actual_qty=movement.qty,
		qty_after_transaction=after,
		stock_uom=frappe.get_cached_value("Item", movement.item_code, "stock_uom"),
		incoming_rate=movement.rate if movement.qty > 0 else 0.0,
		valuation_rate=flt(value_after / after, 2) if after else 0.0,
		stock_value=value_after,
		stock_value_difference=difference,
		company=doc.company,
		is_cancelled=0,
	)


def check_stock(item_code: str, warehouse: str, qty: float) -> None:
	if qty < 0:
		frappe.throw(
			_("{0} units of {1} needed in {2} to complete this transaction.").format(
				-qty, item_code, warehouse
			),
			NegativeStockError,
		)


def insert_sl_entry(row: frappe._dict) -> None:
	entry = frappe.get_doc(row)
	entry.docstatus = 1
	entry.flags.ignore_permissions = True
	entry.flags.from_voucher = True
	entry.insert()


def reverse_stock(doc: "Document") -> None:
	"""Mark the voucher's rows in both ledgers as cancelled and write their mirror images, as ERPNext does."""
	filters = {"voucher_type": doc.doctype, "voucher_no": doc.name, "is_cancelled": 0}
	rows = frappe.get_all("Stock Ledger Entry", filters=filters, fields=["*"], order_by="name desc")
	frappe.db.set_value("Stock Ledger Entry", filters, "is_cancelled", 1)
	balances = Balances()
	for row in rows:
		qty, _value = balances.get(row.item_code, row.warehouse)
		check_stock(row.item_code, row.warehouse, qty)
		mirror = frappe._dict(
			(key, value)
			for key, value in row.items()
			if key not in ("name", "creation", "modified", "owner", "modified_by")
		)
		mirror.update(doctype="Stock Ledger Entry", is_cancelled=1, qty_after_transaction=qty)
		mirror.actual_qty, mirror.stock_value_difference = -row.actual_qty, -row.stock_value_difference
		insert_sl_entry(mirror)
	reverse_gl_entries(doc)


def stock_gl_map(doc: "Document", against_account: str) -> list[frappe._dict]:
	"""What the stock on hand gains or loses by `doc`, against one account; nothing if its value stays the same."""
	value = flt(sum(row.stock_value_difference for row in doc.sl_entries), 2)
	if not value:
		return []
	stock = frappe.get_cached_value("Company", doc.company, "default_inventory_account")
	gained, lost = ("debit", "credit") if value > 0 else ("credit", "debit")
	return [
		gl_row(doc, account=stock, against=against_account, **{gained: abs(value)}),
		gl_row(doc, account=against_account, against=stock, **{lost: abs(value)}),
	]


def set_posting_time(doc: "Document") -> None:
	if not doc.set_posting_time:
		doc.posting_time = doc.posting_time or nowtime()


def delete_ledger_rows(doc: "Document") -> None:
	"""A cancelled voucher takes its ledger rows along when it is deleted, as in ERPNext."""
	for ledger in ("Stock Ledger Entry", "GL Entry"):
		frappe.db.delete(ledger, {"voucher_type": doc.doctype, "voucher_no": doc.name})
