"""The controllers behave as ERPNext's do where a test of erpnext_mcp could see it."""

import frappe
import pytest
from frappe.model.workflow import apply_workflow, get_transitions
from frappe.utils import add_days, flt, nowdate

from demo_erp.controllers.credit_limit import CreditLimitCrossed
from demo_erp.controllers.selling import PartyDisabled
from demo_erp.seeding.companies import GULF, TRADING
from demo_erp.seeding.users import CLERK, MANAGER, SALES_NORTH

ITEM = "BOLT M8/40"


@pytest.fixture
def customer() -> str:
	"""A new customer without limit, discount or history."""
	doc = frappe.get_doc(doctype="Customer", customer_name="Fresh Customer", territory="North")
	return doc.insert().name


def new_invoice(party: str, **values) -> "frappe.model.document.Document":
	doc = frappe.get_doc(
		{
			"doctype": "Sales Invoice",
			"naming_series": "ACC-SINV-.YYYY.-",
			"customer": party,
			"company": TRADING,
			"due_date": add_days(nowdate(), 30),
			"items": [{"item_code": ITEM, "qty": 2, "rate": 50}],
			**values,
		}
	)
	return doc


def new_order(party: str, **values) -> "frappe.model.document.Document":
	return frappe.get_doc(
		{
			"doctype": "Sales Order",
			"naming_series": "SAL-ORD-.YYYY.-",
			"customer": party,
			"company": TRADING,
			"delivery_date": add_days(nowdate(), 7),
			"items": [{"item_code": ITEM, "qty": 2, "rate": 50}],
			**values,
		}
	)


def new_payment(invoice: "frappe.model.document.Document", amount: float) -> "frappe.model.document.Document":
	return frappe.get_doc(
		{
			"doctype": "Payment Entry",
			"naming_series": "ACC-PAY-.YYYY.-",
			"payment_type": "Receive",
			"company": invoice.company,
			"mode_of_payment": "Wire Transfer",
			"party_type": "Customer",
			"party": invoice.customer,
			"paid_amount": amount,
			"reference_no": "1",
			"reference_date": nowdate(),
			"references": [
				{
					"reference_doctype": "Sales Invoice",
					"reference_name": invoice.name,
					"allocated_amount": amount,
				}
			],
		}
	)


def ledger(voucher: str) -> list[tuple]:
	rows = frappe.get_all(
		"GL Entry",
		filters={"voucher_no": voucher},
		fields=["account", "debit", "credit", "is_cancelled"],
		order_by="name",
	)
	return [(row.account, row.debit, row.credit, row.is_cancelled) for row in rows]


class TestCustomer:
	def test_is_named_after_customer_name(self, customer):
		assert customer == "Fresh Customer"
		again = frappe.get_doc(doctype="Customer", customer_name="Fresh Customer").insert()
		assert again.name == "Fresh Customer - 1"
		assert (again.customer_group, again.territory) == ("Commercial", "Overseas")

	def test_is_named_by_series_if_the_settings_say_so(self):
		frappe.db.set_single_value("Selling Settings", "cust_master_name", "Naming Series")
		doc = frappe.get_doc(doctype="Customer", customer_name="By Series").insert()
		assert doc.name.startswith("CUST-")

	def test_an_email_address_makes_a_contact(self, monkeypatch):
		monkeypatch.setattr("frappe.contacts.doctype.contact.contact.has_gravatar", lambda email: "")
		doc = frappe.get_doc(
			doctype="Customer", customer_name="Mail Me", email_id="mail@example.com"
		).insert()
		contact = frappe.get_doc("Contact", doc.customer_primary_contact)
		assert (contact.name, contact.email_id) == ("Mail Me-Mail Me", "mail@example.com")
		assert frappe.db.get_value("Customer", doc.name, "email_id") == "mail@example.com"

	def test_must_not_be_named_like_a_group(self):
		with pytest.raises(frappe.NameError, match="Customer Group exists"):
			frappe.get_doc(doctype="Customer", customer_name="Commercial").insert()

	def test_credit_limit_not_below_what_is_owed(self, customer):
		new_invoice(customer).submit()
		doc = frappe.get_doc("Customer", customer)
		doc.append("credit_limits", {"company": TRADING, "credit_limit": 99})
		with pytest.raises(frappe.ValidationError, match="has to be at least 100"):
			doc.save()

	def test_one_credit_limit_for_each_company(self, customer):
		doc = frappe.get_doc("Customer", customer)
		for _number in range(2):
			doc.append("credit_limits", {"company": TRADING, "credit_limit": 1000})
		with pytest.raises(frappe.ValidationError, match="already defined"):
			doc.save()

	def test_can_not_be_deleted_while_linked(self):
		name = frappe.get_all("Sales Invoice", filters={"docstatus": 1}, pluck="customer", limit=1)[0]
		with pytest.raises(frappe.LinkExistsError):
			frappe.delete_doc("Customer", name)

	def test_deleting_takes_contact_and_address_along(self, customer):
		contact = frappe.get_doc(doctype="Contact", first_name="Only")
		contact.append("links", {"link_doctype": "Customer", "link_name": customer})
		contact.insert()
		frappe.delete_doc("Customer", customer)
		assert not frappe.db.exists("Contact", contact.name)


