"""Business flows from beginning to end, through the pipeline as restricted users, checked in the database afterwards.

The same on the demo app and on ERPNext v15 and v16.
"""

from collections.abc import Callable, Iterator
from typing import Any

import frappe
import pytest
from frappe.utils import add_days, nowdate

from erpnext_mcp.tests import business

SELLERS, STORE, ACCOUNTS, BUYERS = (
	"MCP Test Sellers",
	"MCP Test Store",
	"MCP Test Accounts",
	"MCP Test Buyers",
)
BUYER = "mcp.buyer@example.com"
LOOK = ("select", "read")
KEEP = ("select", "read", "create", "update")
WORK = (*KEEP, "submit", "cancel")
RULES = {
	SELLERS: {"Customer": KEEP, "Item": LOOK, "Quotation": WORK, "Sales Order": WORK, "Territory": LOOK},
	STORE: {"Sales Order": LOOK, "Delivery Note": WORK, "Stock Ledger Entry": ("read",), "Item": LOOK},
	ACCOUNTS: {
		"Sales Order": LOOK,
		"Delivery Note": LOOK,
		"Sales Invoice": WORK,
		"Payment Entry": WORK,
		"GL Entry": ("read",),
		"Customer": LOOK,
	},
	BUYERS: {
		"Material Request": WORK,
		"Purchase Order": WORK,
		"Purchase Receipt": WORK,
		"Purchase Invoice": WORK,
		"Payment Entry": WORK,
		"Supplier": LOOK,
		"Item": LOOK,
		"GL Entry": ("read",),
		"Stock Ledger Entry": ("read",),
	},
}
CONDITIONS = [
	{"document_type": "Customer", "operation": "create", "field": "customer_type", "value": '"Company"'},
	{
		"document_type": "Quotation",
		"operation": "create",
		"field": "grand_total",
		"operator": "<=",
		"value": "500",
	},
]


@pytest.fixture(scope="module")
def departments(site, world) -> Iterator[None]:
	"""Sellers, of whom READER sees one territory; a storekeeper; accountants; a buyer. A profile for each department."""
	business.build(world)
	users = {
		SELLERS: (world.READER, world.MASTER),
		STORE: (business.STOREKEEPER,),
		ACCOUNTS: (business.ACCOUNTANT, business.CHIEF_ACCOUNTANT),
	}
	if frappe.db.exists("DocType", "Purchase Order"):
		world.make_user(BUYER, "Purchase User", "Stock User", "Accounts User")
		users[BUYERS] = (BUYER,)
	for name, members in users.items():
		conditions = [{"operator": "=", "document_state": "After", **c} for c in CONDITIONS]
		world.profile(
			name,
			users=members,
			rules=RULES[name],
			conditions=conditions if name == SELLERS else [],
			priority=60,
		)
	frappe.db.commit()
	yield
	frappe.set_user("Administrator")
	frappe.db.rollback()
	for name in users:
		frappe.delete_doc("MCP Permission Profile", name)
	frappe.delete_doc_if_exists("User", BUYER, force=True)
	frappe.db.commit()
	business.destroy()


class Agent:
	"""Calls tools as one user, and expects them to be answered or refused."""

	def __init__(self, call: Callable, user: str):
		self.call, self.user = call, user

	def does(self, tool: str, **arguments: Any) -> dict[str, Any]:
		answer = self.call(self.user, tool, **arguments)
		assert answer.error is None, f"{tool} {arguments}: {answer.text}"
		return answer.content

	def is_refused(self, tool: str, *codes: str, **arguments: Any) -> dict[str, Any]:
		answer = self.call(self.user, tool, **arguments)
		assert answer.error is not None and answer.error.code in codes, f"{tool} {arguments}: {answer.text}"
		return answer.content

	def creates_of(self, source: str, name: str, target: str, **data: Any) -> str:
		"""Makes one document of another the way an agent does: asks what it would hold, then creates it."""
		proposed = self.does(
			"make_mapped_document", source_doctype=source, source_name=name, target_doctype=target
		)
		created = self.does(
			"create_generic_document",
			doctype=target,
			data={**proposed["data"], **data},
			source=proposed["source"],
		)
		return created["name"]

	def previews(self, tool: str, doctype: str, name: str) -> dict[str, Any]:
		"""The ledger entries of a dry run, of which nothing stays."""
		before = entries(name), db(doctype, name, "docstatus")
		answer = self.does(f"{tool}_generic_document", doctype=doctype, name=name, dry_run=True)
		assert answer["dry_run"] and (entries(name), db(doctype, name, "docstatus")) == before
		return answer["ledger_entries"]

	def submits(self, doctype: str, name: str) -> None:
		answer = self.does("submit_generic_document", doctype=doctype, name=name)
		assert answer["done"] and db(doctype, name, "docstatus") == 1

	def reads(self, doctype: str, name: str) -> dict[str, Any]:
		return self.does("get_generic_document", doctype=doctype, name=name)


