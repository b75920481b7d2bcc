"""Deliveries, the stock ledger, and the mappers that lead from a quotation to its payment."""

from collections.abc import Callable

import frappe
import pytest
from frappe.utils import add_days, flt, nowdate

from demo_erp.controllers.stock_ledger import NegativeStockError
from demo_erp.seeding.companies import GULF, TRADING
from demo_erp.seeding.users import CLERK, SALES_NORTH, STOREKEEPER

ITEM, SERVICE = "MCP-STOCK-1", "INS-001"
STORES, FINISHED = "Stores - MT", "Finished Goods - MT"


@pytest.fixture
def make() -> Callable:
	"""make(source document, target DocType, **values): the document that the hook's mapper makes of it."""
	mappers = frappe.get_hooks("mcp_mappers", app_name="demo_erp")

	def make(source: "frappe.model.document.Document", target: str, **values):
		[path] = mappers[source.doctype][target]
		doc = frappe.get_attr(path)(source.name)
		assert doc.doctype == target and doc.is_new()
		return doc.update(values)

	return make


@pytest.fixture
def item() -> str:
	return (
		frappe.get_doc(
			doctype="Item",
			item_code=ITEM,
			item_group="Fasteners",
			stock_uom="Nos",
			is_stock_item=1,
			standard_rate=25,
			valuation_rate=10,
		)
		.insert()
		.name
	)


@pytest.fixture
def customer() -> str:
	return frappe.get_doc(doctype="Customer", customer_name="Fresh", territory="North").insert().name


def receive(item: str, qty: float, rate: float = 10, **values):
	return frappe.get_doc(
		{
			"doctype": "Stock Entry",
			"naming_series": "MAT-STE-.YYYY.-",
			"stock_entry_type": "Material Receipt",
			"company": TRADING,
			"to_warehouse": STORES,
			"items": [{"item_code": item, "qty": qty, "basic_rate": rate}],
			**values,
		}
	).submit()


def new_order(customer: str, item: str, qty: float = 4):
	return frappe.get_doc(
		doctype="Sales Order",
		naming_series="SAL-ORD-.YYYY.-",
		customer=customer,
		company=TRADING,
		delivery_date=add_days(nowdate(), 7),
		items=[{"item_code": item, "qty": qty}],
	).submit()


def stock(voucher: str) -> list[tuple]:
	rows = frappe.get_all(
		"Stock Ledger Entry",
		filters={"voucher_no": voucher},
		fields=["warehouse", "actual_qty", "qty_after_transaction", "stock_value_difference", "is_cancelled"],
		order_by="name",
	)
	return [tuple(row.values()) for row in rows]


def ledger(voucher: str) -> set[tuple]:
	rows = frappe.get_all(
		"GL Entry", filters={"voucher_no": voucher}, fields=["account", "debit", "credit", "is_cancelled"]
	)
	return {tuple(row.values()) for row in rows}