class TestPrices:
	def test_a_missing_rate_comes_from_the_price_list(self, customer):
		doc = new_invoice(customer, items=[{"item_code": ITEM, "qty": 3}]).insert()
		price = frappe.db.get_value(
			"Item Price", {"item_code": ITEM, "price_list": "Standard Selling"}, "price_list_rate"
		)
		assert doc.items[0].rate == doc.items[0].price_list_rate == price
		assert doc.grand_total == flt(price * 3, 2)

	def test_the_rate_that_was_sent_stays(self, customer):
		row = new_invoice(customer).insert().items[0]
		assert row.rate == 50 != row.price_list_rate

	def test_a_discount_overrides_the_rate_that_was_sent(self, customer):
		items = [{"item_code": ITEM, "qty": 1, "rate": 1, "discount_percentage": 10}]
		row = new_invoice(customer, items=items).insert().items[0]
		assert row.rate == flt(row.price_list_rate * 0.9, 2) != 1

	def test_the_customers_own_price_comes_first(self, customer):
		frappe.get_doc(
			doctype="Item Price",
			item_code=ITEM,
			price_list="Standard Selling",
			customer=customer,
			price_list_rate=7.77,
			valid_from="2026-01-01",
		).insert()
		assert new_invoice(customer, items=[{"item_code": ITEM, "qty": 1}]).insert().items[0].rate == 7.77

	def test_foreign_currency(self, customer):
		doc = new_invoice(customer, currency="USD").insert()
		assert (doc.conversion_rate, doc.grand_total, doc.base_grand_total) == (0.92, 100, 92)
		assert doc.outstanding_amount == 92

	def test_a_second_price_for_the_same_is_refused(self):
		price = frappe.get_all("Item Price", limit=1, pluck="name")[0]
		with pytest.raises(frappe.ValidationError, match="appears multiple times"):
			frappe.copy_doc(frappe.get_doc("Item Price", price)).insert()

	def test_a_new_item_with_a_standard_rate_has_a_price(self):
		frappe.get_doc(
			doctype="Item", item_code="NEW/1", item_group="Tools", stock_uom="Nos", standard_rate=12
		).insert()
		assert frappe.db.get_value("Item Price", {"item_code": "NEW/1"}, "price_list_rate") == 12


