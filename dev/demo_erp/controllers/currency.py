"""Fixed exchange rates, so that every run of the demo gives the same numbers."""

import frappe
from frappe import _
from frappe.utils import flt

# one unit of the currency in euros
IN_EURO = {"EUR": 1.0, "USD": 0.92, "GBP": 1.17, "AED": 0.25, "CNY": 0.13, "EGP": 0.02}


def get_exchange_rate(from_currency: str, to_currency: str) -> float:
	"""Return how many units of `to_currency` one unit of `from_currency` buys."""
	if from_currency == to_currency:
		return 1.0
	if from_currency not in IN_EURO or to_currency not in IN_EURO:
		frappe.throw(
			_(
				"Unable to find exchange rate for {0} to {1}. Please create a Currency Exchange record."
			).format(from_currency, to_currency)
		)
	return flt(IN_EURO[from_currency] / IN_EURO[to_currency], 9)