class TestChain:
	def test_from_a_quotation_to_its_payment(self, customer, item, make):
		receive(item, 10)
		quotation = frappe.get_doc(
			doctype="Quotation",
			naming_series="SAL-QTN-.YYYY.-",
			quotation_to="Customer",
			party_name=customer,
			company=TRADING,
			items=[{"item_code": item, "qty": 4}],
		).submit()
		order = make(quotation, "Sales Order", delivery_date=add_days(nowdate(), 7)).submit()
		assert (order.customer, order.grand_total) == (customer, 100)
		assert frappe.db.get_value("Quotation", quotation.name, "status") == "Ordered"

		note = make(order, "Delivery Note").submit()
		assert note.status == "To Bill"
		assert stock(note.name) == [(STORES, -4, 6, -40, 0)]
		assert ledger(note.name) == {
			("Cost of Goods Sold - MT", 40, 0, 0),
			("Stock In Hand - MT", 0, 40, 0),
		}
		order.reload()
		assert (order.per_delivered, order.delivery_status, order.status) == (
			100,
			"Fully Delivered",
			"To Bill",
		)

		invoice = make(note, "Sales Invoice").submit()
		order.reload(), note.reload()
		assert (order.per_billed, order.status) == (100, "Completed")
		assert (note.per_billed, note.status) == (100, "Completed")

		payment = make(invoice, "Payment Entry", reference_no="TRX-1").submit()
		assert payment.paid_amount == 100
		invoice.reload()
		assert (invoice.outstanding_amount, invoice.status) == (0, "Paid")

		payment.cancel()
		invoice.reload()
		assert (invoice.outstanding_amount, invoice.status) == (100, "Unpaid")
		invoice.cancel()
		order.reload(), note.reload()
		assert (order.status, note.status) == ("To Bill", "To Bill")
		note.cancel()
		order.reload()
		assert (order.per_delivered, order.status) == (0, "To Deliver and Bill")
		assert stock(note.name) == [(STORES, -4, 6, -40, 1), (STORES, 4, 10, 40, 1)]

	def test_an_invoice_of_an_order_and_its_credit_note(self, customer, item, make):
		order = new_order(customer, item)
		invoice = make(order, "Sales Invoice").submit()
		assert invoice.items[0].so_detail == order.items[0].name
		credit = make(invoice, "Sales Invoice").submit()
		assert (credit.grand_total, credit.return_against, credit.status) == (-100, invoice.name, "Return")

	def test_in_parts(self, customer, item, make):
		receive(item, 10)
		order = new_order(customer, item)
		first = make(order, "Delivery Note")
		first.items[0].qty = 1
		first.submit()
		order.reload()
		assert (order.per_delivered, order.delivery_status) == (25, "Partly Delivered")
		assert make(order, "Delivery Note").items[0].qty == 3

	def test_only_of_submitted_sources(self, customer, item, make):
		order = new_order(customer, item)
		order.cancel()
		with pytest.raises(frappe.ValidationError, match="docstatus"):
			make(order, "Delivery Note")

	def test_an_expired_quotation(self, customer, item, make):
		quotation = frappe.get_doc(
			doctype="Quotation",
			naming_series="SAL-QTN-.YYYY.-",
			quotation_to="Customer",
			party_name=customer,
			company=TRADING,
			transaction_date="2026-01-05",
			valid_till="2026-01-06",
			items=[{"item_code": item, "qty": 4}],
		).submit()
		with pytest.raises(frappe.ValidationError, match="Validity period"):
			make(quotation, "Sales Order")
		assert make(quotation, "Sales Invoice").customer == customer


class TestDeliveryNote:
	def test_not_more_than_is_there(self, customer, item, make):
		receive(item, 3)
		note = make(new_order(customer, item), "Delivery Note").insert()
		with pytest.raises(NegativeStockError, match=r"1\.0 units of MCP-STOCK-1 needed"):
			note.submit()

	def test_not_more_than_was_ordered(self, customer, item, make):
		receive(item, 10)
		note = make(new_order(customer, item), "Delivery Note")
		note.items[0].qty = 5
		with pytest.raises(frappe.ValidationError, match=r"over limit by Qty 1\.0"):
			note.submit()

	def test_a_delivered_order_can_not_be_cancelled(self, customer, item, make):
		receive(item, 10)
		order = new_order(customer, item)
		make(order, "Delivery Note").submit()
		order.reload()
		with pytest.raises(frappe.LinkExistsError):
			order.cancel()

	def test_a_service_moves_no_stock(self, customer, make):
		note = make(new_order(customer, SERVICE), "Delivery Note").submit()
		assert stock(note.name) == [] and ledger(note.name) == set()

	@pytest.mark.parametrize(
		("values", "message"),
		[
			({"set_warehouse": "Stores - MG"}, "does not belong to company"),
			({"customer": "O'Brien & Sons"}, "does not match with Sales Order"),
		],
	)
	def test_refusals(self, customer, item, make, values, message):
		note = make(new_order(customer, item), "Delivery Note", **values)
		if "set_warehouse" in values:
			note.items[0].warehouse = None
		with pytest.raises(frappe.ValidationError, match=message):
			note.insert()

	def test_a_cancelled_one_can_be_deleted_with_its_ledgers(self, customer, item, make):
		receive(item, 10)
		note = make(new_order(customer, item), "Delivery Note").submit()
		note.cancel()
		note.delete()
		assert stock(note.name) == [] and ledger(note.name) == set()