class TestSalesInvoice:
	def test_totals_with_tax_and_discount(self, customer):
		doc = new_invoice(
			customer,
			additional_discount_percentage=10,
			items=[
				{"item_code": ITEM, "qty": 1, "rate": 33.33},
				{"item_code": "TOO-001", "qty": 2, "rate": 10},
			],
			taxes=[
				{"charge_type": "On Net Total", "account_head": "VAT - MT", "description": "VAT", "rate": 19},
				{"charge_type": "Actual", "account_head": "VAT - MT", "description": "Fee", "tax_amount": 1},
			],
		).insert()
		assert (doc.total, doc.discount_amount, doc.net_total) == (53.33, 5.33, 48.0)
		assert sum(row.net_amount for row in doc.items) == 48.0
		assert (doc.total_taxes_and_charges, doc.grand_total, doc.rounded_total) == (10.12, 58.12, 58)
		assert doc.taxes[-1].total == doc.grand_total
		assert "Fifty" in doc.in_words and doc.title == "Fresh Customer"

	def test_submit_writes_the_ledger_and_cancel_reverses_it(self, customer):
		doc = new_invoice(customer).insert()
		assert (doc.status, ledger(doc.name)) == ("Draft", [])
		doc.submit()
		assert (doc.status, doc.outstanding_amount) == ("Unpaid", 100)
		assert ledger(doc.name) == [("Debtors - MT", 100, 0, 0), ("Sales - MT", 0, 100, 0)]
		doc.cancel()
		assert frappe.db.get_value("Sales Invoice", doc.name, ["status", "outstanding_amount"]) == (
			"Cancelled",
			0,
		)
		assert ledger(doc.name) == [
			("Debtors - MT", 100, 0, 1),
			("Sales - MT", 0, 100, 1),
			("Debtors - MT", 0, 100, 1),
			("Sales - MT", 100, 0, 1),
		]

	def test_amend(self, customer):
		doc = new_invoice(customer).submit()
		doc.cancel()
		amended = frappe.copy_doc(doc)
		amended.amended_from = doc.name
		amended.insert()
		assert amended.name == f"{doc.name}-1"
		assert amended.status == "Draft" and amended.outstanding_amount == 100

	def test_overdue(self, customer):
		doc = new_invoice(
			customer, posting_date="2026-01-10", set_posting_time=1, due_date="2026-02-01"
		).submit()
		assert doc.status == "Overdue"

	def test_a_credit_note(self, customer):
		original = new_invoice(customer).submit()
		doc = new_invoice(
			customer,
			is_return=1,
			return_against=original.name,
			items=[{"item_code": ITEM, "qty": -1, "rate": 50}],
		).submit()
		assert (doc.status, doc.grand_total) == ("Return", -50)
		assert ledger(doc.name) == [("Debtors - MT", 0, 50, 0), ("Sales - MT", 50, 0, 0)]

	@pytest.mark.parametrize(
		("values", "message"),
		[
			({"due_date": "2020-01-01"}, "Due Date cannot be before Posting Date"),
			({"items": [{"item_code": ITEM, "qty": 0, "rate": 1}]}, "Qty can not be zero"),
			({"items": [{"item_code": ITEM, "qty": -1, "rate": 1}]}, "positive number"),
			({"items": [{"item_code": ITEM, "qty": 1.5, "rate": 1}]}, "cannot be a fraction"),
			({"items": [{"item_code": ITEM, "qty": 1, "rate": -1}]}, "Rate cannot be negative"),
			({"debit_to": "Debtors - MG"}, "does not belong to company"),
			({"commission_rate": 101}, "Commission Rate"),
			({"currency": "EGP", "conversion_rate": 0, "company": "None"}, "Could not find Company"),
		],
	)
	def test_refusals(self, customer, values, message):
		with pytest.raises(frappe.ValidationError, match=message):
			new_invoice(customer, **values).insert()

	@pytest.mark.parametrize(
		("values", "error"),
		[
			({"items": []}, frappe.MandatoryError),
			({"customer": None}, frappe.MandatoryError),
			({"customer": "Nobody"}, frappe.LinkValidationError),
			({"items": [{"item_code": "No Such Item", "qty": 1}]}, frappe.LinkValidationError),
		],
	)
	def test_mandatory_fields_and_links(self, customer, values, error):
		with pytest.raises(error):
			new_invoice(customer, **values).insert()

	def test_disabled_customers_and_items(self, customer):
		item = frappe.get_all("Item", filters={"disabled": 1}, pluck="name", limit=1)[0]
		with pytest.raises(frappe.ValidationError, match="is disabled"):
			new_invoice(customer, items=[{"item_code": item, "qty": 1, "rate": 1}]).insert()
		frappe.db.set_value("Customer", customer, "disabled", 1)
		with pytest.raises(PartyDisabled):
			new_invoice(customer).insert()

	def test_the_credit_limit_stops_the_submission(self, customer):
		doc = frappe.get_doc("Customer", customer)
		doc.append("credit_limits", {"company": TRADING, "credit_limit": 150})
		doc.save()
		new_invoice(customer).submit()
		with pytest.raises(CreditLimitCrossed, match=r"200\.0/150\.0"):
			new_invoice(customer).submit()

	def test_nothing_changes_after_the_submission_but_what_may(self, customer):
		doc = new_invoice(customer).submit()
		doc.items[0].rate = 1
		with pytest.raises(frappe.UpdateAfterSubmitError):
			doc.save()
		doc.reload()
		doc.po_no = "PO 7"
		doc.save()
		assert frappe.db.get_value("Sales Invoice", doc.name, "po_no") == "PO 7"

	def test_a_cancelled_one_can_be_deleted_with_its_ledger(self, customer):
		doc = new_invoice(customer).submit()
		doc.cancel()
		frappe.delete_doc("Sales Invoice", doc.name)
		assert ledger(doc.name) == []


