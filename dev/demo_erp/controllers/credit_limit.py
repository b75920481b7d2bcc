"""Refuses orders and invoices beyond a customer's credit limit."""

import frappe
from frappe import _
from frappe.utils import cint, flt

from demo_erp.controllers.general_ledger import get_customer_outstanding


class CreditLimitCrossed(frappe.ValidationError):
	"""The customer owes more than the limit allows."""


def get_credit_limit(customer: str, company: str) -> frappe._dict | None:
	"""The customer's limit in this company, or else the one of the customer group."""
	group = frappe.get_cached_value("Customer", customer, "customer_group")
	for parenttype, parent in (("Customer", customer), ("Customer Group", group)):
		limit = frappe.db.get_value(
			"Customer Credit Limit",
			{"parenttype": parenttype, "parent": parent, "company": company},
			["credit_limit", "bypass_credit_limit_check"],
			as_dict=True,
		)
		if limit and flt(limit.credit_limit):
			return limit
	return None


def check_credit_limit(customer: str, company: str, extra: float = 0.0, is_order: bool = False) -> None:
	"""Throw if the outstanding amount plus `extra` is above the limit."""
	limit = get_credit_limit(customer, company)
	if not limit or (is_order and cint(limit.bypass_credit_limit_check)):
		return
	outstanding = flt(get_customer_outstanding(customer, company) + extra, 2)
	if outstanding > flt(limit.credit_limit):
		frappe.throw(
			_("Credit limit has been crossed for customer {0} ({1}/{2})").format(
				customer, outstanding, limit.credit_limit
			),
			CreditLimitCrossed,
		)
