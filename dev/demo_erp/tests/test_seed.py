"""The seeded data: complete, consistent, what the controllers would have written, and the same every time."""

import hashlib

import frappe
import pytest
from frappe.utils import flt

from demo_erp import seed
from demo_erp.seeding.common import AS_OF
from demo_erp.seeding.companies import GULF, TRADING
from demo_erp.seeding.customers import INSTRUCTION
from demo_erp.seeding.items import ODD_ITEMS
from demo_erp.seeding.names import ARABIC_CUSTOMERS, ODD_CUSTOMERS, TERRITORIES
from demo_erp.seeding.oddities import ODD_NAMES
from demo_erp.seeding.users import USERS


def sums(rows: list[dict], key: str, *signed: tuple[str, int]) -> dict[str, float]:
	"""Add up signed columns by the value of a key."""
	result: dict[str, float] = {}
	for row in rows:
		result[row[key]] = result.get(row[key], 0.0) + sum(flt(row[field]) * sign for field, sign in signed)
	return {name: flt(value, 2) for name, value in result.items()}


@pytest.mark.parametrize(
	("doctype", "count"),
	[
		("Company", 2),
		("Customer", 500),
		("Item", 300),
		("Item Price", 600),
		("Quotation", 150),
		("Sales Order", 400),
		("Sales Invoice", 2000),
		("POS Invoice", 10),
		("Demo Visit Report", 20),
		("Demo Spec-Sheet", len(ODD_NAMES) + 1),
		("Demo Spec_Sheet", len(ODD_NAMES)),
		("Demo Counter", 5),
		("Demo Field Zoo", 2),
	],
)
def test_counts(doctype, count):
	assert frappe.db.count(doctype) == count


def test_a_second_run_adds_nothing():
	def counts() -> dict[str, int]:
		return {
			doctype: frappe.db.count(doctype)
			for doctype in (
				*seed.COUNTED,
				"User",
				"User Permission",
				"DocShare",
				"Workflow",
				"Contact",
				"Address",
			)
		}

	before, said = counts(), []
	result = seed.run(said.append)
	assert counts() == before
	assert len(said) == len(seed.STEPS)
	assert result["counts"]["Sales Invoice"] == 2000
	assert frappe.session.user == "Administrator"


def test_the_data_is_the_same_every_time():
	"""On every machine and every database; change the digest when you change the data on purpose."""
	digest = hashlib.sha256()
	for doctype, fields in (
		("Customer", ["name", "territory", "tax_id", "email_id", "owner"]),
		("Item", ["name", "standard_rate", "valuation_rate"]),
		("Sales Order", ["name", "customer", "transaction_date", "grand_total", "status", "per_billed"]),
		("Sales Invoice", ["name", "customer", "due_date", "grand_total", "outstanding_amount", "status"]),
		("Payment Entry", ["name", "party", "posting_date", "paid_amount", "docstatus"]),
		("Delivery Note", ["name", "customer", "posting_date", "grand_total", "status"]),
		("Stock Ledger Entry", ["name", "item_code", "warehouse", "actual_qty", "qty_after_transaction"]),
	):
		rows = frappe.get_all(doctype, fields=fields, as_list=True)
		for row in sorted(rows):
			values = [flt(value, 2) if isinstance(value, float) else str(value) for value in row]
			digest.update(repr(values).encode())
	assert digest.hexdigest()[:16] == "a526efb14cfb774c"


class TestCustomers:
	def test_nine_territories(self):
		rows = frappe.get_all("Customer", fields=["territory"])
		counted = {name: sum(row.territory == name for row in rows) for name in TERRITORIES}
		assert counted == {name: share * 5 for name, share in TERRITORIES.items()}

	@pytest.mark.parametrize("name", [*ODD_CUSTOMERS, *ARABIC_CUSTOMERS])
	def test_odd_names_are_stored_as_they_are(self, name):
		assert frappe.get_doc("Customer", name).customer_name == name
		assert frappe.get_all("Customer", filters={"customer_name": name}, pluck="name") == [name]

	def test_contacts_and_addresses_are_linked(self):
		name = ODD_CUSTOMERS[1]
		customer = frappe.get_doc("Customer", name)
		contact = frappe.get_doc("Contact", customer.customer_primary_contact)
		assert contact.email_id == customer.email_id and contact.mobile_no == customer.mobile_no
		assert contact.links[0].link_name == name
		assert frappe.get_doc("Address", customer.customer_primary_address).links[0].link_name == name

	def test_one_carries_text_that_reads_like_an_instruction(self):
		assert frappe.get_all("Customer", filters={"customer_details": INSTRUCTION}, pluck="name") == [
			ODD_CUSTOMERS[7]
		]

	def test_none_is_an_internal_customer(self):
		assert not frappe.db.exists("Customer", {"represents_company": ("is", "set")})

	def test_credit_limits_are_above_what_is_owed(self):
		rows = frappe.get_all(
			"GL Entry",
			filters={"party_type": "Customer", "is_cancelled": 0},
			fields=["party", "debit", "credit"],
		)
		owed = sums(rows, "party", ("debit", 1), ("credit", -1))
		limits = frappe.get_all(
			"Customer Credit Limit", filters={"parenttype": "Customer"}, fields=["parent", "credit_limit"]
		)
		assert len(limits) > 100
		assert all(row.credit_limit >= owed.get(row.parent, 0) for row in limits)