@pytest.fixture
def agent(call, departments) -> Callable[[str], Agent]:
	return lambda user: Agent(call, user)


def db(doctype: str, name: str, fields: str | list[str]) -> Any:
	"""What is committed."""
	frappe.db.rollback()
	return frappe.db.get_value(doctype, name, fields)


def entries(voucher: str) -> list[tuple]:
	"""The rows in both ledgers."""
	frappe.db.rollback()
	found = [
		("GL", row.account, row.debit, row.credit)
		for row in frappe.get_all(
			"GL Entry", filters={"voucher_no": voucher}, fields=["account", "debit", "credit"]
		)
	]
	found += [
		("SLE", row.item_code, row.actual_qty, row.stock_value_difference)
		for row in frappe.get_all(
			"Stock Ledger Entry",
			filters={"voucher_no": voucher},
			fields=["item_code", "actual_qty", "stock_value_difference"],
		)
	]
	return sorted(found)


def as_entries(preview: dict[str, Any]) -> list[tuple]:
	found = [("GL", e["account"], e["debit"], e["credit"]) for e in preview.get("GL Entry", [])]
	found += [
		("SLE", e["item_code"], e["actual_qty"], e["stock_value_difference"])
		for e in preview.get("Stock Ledger Entry", [])
	]
	return sorted(found)


def submit_order(seller: Agent, approver: Agent, order: str) -> None:
	"""By the workflow where the site has one."""
	if not frappe.db.exists("Workflow", {"document_type": "Sales Order", "is_active": 1}):
		seller.submits("Sales Order", order)
		return
	seller.is_refused("submit_generic_document", "unsupported", doctype="Sales Order", name=order)
	step = seller.does(
		"apply_workflow_action", doctype="Sales Order", name=order, action="Submit for Approval"
	)
	assert step["state"] == "Pending Approval"
	seller.is_refused(
		"apply_workflow_action",
		"invalid_arguments",
		"not_permitted",
		doctype="Sales Order",
		name=order,
		action="Approve",
	)
	approver.does("apply_workflow_action", doctype="Sales Order", name=order, action="Approve")
	assert db("Sales Order", order, "docstatus") == 1


