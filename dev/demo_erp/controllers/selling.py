"""The base of Quotation, Sales Order, Delivery Note, Sales Invoice and POS Invoice."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, flt, getdate

from demo_erp.controllers.currency import get_exchange_rate
from demo_erp.controllers.totals import calculate_totals


class PartyDisabled(frappe.ValidationError):
	"""The customer is disabled."""


class SellingController(Document):
	"""Fills what the user left empty, checks the rows, computes the totals."""

	date_field = "transaction_date"

	def validate(self) -> None:
		self.set_missing_values()
		self.validate_items()
		self.validate_dates()
		calculate_totals(self)
		self.set_status()

	def get_customer(self) -> str | None:
		return self.get("customer")

	def set_status(self) -> None:
		raise NotImplementedError

	# ---------------------------------------------------------------- missing values

	def set_missing_values(self) -> None:
		customer = self.get_customer_values()
		company = frappe.get_cached_value(
			"Company",
			self.company,
			["default_currency", "cost_center", "abbr", "default_expense_account"],
			as_dict=True,
		)
		if customer:
			self.customer_name = customer.customer_name
			self.customer_group = self.customer_group or customer.customer_group
			self.territory = self.territory or customer.territory
			if self.meta.has_field("tax_id"):
				self.tax_id = customer.tax_id
		self.set_currency_and_price_list(customer or frappe._dict(), company.default_currency)
		for row in self.items:
			self.set_missing_item_values(row, company)

	def get_customer_values(self) -> frappe._dict | None:
		if not (name := self.get_customer()):
			return None
		customer = frappe.db.get_value(
			"Customer",
			name,
			[
				"customer_name",
				"customer_group",
				"territory",
				"tax_id",
				"default_currency",
				"default_price_list",
				"disabled",
				"is_frozen",
			],
			as_dict=True,
		)
		if customer and customer.disabled:
			frappe.throw(_("Customer {0} is disabled").format(name), PartyDisabled)
		return customer

	def set_currency_and_price_list(self, customer: frappe._dict, company_currency: str) -> None:
		self.currency = self.currency or customer.default_currency or company_currency
		if not flt(self.conversion_rate) or self.currency == company_currency:
			self.conversion_rate = get_exchange_rate(self.currency, company_currency)
		self.selling_price_list = (
			self.selling_price_list
			or customer.default_price_list
			or frappe.get_cached_value("Customer Group", self.customer_group, "default_price_list")
			or frappe.db.get_single_value("Selling Settings", "selling_price_list")
		)
		if self.selling_price_list:
			self.price_list_currency = frappe.get_cached_value(
				"Price List", self.selling_price_list, "currency"
			)
			self.plc_conversion_rate = get_exchange_rate(self.price_list_currency, company_currency)

	def set_missing_item_values(self, row: Document, company: frappe._dict) -> None:
		item = self.get_item(row)
		row.item_name = row.item_name or item.item_name
		row.description = row.description or item.description or item.item_name
		row.item_group = item.item_group
		row.stock_uom = item.stock_uom
		row.uom = row.uom or item.stock_uom
		row.conversion_factor = flt(row.conversion_factor) or 1.0
		if not flt(row.price_list_rate):
			row.price_list_rate = self.get_price_list_rate(row)
		if row.meta.has_field("valuation_rate"):
			row.valuation_rate = item.valuation_rate
		if row.meta.has_field("incoming_rate") and not flt(row.incoming_rate):
			row.incoming_rate = item.valuation_rate
		if row.meta.has_field("cost_center"):
			row.cost_center = row.cost_center or self.get("cost_center") or company.cost_center
		if row.meta.has_field("warehouse") and item.is_stock_item:
			row.warehouse = row.warehouse or self.get("set_warehouse") or f"Stores - {company.abbr}"
		if row.meta.has_field("expense_account"):
			row.expense_account = row.expense_account or company.default_expense_account

	def get_item(self, row: Document) -> frappe._dict:
		item = frappe.get_cached_value(
			"Item",
			row.item_code,
			[
				"item_name",
				"description",
				"item_group",
				"stock_uom",
				"valuation_rate",
				"disabled",
				"is_sales_item",
				"is_stock_item",
				"end_of_life",
			],
			as_dict=True,
		)
		if not item:
			frappe.throw(
				_("Row {0}: Item {1} does not exist").format(row.idx, row.item_code),
				frappe.LinkValidationError,
			)
		if item.disabled:
			frappe.throw(_("Item {0} is disabled").format(row.item_code))
		if not item.is_sales_item:
			frappe.throw(_("Item {0} must be a Sales Item").format(row.item_code))
		if item.end_of_life and getdate(item.end_of_life) <= getdate(self.get(self.date_field)):
			frappe.throw(_("Item {0} has reached its end of life").format(row.item_code))
		return item

	def get_price_list_rate(self, row: Document) -> float:
		"""The customer's own price before the general one, in the currency of the document."""
		if not self.selling_price_list:
			return 0.0
		prices = frappe.get_all(
			"Item Price",
			filters={"price_list": self.selling_price_list, "item_code": row.item_code, "uom": row.uom},
			fields=["customer", "price_list_rate"],
			order_by="valid_from desc",
		)
		for customer in (self.get_customer(), None):
			for price in prices:
				if (price.customer or None) == customer:
					in_company_currency = flt(price.price_list_rate) * flt(self.plc_conversion_rate)
					return flt(in_company_currency / flt(self.conversion_rate), 2)
		return 0.0

	# ---------------------------------------------------------------- checks

	def validate_items(self) -> None:
		for row in self.items:
			if not flt(row.qty):
				frappe.throw(_("Row #{0}: Qty can not be zero for Item {1}").format(row.idx, row.item_code))
			if flt(row.qty) < 0 and not self.get("is_return"):
				frappe.throw(_("Row #{0}: Qty must be a positive number").format(row.idx))
			whole = frappe.get_cached_value("UOM", row.uom, "must_be_whole_number")
			if cint(whole) and flt(row.qty) != cint(row.qty):
				frappe.throw(
					_(
						"Row {1}: Quantity ({0}) cannot be a fraction. To allow this, disable '{2}' in UOM {3}."
					).format(flt(row.qty), row.idx, _("Must be Whole Number"), row.uom)
				)
			if flt(row.rate) < 0:
				frappe.throw(
					_("Row #{0}: Rate cannot be negative for Item {1}").format(row.idx, row.item_code)
				)

	def validate_dates(self) -> None:
		"""The dates of one document must follow each other; each doctype says which."""