class TestItems:
	@pytest.mark.parametrize("code", [values[0] for values in ODD_ITEMS])
	def test_odd_codes_are_stored_as_they_are(self, code):
		assert frappe.get_doc("Item", code).item_code == code
		assert frappe.db.count("Item Price", {"item_code": code}) == 2

	def test_a_bill_of_materials_of_two_levels(self):
		bom = frappe.get_doc("BOM", "BOM-TOO-001-001")
		assert bom.items[0].item_code == "BOLT M8/40"
		assert frappe.db.get_value("Item", "BOLT M8/40", "default_bom") == "BOM-BOLT M8/40-001"
		assert bom.total_cost == flt(sum(row.amount for row in bom.items), 2) > 0


class TestLedger:
	def test_each_voucher_balances(self):
		rows = frappe.get_all("GL Entry", fields=["voucher_no", "debit", "credit", "is_cancelled"])
		assert len(rows) > 8000
		for cancelled in (0, 1):
			part = [row for row in rows if row.is_cancelled == cancelled]
			assert set(sums(part, "voucher_no", ("debit", 1), ("credit", -1)).values()) == {0.0}

	def test_each_submitted_voucher_has_its_rows_and_no_other_has(self):
		vouchers = {
			name
			for doctype in ("Sales Invoice", "Payment Entry")
			for name in frappe.get_all(doctype, filters={"docstatus": ("!=", 0)}, pluck="name")
		}
		# a delivery of services alone moves no stock
		vouchers |= set(frappe.get_all("Stock Ledger Entry", pluck="voucher_no"))
		assert set(frappe.get_all("GL Entry", pluck="voucher_no")) == vouchers

	def test_cancelled_vouchers_are_reversed(self):
		cancelled = {
			name
			for doctype in ("Sales Invoice", "Payment Entry")
			for name in frappe.get_all(doctype, filters={"docstatus": 2}, pluck="name")
		}
		assert len(cancelled) > 60
		rows = frappe.get_all("GL Entry", fields=["voucher_no", "account", "debit", "credit", "is_cancelled"])
		assert {row.voucher_no for row in rows if row.is_cancelled} == cancelled
		assert not {row.voucher_no for row in rows if not row.is_cancelled} & cancelled

	def test_outstanding_is_the_total_less_the_payments(self):
		invoices = frappe.get_all(
			"Sales Invoice",
			filters={"docstatus": 1},
			fields=["name", "base_grand_total", "outstanding_amount"],
		)
		paid = sums(
			frappe.get_all(
				"Payment Entry Reference",
				filters={"docstatus": 1, "reference_doctype": "Sales Invoice"},
				fields=["reference_name", "allocated_amount"],
			),
			"reference_name",
			("allocated_amount", 1),
		)
		for row in invoices:
			assert row.outstanding_amount == flt(row.base_grand_total - paid.get(row.name, 0), 2), row.name
			assert row.outstanding_amount >= 0 or row.name.startswith("ACC-SINV-RET-")
		assert len(paid) > 1000

	def test_outstanding_is_what_the_ledger_says(self):
		rows = frappe.get_all(
			"GL Entry",
			filters={"against_voucher_type": "Sales Invoice", "is_cancelled": 0, "party_type": "Customer"},
			fields=["against_voucher", "debit", "credit"],
		)
		ledger = sums(rows, "against_voucher", ("debit", 1), ("credit", -1))
		invoices = frappe.get_all(
			"Sales Invoice", filters={"docstatus": 1}, fields=["name", "outstanding_amount"]
		)
		assert {row.name: row.outstanding_amount for row in invoices} == ledger