def test_from_a_customer_to_the_payment(agent, world, last_entry):
	seller, approver = agent(world.READER), agent(world.MASTER)
	store, accountant, chief = (
		agent(u) for u in (business.STOREKEEPER, business.ACCOUNTANT, business.CHIEF_ACCOUNTANT)
	)
	item = business.item(stock=10)
	frappe.db.commit()

	# A customer: refused by a condition, then created, and once only.
	name = f"{business.CUSTOMER} {frappe.generate_hash(length=6)}"
	data = {
		"customer_name": name,
		"customer_type": "Individual",
		"customer_group": business.leaf("Customer Group"),
		"territory": world.NORTH,
	}
	creation = {"doctype": "Customer", "idempotency_key": f"new {name}"}
	refusal = seller.is_refused("create_generic_document", "condition_failed", data=data, **creation)
	assert "customer_type" in str(refusal)
	seller.is_refused(
		"create_generic_document",
		"validation_failed",
		"not_permitted",
		data={**data, "customer_type": "Company", "territory": world.SOUTH},
		**creation,
	)
	assert not frappe.db.exists("Customer", {"customer_name": name})
	data["customer_type"] = "Company"
	customer = seller.does("create_generic_document", data=data, **creation)["name"]
	assert seller.does("create_generic_document", data=data, **creation)["name"] == customer
	assert frappe.db.count("Customer", {"customer_name": name}) == 1

	# A quotation: too much, then tried out, then made.
	quotation = {
		"doctype": "Quotation",
		"data": {
			"quotation_to": "Customer",
			"party_name": customer,
			"company": business.company(),
			"items": [{"item_code": item, "qty": 60, "rate": 10}],
		},
	}
	seller.is_refused("create_generic_document", "condition_failed", **quotation)
	quotation["data"]["items"][0]["qty"] = 4
	tried = seller.does("create_generic_document", dry_run=True, **quotation)
	assert tried["dry_run"] and tried["document"]["grand_total"] == 40
	assert not frappe.db.exists("Quotation", {"party_name": customer})
	quotation_name = seller.does("create_generic_document", **quotation)["name"]
	seller.submits("Quotation", quotation_name)

	# An order of it: a conflict with somebody else's change.
	order = seller.creates_of(
		"Quotation", quotation_name, "Sales Order", delivery_date=add_days(nowdate(), 7)
	)
	version = seller.reads("Sales Order", order)["version"]
	approver.does("update_generic_document", doctype="Sales Order", name=order, data={"po_no": "PO-1"})
	change = {"doctype": "Sales Order", "name": order, "data": {"po_no": "PO-2"}}
	conflict = seller.is_refused("update_generic_document", "conflict", expected_version=version, **change)
	assert "po_no" in str(conflict)
	assert db("Sales Order", order, "po_no") == "PO-1"
	version = seller.reads("Sales Order", order)["version"]
	changed = seller.does("update_generic_document", expected_version=version, **change)
	assert changed["changed"]["po_no"] == ["PO-1", "PO-2"]
	submit_order(seller, approver, order)
	seller.is_refused(
		"make_mapped_document",
		"invalid_arguments",
		source_doctype="Sales Order",
		source_name=order,
		target_doctype="Delivery Note",
	)

	# The delivery: what it would post is what it posts.
	note = store.creates_of("Sales Order", order, "Delivery Note")
	preview = as_entries(store.previews("submit", "Delivery Note", note))
	assert preview == [("SLE", item, -4, -24)]
	store.submits("Delivery Note", note)
	assert [e for e in entries(note) if e[0] == "SLE"] == preview
	assert db("Sales Order", order, ["per_delivered", "status"]) == (100, "To Bill")

	# The invoice, and what is to be paid of it.
	invoice = accountant.creates_of("Delivery Note", note, "Sales Invoice")
	preview = as_entries(accountant.previews("submit", "Sales Invoice", invoice))
	assert sorted(e[2:] for e in preview) == [(0, 40), (40, 0)]
	accountant.submits("Sales Invoice", invoice)
	assert entries(invoice) == preview
	seen = accountant.reads("Sales Invoice", invoice)["document"]
	assert (seen["outstanding_amount"], seen["status"]) == (40, "Unpaid")
	assert db("Sales Order", order, ["per_billed", "status"]) == (100, "Completed")
	store.is_refused(
		"cancel_generic_document", "link_exists", "validation_failed", doctype="Delivery Note", name=note
	)

	# The payment, taken back and made again.
	payments = []
	for _time in range(2):
		payments.append(
			accountant.creates_of(
				"Sales Invoice",
				invoice,
				"Payment Entry",
				reference_no="TRX-1",
				reference_date=nowdate(),
			)
		)
		accountant.submits("Payment Entry", payments[-1])
		assert db("Sales Invoice", invoice, ["outstanding_amount", "status"]) == (0, "Paid")
		if len(payments) == 1:
			posted = entries(payments[0])
			undoing = chief.previews("cancel", "Payment Entry", payments[0])
			assert sorted((a, c, d) for _l, a, d, c in as_entries(undoing)) == sorted(
				(a, d, c) for _l, a, d, c in posted
			)
			chief.does("cancel_generic_document", doctype="Payment Entry", name=payments[0])
			assert db("Sales Invoice", invoice, ["outstanding_amount", "status"]) == (40, "Unpaid")

	# What is there in the end, and who has done it.
	states = {
		("Customer", customer): (0, world.READER),
		("Quotation", quotation_name): (1, world.READER),
		("Sales Order", order): (1, world.READER),
		("Delivery Note", note): (1, business.STOREKEEPER),
		("Sales Invoice", invoice): (1, business.ACCOUNTANT),
		("Payment Entry", payments[0]): (2, business.ACCOUNTANT),
		("Payment Entry", payments[1]): (1, business.ACCOUNTANT),
	}
	for (doctype, docname), state in states.items():
		assert db(doctype, docname, ["docstatus", "owner"]) == state, docname
		entry = last_entry(tool="create_generic_document", reference_name=docname, outcome="Allowed")
		assert (entry.user, entry.reference_doctype, entry.dry_run) == (state[1], doctype, 0)
	assert db("Quotation", quotation_name, "status") == "Ordered"
	party = {"party_type": "Customer", "party": customer, "is_cancelled": 0}
	rows = frappe.get_all("GL Entry", filters=party, fields=["debit", "credit"])
	assert sum(row.debit - row.credit for row in rows) == 0, "nothing is owed"
	for doctype in ("Quotation", "Sales Order", "Delivery Note", "Sales Invoice"):
		field = "party_name" if doctype == "Quotation" else "customer"
		assert frappe.db.count(doctype, {field: customer}) == 1, doctype