class TestStockEntry:
	def test_the_average_of_two_receipts(self, item):
		receive(item, 10, 10)
		second = receive(item, 10, 20)
		assert stock(second.name) == [(STORES, 10, 20, 200, 0)]
		issue = receive(item, 5, stock_entry_type="Material Issue", from_warehouse=STORES, to_warehouse=None)
		assert stock(issue.name) == [(STORES, -5, 15, -75, 0)]
		assert ledger(issue.name) == {("Stock In Hand - MT", 0, 75, 0), ("Stock Adjustment - MT", 75, 0, 0)}

	def test_a_transfer_changes_no_value(self, item):
		receive(item, 10)
		moved = receive(
			item, 4, stock_entry_type="Material Transfer", from_warehouse=STORES, to_warehouse=FINISHED
		)
		assert stock(moved.name) == [(STORES, -4, 6, -40, 0), (FINISHED, 4, 4, 40, 0)]
		assert ledger(moved.name) == set()

	def test_a_receipt_of_what_has_left_can_not_be_cancelled(self, item, customer, make):
		receipt = receive(item, 4)
		make(new_order(customer, item), "Delivery Note").submit()
		with pytest.raises(NegativeStockError):
			receipt.cancel()

	@pytest.mark.parametrize(
		("values", "message"),
		[
			({"to_warehouse": None}, "Target warehouse is mandatory"),
			({"stock_entry_type": "Material Issue"}, "Source warehouse is mandatory"),
			({"company": GULF}, "does not belong to company"),
			({"items": [{"item_code": SERVICE, "qty": 1}]}, "is not a stock Item"),
			({"items": [{"item_code": "BOLT M8/40", "qty": -1}]}, "must be a positive number"),
		],
	)
	def test_refusals(self, item, values, message):
		with pytest.raises(frappe.ValidationError, match=message):
			receive(item, 1, **values)


def test_the_stock_ledger_is_not_written_by_hand():
	with pytest.raises(frappe.ValidationError, match="never by hand"):
		frappe.get_doc(
			doctype="Stock Ledger Entry",
			item_code="BOLT M8/40",
			warehouse=STORES,
			voucher_type="Delivery Note",
			voucher_no="MAT-DN-2026-00001",
			company=TRADING,
		).insert()
	name = frappe.get_all("Stock Ledger Entry", pluck="name", limit=1)[0]
	with pytest.raises(frappe.ValidationError, match="can not be deleted"):
		frappe.delete_doc("Stock Ledger Entry", name)


def test_who_may_do_what(as_user):
	rights = {
		STOREKEEPER: {"Delivery Note": "submit", "Stock Entry": "submit", "Stock Ledger Entry": "read"},
		SALES_NORTH: {"Delivery Note": "submit", "Stock Entry": None, "Stock Ledger Entry": None},
		CLERK: {"Delivery Note": "read", "Stock Entry": None, "Stock Ledger Entry": None},
	}
	for user, allowed in rights.items():
		with as_user(user):
			for doctype, ptype in allowed.items():
				assert frappe.has_permission(doctype, "read") == bool(ptype), (user, doctype)
				assert frappe.has_permission(doctype, "submit") == (ptype == "submit"), (user, doctype)
	with as_user(STOREKEEPER):
		assert not frappe.has_permission("GL Entry")


class TestSeed:
	def test_each_movement_follows_from_the_one_before(self):
		balances: dict[tuple, float] = {}
		rows = frappe.get_all("Stock Ledger Entry", fields=["*"], order_by="name")
		assert len(rows) > 500
		for row in rows:
			key = row.item_code, row.warehouse
			balances[key] = flt(balances.get(key, 0) + row.actual_qty, 3)
			assert row.qty_after_transaction == balances[key] >= 0

	def test_the_ledgers_agree(self):
		for company in (TRADING, GULF):
			values = frappe.get_all(
				"Stock Ledger Entry", filters={"company": company}, pluck="stock_value_difference"
			)
			account = frappe.db.get_value("Company", company, "default_inventory_account")
			rows = frappe.get_all("GL Entry", filters={"account": account}, fields=["debit", "credit"])
			assert flt(sum(values), 2) == flt(sum(row.debit - row.credit for row in rows), 2) > 0

	def test_delivered_orders_add_up(self):
		delivered = frappe.get_all(
			"Delivery Note Item",
			filters={"docstatus": 1},
			fields=["so_detail", "qty"],
		)
		rows = frappe.get_all(
			"Sales Order Item", filters={"delivered_qty": (">", 0)}, fields=["name", "delivered_qty"]
		)
		assert {row.name: row.delivered_qty for row in rows} == {row.so_detail: row.qty for row in delivered}

	def test_the_numbers_go_on_behind_the_seed(self, item):
		before = frappe.get_all("Stock Entry", pluck="name")
		assert receive(item, 1).name not in before