class TestPaymentEntry:
	def test_reduces_the_outstanding_amount_and_back(self, customer):
		invoice = new_invoice(customer).submit()
		part = new_payment(invoice, 40).submit()
		assert self.state(invoice) == (60, "Partly Paid")
		rest = new_payment(invoice, 60).submit()
		assert self.state(invoice) == (0, "Paid")
		assert ledger(rest.name) == [("Bank - MT", 60, 0, 0), ("Debtors - MT", 0, 60, 0)]
		part.cancel()
		assert self.state(invoice) == (40, "Partly Paid")
		assert [row[3] for row in ledger(part.name)] == [1, 1, 1, 1]

	@staticmethod
	def state(invoice) -> tuple[float, str]:
		return frappe.db.get_value("Sales Invoice", invoice.name, ["outstanding_amount", "status"])

	def test_an_advance(self, customer):
		invoice = new_invoice(customer).submit()
		payment = new_payment(invoice, 100)
		payment.paid_amount = 130
		payment.submit()
		assert payment.unallocated_amount == 30
		assert [row[2] for row in ledger(payment.name)] == [0, 100, 30]

	def test_not_more_than_is_owed(self, customer):
		with pytest.raises(frappe.ValidationError, match="greater than outstanding amount"):
			new_payment(new_invoice(customer).submit(), 100.01).insert()

	def test_not_for_a_draft_or_another_customer(self, customer):
		draft = new_invoice(customer).insert()
		with pytest.raises(frappe.ValidationError, match="must be submitted"):
			new_payment(draft, 10).insert()
		payment = new_payment(new_invoice(customer).submit(), 10)
		payment.party = "null"
		with pytest.raises(frappe.ValidationError, match="is associated with"):
			payment.insert()

	def test_the_bank_wants_a_reference(self, customer):
		payment = new_payment(new_invoice(customer).submit(), 10)
		payment.reference_no = None
		with pytest.raises(frappe.ValidationError, match="Reference No and Reference Date"):
			payment.insert()

	def test_a_paid_invoice_can_not_be_cancelled(self, customer):
		invoice = new_invoice(customer).submit()
		new_payment(invoice, 10).submit()
		invoice.reload()
		with pytest.raises(frappe.LinkExistsError):
			invoice.cancel()