class TestTransactions:
	@pytest.mark.parametrize(
		("doctype", "statuses"),
		[
			("Sales Invoice", {"Draft", "Paid", "Partly Paid", "Unpaid", "Overdue", "Return", "Cancelled"}),
			("Sales Order", {"Draft", "To Deliver and Bill", "To Deliver", "To Bill", "Cancelled"}),
			("Delivery Note", {"Draft", "To Bill"}),
			("Quotation", {"Draft", "Open", "Ordered", "Lost", "Expired"}),
			("Payment Entry", {"Draft", "Submitted", "Cancelled"}),
			("POS Invoice", {"Draft", "Paid"}),
		],
	)
	def test_every_status_occurs(self, doctype, statuses):
		assert set(frappe.get_all(doctype, distinct=True, pluck="status", order_by="status")) == statuses

	@pytest.mark.parametrize(
		"doctype", ["Quotation", "Sales Order", "Delivery Note", "Sales Invoice", "Payment Entry"]
	)
	@pytest.mark.parametrize("docstatus", [0, 1, 2])
	def test_rows_are_what_the_controllers_write(self, doctype, docstatus):
		"""Validating a seeded document again changes nothing but the status, which depends on the day."""
		names = frappe.get_all(doctype, filters={"docstatus": docstatus}, pluck="name", order_by="name")
		for name in names[:: max(len(names) // 15, 1)]:
			doc = frappe.get_doc(doctype, name)
			before = doc.as_dict(convert_dates_to_str=True)
			assert not doc._get_missing_mandatory_fields(), name
			assert not [row for row in doc.get_all_children() if row._get_missing_mandatory_fields()], name
			# links to cancelled or draft documents stop a save as well
			assert doc.get_invalid_links(is_submittable=True) == ([], []), name
			assert doc.title == (doc.get("customer_name") or doc.get("party_name"))
			if doctype == "Payment Entry" and docstatus == 1:
				# its validation compares with what the invoices owed before it
				continue
			doc._action = "save"
			doc.docstatus = min(docstatus, 1)
			doc.validate()
			doc.docstatus = docstatus
			after = doc.as_dict(convert_dates_to_str=True)
			for volatile in ("status", "modified", "party_balance", "outstanding_amount"):
				before.pop(volatile, None), after.pop(volatile, None)
			assert after == before, name

	def test_two_companies_and_three_currencies(self):
		rows = frappe.get_all("Sales Invoice", fields=["company", "currency", "conversion_rate"])
		assert {(row.company, row.currency) for row in rows} == {
			(TRADING, "EUR"),
			(TRADING, "USD"),
			(GULF, "AED"),
		}
		assert {row.conversion_rate for row in rows if row.currency == "USD"} == {0.92}

	def test_statuses_are_of_the_fixed_day(self):
		rows = frappe.get_all(
			"Sales Invoice",
			filters={"docstatus": 1, "is_return": 0, "outstanding_amount": (">", 0)},
			fields=["due_date", "status"],
		)
		for row in rows:
			assert (row.status == "Overdue") == (row.due_date < AS_OF)

	def test_billed_orders_add_up(self):
		billed = sums(
			frappe.get_all(
				"Sales Invoice Item",
				filters={"docstatus": 1, "so_detail": ("is", "set")},
				fields=["so_detail", "amount"],
			),
			"so_detail",
			("amount", 1),
		)
		rows = frappe.get_all(
			"Sales Order Item", filters={"billed_amt": (">", 0)}, fields=["name", "billed_amt"]
		)
		assert {row.name: row.billed_amt for row in rows} == billed

	def test_the_naming_series_goes_on_behind_the_seed(self):
		doc = frappe.copy_doc(frappe.get_doc("Sales Invoice", "ACC-SINV-2026-00001"))
		doc.insert()
		assert not frappe.db.exists("Sales Invoice", {"name": doc.name, "creation": ("<", doc.creation)})

	def test_creation_rises_with_the_date(self):
		rows = frappe.get_all(
			"Sales Invoice", fields=["name", "creation"], filters={"is_return": 0}, order_by="creation"
		)
		assert [row.name for row in rows] == sorted(row.name for row in rows)

	def test_pending_orders_wait_for_somebody(self):
		pending = frappe.get_all("Sales Order", filters={"workflow_state": "Pending Approval"}, pluck="name")
		actions = frappe.get_all(
			"Workflow Action",
			filters={
				"reference_doctype": "Sales Order",
				"workflow_state": "Pending Approval",
				"status": "Open",
			},
			pluck="reference_name",
		)
		assert sorted(actions) == sorted(pending) and len(pending) == 30


def test_attachments():
	file = frappe.get_doc("File", {"attached_to_doctype": "Item", "attached_to_name": "BOLT M8/40"})
	assert file.file_url == frappe.db.get_value("Item", "BOLT M8/40", "spec_sheet")
	assert file.is_private and file.get_content() == "Demo file of Item BOLT M8/40\n"
	other = frappe.get_doc("File", {"attached_to_doctype": "Customer"})
	assert frappe.db.get_value("Customer", other.attached_to_name, "territory") == "South"


def test_users_can_log_in_with_the_password():
	from frappe.utils.password import check_password

	for user in USERS:
		assert check_password(user, seed.users.PASSWORD) == user
