"""Amounts of item rows, taxes and totals of quotations, orders and invoices: pure arithmetic on the document."""

from typing import TYPE_CHECKING

from frappe.utils import flt, money_in_words

if TYPE_CHECKING:
	from frappe.model.document import Document

PRECISION = 2


def calculate_totals(doc: "Document") -> None:
	"""Set every computed amount of `doc`, its item rows and its tax rows."""
	for row in doc.items:
		_set_rate(row)
		_set_amounts(row, doc.conversion_rate)

	doc.total_qty = flt(sum(flt(row.qty) for row in doc.items), 3)
	doc.total = _money(sum(row.amount for row in doc.items))
	doc.base_total = _money(sum(row.base_amount for row in doc.items))

	_apply_discount(doc)
	_set_taxes(doc)

	doc.grand_total = _money(doc.net_total + doc.total_taxes_and_charges)
	doc.base_grand_total = _money(doc.grand_total * doc.conversion_rate)
	doc.rounded_total = flt(doc.grand_total, 0)
	doc.base_rounded_total = flt(doc.base_grand_total, 0)
	doc.rounding_adjustment = _money(doc.rounded_total - doc.grand_total)
	doc.in_words = money_in_words(abs(doc.rounded_total), doc.currency)


def _money(value: float) -> float:
	return flt(value, PRECISION)


def _set_rate(row: "Document") -> None:
	"""A discount, or a missing rate, makes the rate follow the price list, as in ERPNext."""
	price_list_rate, discount = flt(row.price_list_rate), flt(row.discount_percentage)
	if price_list_rate and (discount or row.rate is None or not flt(row.rate)):
		row.rate = _money(price_list_rate * (1 - discount / 100))
	row.rate = _money(row.rate)
	row.discount_amount = _money(price_list_rate - row.rate) if price_list_rate > row.rate else 0.0


def _set_amounts(row: "Document", conversion_rate: float) -> None:
	row.stock_qty = flt(flt(row.qty) * flt(row.conversion_factor), 3)
	row.amount = _money(flt(row.qty) * row.rate)
	row.net_rate, row.net_amount = row.rate, row.amount
	for field in ("price_list_rate", "rate", "amount", "net_rate", "net_amount"):
		row.set(f"base_{field}", _money(flt(row.get(field)) * conversion_rate))
	if row.meta.has_field("gross_profit"):
		row.gross_profit = _money(row.base_net_amount - flt(row.valuation_rate) * row.stock_qty)


def _apply_discount(doc: "Document") -> None:
	"""Spread the additional discount over the rows; the last row takes what rounding left."""
	if flt(doc.additional_discount_percentage):
		doc.discount_amount = _money(doc.total * flt(doc.additional_discount_percentage) / 100)
	doc.discount_amount = _money(doc.discount_amount)
	doc.net_total = _money(doc.total - doc.discount_amount)

	if doc.discount_amount and doc.total:
		left = doc.net_total
		for row in doc.items:
			share = left if row is doc.items[-1] else _money(row.amount * doc.net_total / doc.total)
			left = _money(left - share)
			row.net_amount = share
			row.net_rate = _money(share / flt(row.qty)) if flt(row.qty) else 0.0
			row.base_net_amount = _money(share * doc.conversion_rate)
			row.base_net_rate = _money(row.net_rate * doc.conversion_rate)
			if row.meta.has_field("gross_profit"):
				row.gross_profit = _money(row.base_net_amount - flt(row.valuation_rate) * row.stock_qty)
	doc.base_net_total = _money(sum(row.base_net_amount for row in doc.items))


def _set_taxes(doc: "Document") -> None:
	running = doc.net_total
	for tax in doc.taxes:
		if tax.charge_type == "On Net Total":
			tax.tax_amount = _money(doc.net_total * flt(tax.rate) / 100)
		tax.tax_amount = _money(tax.tax_amount)
		running = _money(running + tax.tax_amount)
		tax.total = running
		tax.base_tax_amount = _money(tax.tax_amount * doc.conversion_rate)
	doc.total_taxes_and_charges = _money(sum(tax.tax_amount for tax in doc.taxes))
	doc.base_total_taxes_and_charges = _money(doc.total_taxes_and_charges * doc.conversion_rate)