class TestGLEntry:
	def test_is_not_made_by_hand(self, as_user):
		values = {
			"doctype": "GL Entry",
			"account": "Cash - MT",
			"debit": 1,
			"company": TRADING,
			"posting_date": nowdate(),
			"voucher_type": "Sales Invoice",
			"voucher_no": "ACC-SINV-2026-00001",
		}
		with pytest.raises(frappe.ValidationError, match="never by hand"):
			frappe.get_doc(values).insert()
		with as_user(CLERK), pytest.raises(frappe.PermissionError):
			frappe.get_doc(values).insert()

	def test_is_not_changed_deleted_or_cancelled_by_hand(self):
		name = frappe.get_all("GL Entry", limit=1, pluck="name")[0]
		doc = frappe.get_doc("GL Entry", name)
		doc.debit = 1
		with pytest.raises(frappe.ValidationError):
			doc.save()
		with pytest.raises(frappe.ValidationError):
			frappe.delete_doc("GL Entry", name)
		with pytest.raises(frappe.ValidationError):
			frappe.get_doc("GL Entry", name).cancel()


class TestSalesOrder:
	def test_the_workflow(self, customer, as_user):
		with as_user(SALES_NORTH):
			order = new_order(customer).insert()
			assert (order.workflow_state, order.status) == ("Draft", "Draft")
			assert [row.action for row in get_transitions(order)] == ["Submit for Approval"]
			order = apply_workflow(order, "Submit for Approval")
			assert order.workflow_state == "Pending Approval"
			assert get_transitions(order) == []
		with as_user(MANAGER):
			order = apply_workflow(frappe.get_doc("Sales Order", order.name), "Approve")
			assert (order.docstatus, order.workflow_state, order.status) == (
				1,
				"Approved",
				"To Deliver and Bill",
			)
			order = apply_workflow(order, "Cancel")
			assert (order.docstatus, order.status) == (2, "Cancelled")

	def test_an_invoice_bills_it(self, customer):
		order = new_order(customer).submit()
		row = order.items[0]
		items = [{"item_code": ITEM, "qty": 1, "rate": 50, "sales_order": order.name, "so_detail": row.name}]
		invoice = new_invoice(customer, items=items).submit()
		assert self.billing(order) == (50, "Partly Billed", "To Deliver and Bill")
		new_invoice(customer, items=items).submit()
		assert self.billing(order) == (100, "Fully Billed", "To Deliver")
		invoice.reload()
		invoice.cancel()
		assert self.billing(order) == (50, "Partly Billed", "To Deliver and Bill")

	@staticmethod
	def billing(order) -> tuple[float, str, str]:
		return frappe.db.get_value("Sales Order", order.name, ["per_billed", "billing_status", "status"])

	def test_needs_a_delivery_date_not_before_the_order(self, customer):
		with pytest.raises(frappe.ValidationError, match="Please enter Delivery Date"):
			new_order(customer, delivery_date=None).insert()
		with pytest.raises(frappe.ValidationError, match="Expected Delivery Date"):
			new_order(customer, delivery_date="2020-01-01").insert()

	def test_a_quotation_is_ordered_and_open_again(self, customer):
		quotation = frappe.get_doc(
			doctype="Quotation",
			naming_series="SAL-QTN-.YYYY.-",
			quotation_to="Customer",
			party_name=customer,
			company=TRADING,
			items=[{"item_code": ITEM, "qty": 1}],
		).submit()
		assert quotation.status == "Open"
		items = [{"item_code": ITEM, "qty": 1, "rate": 5, "prevdoc_docname": quotation.name}]
		order = new_order(customer, items=items).submit()
		assert frappe.db.get_value("Quotation", quotation.name, "status") == "Ordered"
		order.cancel()
		assert frappe.db.get_value("Quotation", quotation.name, "status") == "Open"

	def test_a_lost_quotation(self):
		name = frappe.get_all("Quotation", filters={"status": "Open"}, pluck="name", limit=1)[0]
		doc = frappe.get_doc("Quotation", name)
		doc.declare_enquiry_lost([{"lost_reason": "Went elsewhere"}], "too slow")
		doc.reload()
		assert (doc.status, [row.lost_reason for row in doc.lost_reasons]) == ("Lost", ["Went elsewhere"])