def test_from_a_material_request_to_the_payment(agent, world):
	if not frappe.db.exists("DocType", "Purchase Order"):
		pytest.skip("the demo app does not buy")
	buyer = agent(BUYER)
	item = business.item()
	frappe.get_doc(
		{
			"doctype": "Supplier",
			"supplier_name": business.SUPPLIER,
			"supplier_group": business.leaf("Supplier Group"),
		}
	).insert()
	frappe.db.commit()
	later = add_days(nowdate(), 5)
	row = {"item_code": item, "qty": 4, "warehouse": business.warehouse(), "schedule_date": later}
	request = buyer.does(
		"create_generic_document",
		doctype="Material Request",
		data={
			"material_request_type": "Purchase",
			"company": business.company(),
			"schedule_date": later,
			"items": [row],
		},
	)["name"]
	refusal = buyer.is_refused(
		"make_mapped_document",
		"validation_failed",
		source_doctype="Material Request",
		source_name=request,
		target_doctype="Purchase Order",
	)
	assert refusal["message"]
	buyer.submits("Material Request", request)

	proposed = buyer.does(
		"make_mapped_document",
		source_doctype="Material Request",
		source_name=request,
		target_doctype="Purchase Order",
	)
	[line] = proposed["data"]["items"]
	order = buyer.does(
		"create_generic_document",
		doctype="Purchase Order",
		data={
			"supplier": business.SUPPLIER,
			"schedule_date": later,
			"items": [{"name": line["name"], "rate": 7}],
		},
		source=proposed["source"],
	)["name"]
	saved = frappe.get_doc("Purchase Order", order)
	assert (saved.grand_total, saved.items[0].material_request) == (28, request)
	buyer.submits("Purchase Order", order)

	receipt = buyer.creates_of("Purchase Order", order, "Purchase Receipt")
	preview = buyer.previews("submit", "Purchase Receipt", receipt)
	assert as_entries({"Stock Ledger Entry": preview["Stock Ledger Entry"]}) == [("SLE", item, 4, 28)]
	buyer.submits("Purchase Receipt", receipt)
	assert entries(receipt) == as_entries(preview)
	assert db("Purchase Order", order, ["per_received", "status"]) == (100, "To Bill")

	invoice = buyer.creates_of("Purchase Receipt", receipt, "Purchase Invoice", bill_no="B-1")
	buyer.submits("Purchase Invoice", invoice)
	payment = buyer.creates_of(
		"Purchase Invoice", invoice, "Payment Entry", reference_no="TRX-2", reference_date=nowdate()
	)
	buyer.submits("Payment Entry", payment)
	assert db("Purchase Invoice", invoice, ["outstanding_amount", "status"]) == (0, "Paid")
	assert db("Purchase Order", order, "status") == "Completed"
	rows = frappe.get_all(
		"GL Entry", filters={"party": business.SUPPLIER, "is_cancelled": 0}, fields=["debit", "credit"]
	)
	assert rows and sum(row.debit - row.credit for row in rows) == 0