class TestPOSInvoice:
	def test_is_paid_at_once(self, customer):
		doc = frappe.get_doc(
			doctype="POS Invoice",
			naming_series="ACC-PSINV-.YYYY.-",
			customer=customer,
			company=TRADING,
			items=[{"item_code": ITEM, "qty": 1, "rate": 30}],
		)
		with pytest.raises(frappe.ValidationError, match="At least one mode of payment"):
			doc.insert()
		doc.append("payments", {"mode_of_payment": "Cash", "amount": 20})
		doc.insert()
		assert doc.payments[0].account == "Cash - MT"
		with pytest.raises(frappe.ValidationError, match="can't be lower"):
			doc.submit()
		doc.reload()
		doc.append("payments", {"mode_of_payment": "Wire Transfer", "amount": 15})
		doc.submit()
		assert (doc.status, doc.paid_amount, doc.change_amount, doc.outstanding_amount) == ("Paid", 35, 5, 0)
		assert ledger(doc.name) == []


class TestBOM:
	def test_name_and_cost(self):
		values = {
			"doctype": "BOM",
			"item": "100% Cotton",
			"company": TRADING,
			"currency": "EUR",
			"items": [{"item_code": "POL-001", "qty": 2, "rate": 1.5}],
		}
		first, second = frappe.get_doc(values).submit(), frappe.get_doc(values).submit()
		assert (first.name, second.name) == ("BOM-100% Cotton-001", "BOM-100% Cotton-002")
		assert second.total_cost == 3
		assert frappe.db.get_value("BOM", first.name, "is_default") == 0
		assert frappe.db.get_value("Item", "100% Cotton", "default_bom") == second.name

	def test_an_item_is_not_made_of_itself(self):
		with pytest.raises(frappe.ValidationError, match="BOM recursion"):
			frappe.get_doc(
				doctype="BOM",
				item=ITEM,
				company=TRADING,
				currency="EUR",
				items=[{"item_code": ITEM, "qty": 1, "rate": 1}],
			).insert()


class TestCompany:
	def test_a_new_one_has_accounts_and_a_cost_centre(self):
		doc = frappe.get_doc(
			doctype="Company", company_name="Third", abbr="T3", default_currency="USD", country="Germany"
		).insert()
		assert doc.default_receivable_account == "Debtors - T3"
		assert frappe.db.get_value("Account", "Debtors - T3", ["account_type", "account_currency"]) == (
			"Receivable",
			"USD",
		)
		assert doc.cost_center == "Main - T3"

	def test_abbreviations_are_unique(self):
		with pytest.raises(frappe.ValidationError, match="already used"):
			frappe.get_doc(
				doctype="Company", company_name="Fourth", abbr="MG", default_currency="USD", country="Germany"
			).insert()

	def test_an_invoice_of_the_other_company(self, customer):
		doc = new_invoice(customer, company=GULF).submit()
		assert doc.currency == "AED"
		assert [row[0] for row in ledger(doc.name)] == ["Debtors - MG", "Sales - MG"]


class TestTrees:
	def test_a_territory_can_not_go_while_it_has_children(self):
		with pytest.raises(frappe.ValidationError):
			frappe.delete_doc("Territory", "Germany")

	def test_positions(self):
		lft, rgt = frappe.db.get_value("Territory", "Middle East", ["lft", "rgt"])
		inside = frappe.get_all(
			"Territory", filters={"lft": (">", lft), "rgt": ("<", rgt)}, pluck="name", order_by="lft"
		)
		assert inside == ["Gulf", "Levant", "Maghreb"]

	def test_without_a_parent_it_goes_under_the_root(self):
		doc = frappe.get_doc(doctype="Territory", territory_name="Mars").insert()
		assert doc.parent_territory == "All Territories"
