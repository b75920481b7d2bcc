"""docs/cookbook.md: each policy is imported as the page says, and keeps what it promises to a restricted user.

Runs the same on ERPNext. Where the site has no Issue, Employee or the two reports, small ones of these names stand in.
"""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import frappe
import pytest
from frappe.utils import now_datetime, nowdate

import erpnext_mcp
from erpnext_mcp.mcp_server.caller import Caller
from erpnext_mcp.tests import business, cooking, writes
from erpnext_mcp.tests.cooking import (
	HERE,
	REPORTS,
	USER,
	Cook,
	agreed_to,
	employee,
	payment,
	pending_order,
	set_default,
	submitted_invoice,
)

DOCS = Path(erpnext_mcp.__file__).parents[1] / "docs"
FILES = sorted((DOCS / "policies").glob("*.json"))
NAME = "MCP Test Cookbook"
PROFILE = "MCP Permission Profile"


@pytest.fixture(scope="module")
def kitchen(site, world) -> Iterator[None]:
	"""A customer to deal with, and what the site lacks of ERPNext."""
	business.build(world)
	made = cooking.build()
	frappe.db.commit()
	yield
	cooking.take_away(made)
	business.destroy()


@pytest.fixture
def policy(kitchen, world, command, admin) -> Iterator[Callable[..., Cook]]:
	"""policy(slug, *roles, **values): the file, imported by the bench command, for a user with these roles."""

	def policy(slug: str, *roles: str, **values: Any) -> Cook:
		path = DOCS / "policies" / f"{slug}.json"
		result = command("import-profile", str(path), "--name", NAME)
		assert result.exit_code == 0, result.output
		assert "Left out" not in result.output and "It is enabled" in result.output, result.output
		world.make_user(USER, *roles)
		doc = frappe.get_doc(PROFILE, NAME)
		doc.update({"users": [{"user": USER}], "priority": 90, **values}).save()
		frappe.db.commit()
		return Cook(json.loads(path.read_text(encoding="utf-8")))

	yield policy
	frappe.db.rollback()
	frappe.set_user("Administrator")
	# One may still write the notification of what somebody was asked about.
	writes.wait_for_jobs()
	frappe.db.delete("MCP Approval Request", {"user": USER})
	frappe.db.delete("DefaultValue", {"parent": USER})
	for name in frappe.get_all("User Permission", filters={"user": USER}, pluck="name"):
		frappe.delete_doc("User Permission", name)
	frappe.delete_doc_if_exists(PROFILE, NAME)
	frappe.delete_doc_if_exists("User", USER, force=True)
	frappe.db.commit()
	frappe.clear_cache(user=USER)


def test_the_page_and_the_files_are_about_the_same_policies():
	page = (DOCS / "cookbook.md").read_text(encoding="utf-8")
	tested = Path(__file__).read_text(encoding="utf-8")
	assert len(FILES) == 10
	for path in FILES:
		data = json.loads(path.read_text(encoding="utf-8"))
		assert f"(policies/{path.name})" in page and data["name"] in page, path.name
		assert f'policy("{path.stem}"' in tested, path.name


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_policy_names_nobody_and_says_what_it_is_for(path):
	data = json.loads(path.read_text(encoding="utf-8"))
	assert data["format"] == "erpnext_mcp/profile/1" and data["description"]
	assert not data.get("applies_to")


def test_sales_rep(policy, world):
	rep = policy("sales-rep", "Sales User")
	assert rep.names("Customer") == set(), "without a default of the user there is nothing"
	set_default("territory", world.NORTH)
	assert {*world.NORTHERN, business.CUSTOMER} == rep.names("Customer")
	assert rep.gets("count_generic_documents", doctype="Customer")["count"] == len(world.NORTHERN) + 1
	read = {"doctype": "Customer", "name": world.HIDDEN}
	assert rep.code("get_generic_document", **read) == "not_found"
	seen = rep.gets("get_generic_document", doctype="Customer", name=world.ALPHA)["document"]
	assert "credit_limits" not in seen
	update = {"doctype": "Customer", "name": world.ALPHA}
	assert (
		rep.code("update_generic_document", **update, data={"territory": world.SOUTH}) == "condition_failed"
	)
	assert rep.code("update_generic_document", **update, data={"disabled": 1}) == "field_not_permitted"
	assert rep.code("delete_generic_document", **update) == "not_permitted"
	item = business.item()
	frappe.db.commit()
	data = writes.quotation(business.CUSTOMER, items=[{"item_code": item, "qty": 1, "rate": 10}])
	done = rep.gets("create_generic_document", doctype="Quotation", data=data, dry_run=True)
	assert done["document"]["territory"] == world.NORTH
	data["additional_discount_percentage"] = 11
	assert rep.code("create_generic_document", doctype="Quotation", data=data) == "condition_failed"


def test_a_users_own_default_is_held_by_his_user_permission(policy, world):
	"""What the page says of `{{defaults.territory}}`: Frappe lets anybody set his own."""
	from frappe.core.doctype.session_default_settings.session_default_settings import (
		set_session_default_values,
	)

	def chooses(territory: str) -> None:
		frappe.set_user(USER)
		assert set_session_default_values({"territory": territory}) == "success"
		frappe.set_user("Administrator")
		frappe.db.commit()

	rep = policy("sales-rep", "Sales User")
	chooses(world.SOUTH)
	assert world.HIDDEN in rep.names("Customer"), "so it is no boundary alone"
	permission = {"doctype": "User Permission", "user": USER, "allow": "Territory", "for_value": world.NORTH}
	frappe.get_doc(permission).insert()
	frappe.db.commit()
	assert rep.names("Customer") == set()
	chooses(world.NORTH)
	assert rep.names("Customer") == {*world.NORTHERN, business.CUSTOMER}


def test_analyst(policy, world):
	analyst = policy("analyst", "Accounts User", "Sales User")
	invoice = submitted_invoice()
	frappe.db.set_value("Customer", world.ALPHA, {"mobile_no": "+49 170 1234567", "email_id": "a@b.example"})
	frappe.db.commit()
	seen = analyst.gets("get_generic_document", doctype="Customer", name=world.ALPHA)
	assert "1234567" not in json.dumps(seen) and "a@b.example" not in json.dumps(seen)
	assert "primary_address" not in seen["document"]
	for fieldname in ("mobile_no", "email_id", "tax_id"):
		filters = {fieldname: ["like", "%1%"]}
		listed = analyst.code("list_generic_documents", doctype="Customer", filters=filters)
		assert listed == "field_not_permitted"
	total = analyst.gets(
		"aggregate_generic_documents",
		doctype="Sales Invoice",
		aggregates=[{"function": "sum", "field": "base_grand_total", "as": "turnover"}],
		group_by=["customer"],
		filters={"docstatus": 1, "customer": business.CUSTOMER},
	)
	assert total["rows"][0]["turnover"] >= 100
	shown = analyst.gets("get_generic_document", doctype="Sales Invoice", name=invoice)["document"]
	assert "contact_email" not in shown and shown["items"]
	data = {"website": "https://changed.example"}
	refused = analyst.code("update_generic_document", doctype="Customer", name=world.ALPHA, data=data)
	assert refused in ("read_only", "not_permitted")


def test_accountant_drafts(policy):
	accountant = policy("accountant-drafts", "Accounts User", "Accounts Manager")
	made = accountant.gets("create_generic_document", doctype="Payment Entry", data=payment(50))
	name = {"doctype": "Payment Entry", "name": made["name"]}
	assert frappe.has_permission("Payment Entry", "submit", user=USER), "Frappe would let him"
	for tool in ("submit_generic_document", "cancel_generic_document", "delete_generic_document"):
		assert accountant.code(tool, **name) == "not_permitted"
	data = {"docstatus": 1}
	assert accountant.asks("update_generic_document", **name, data=data).error
	assert accountant.asks(
		"create_generic_document", doctype="Payment Entry", data={**payment(50), "docstatus": 1}
	).error
	assert frappe.db.get_value("Payment Entry", made["name"], "docstatus") == 0
	rows = {"doctype": "Payment Entry", "documents": [payment(1), payment(2)]}
	assert accountant.code("bulk_create_documents", **rows) == "approval_required"


def test_support_agent(policy, world):
	agent = policy("support-agent", "Support Team")
	data = {"subject": "MCP printer", "status": "Open"}
	made = agent.gets("create_generic_document", doctype="Issue", data=data)
	name = {"doctype": "Issue", "name": made["name"]}
	assert agent.gets("add_comment", **name, text="Seen.")
	assert agent.gets("update_issue_document", name=made["name"], data={"status": "Closed"})
	assert agent.code("update_generic_document", **name, data={"status": "Open"}) == "condition_failed"
	assert agent.code("delete_generic_document", **name) == "not_permitted"
	assert agent.code("create_generic_document", doctype="Issue", data={**data, "status": "Closed"}) == (
		"condition_failed"
	)
	listed = {d["doctype"] for d in agent.gets("list_doctypes")["doctypes"]}
	assert listed <= {"Issue", "Customer"} and "Issue" in listed
	for doctype in ("Sales Invoice", "User", "Contact"):
		assert agent.code("list_generic_documents", doctype=doctype) == "not_found"
	frappe.delete_doc("Issue", made["name"], force=True)
	frappe.db.commit()


def test_warehouse_clerk(policy):
	clerk = policy("warehouse-clerk", "Stock User")
	item = business.item(stock=200)  # worth 6 each
	frappe.db.commit()

	def receipt(qty: float, *more: float, **values: Any) -> dict[str, Any]:
		rows = [{"item_code": item, "qty": q, "t_warehouse": business.warehouse()} for q in (qty, *more)]
		data = {
			"stock_entry_type": "Material Receipt",
			"company": business.company(),
			"items": rows,
			**values,
		}
		return {"doctype": "Stock Entry", "data": data}

	made = clerk.gets("create_generic_document", **receipt(10))
	assert clerk.gets("submit_generic_document", doctype="Stock Entry", name=made["name"])["docstatus"] == 1
	assert clerk.code("create_generic_document", **receipt(100)) == "condition_failed", "a row of 600"
	assert clerk.code("create_generic_document", **receipt(80, 80, 80)) == "condition_failed", "1,440 in all"
	cheap = receipt(100)
	cheap["data"]["items"][0]["basic_rate"] = 0.01
	assert clerk.code("create_generic_document", **cheap) == "field_not_permitted"
	issue = receipt(1, stock_entry_type="Material Issue")
	issue["data"]["items"][0]["s_warehouse"] = issue["data"]["items"][0].pop("t_warehouse")
	assert clerk.code("create_generic_document", **issue) == "condition_failed"
	assert clerk.code("cancel_generic_document", doctype="Stock Entry", name=made["name"]) == "not_permitted"
	shown = clerk.gets("list_generic_documents", doctype="Stock Ledger Entry", filters={"item_code": item})
	assert shown["documents"]
	sorting = {"doctype": "Stock Ledger Entry", "order_by": "stock_value desc"}
	assert clerk.code("list_generic_documents", **sorting) == "field_not_permitted"


@pytest.fixture
def order_workflow(kitchen, admin) -> Iterator[None]:
	"""The approval of sales orders that the demo has; a site without one gets it for the test."""
	made = cooking.workflow()
	yield
	cooking.take_away(made)
	frappe.clear_cache(doctype="Sales Order")


def test_order_approver(order_workflow, policy):
	approver = policy("order-approver", "Sales Manager", "Sales User")
	order, large, unwanted = (pending_order(rate) for rate in (100, 60000, 100))
	waiting = approver.gets("get_pending_approvals", doctype="Sales Order")
	assert order in json.dumps(waiting)
	approve = {"doctype": "Sales Order", "name": order, "action": "Approve"}
	assert agreed_to(approver, "apply_workflow_action", **approve)["docstatus"] == 1
	refused = agreed_to(approver, "apply_workflow_action", **{**approve, "name": large})
	assert refused["code"] == "condition_failed", "whoever agrees"
	around = agreed_to(approver, "submit_generic_document", doctype="Sales Order", name=large)
	assert around["code"] == "unsupported", "there is a workflow"
	reject = {**approve, "name": unwanted, "action": "Reject"}
	assert approver.gets("apply_workflow_action", **reject)["state"] == "Rejected"
	change = {"doctype": "Sales Order", "name": unwanted, "data": {"terms": "none"}}
	assert approver.code("update_generic_document", **change) == "field_not_permitted"


def test_hr_assistant(policy):
	assistant = policy("hr-assistant", "HR User")
	ann = employee()
	seen = assistant.gets("get_generic_document", doctype="Employee", name=ann)["document"]
	assert seen["employee_name"] == "MCP Ann" and not {"bank_ac_no", "ctc"} & set(seen)
	schema = json.dumps(assistant.gets("get_doctype_schema", doctype="Employee"))
	assert "bank_ac_no" not in schema and '"ctc"' not in schema
	for arguments in (
		{"filters": {"ctc": [">", 1]}},
		{"order_by": "ctc desc"},
		{"fields": ["bank_ac_no"]},
		{"filters": {"bank_ac_no": ["like", "4%"]}},
	):
		assert (
			assistant.code("list_generic_documents", doctype="Employee", **arguments) == "field_not_permitted"
		)
	highest = [{"function": "max", "field": "ctc", "as": "top"}]
	assert assistant.code("aggregate_generic_documents", doctype="Employee", aggregates=highest) == (
		"field_not_permitted"
	)
	assert assistant.names("Employee", filters={"name": ann, "status": "Active"}) == {ann}
	frappe.delete_doc("Employee", ann, force=True)
	frappe.db.commit()


def test_external_auditor(policy):
	invoice = submitted_invoice()
	now = now_datetime()
	office, open_now = (
		"192.0.2.77",
		{"valid_from": now - timedelta(days=1), "valid_upto": now + timedelta(days=1)},
	)
	auditor = policy("external-auditor", "Accounts User", **open_now)
	read = {"doctype": "Sales Invoice", "name": invoice}
	assert auditor.code("get_generic_document", **read) == "not_permitted", "from elsewhere"
	auditor.caller = Caller(USER, "test", ip_address=office, request_id="1")
	assert auditor.gets("get_generic_document", **read)["document"]["customer"] == business.CUSTOMER
	assert auditor.gets("list_generic_documents", doctype="GL Entry", filters={"voucher_no": invoice})[
		"documents"
	]
	data = {"remarks": "changed"}
	assert auditor.code("update_generic_document", **read, data=data) in ("read_only", "not_permitted")
	doc = frappe.get_doc(PROFILE, NAME)
	doc.update({"valid_from": now - timedelta(days=9), "valid_upto": now - timedelta(days=1)}).save()
	frappe.db.commit()
	assert auditor.code("get_generic_document", **read) == "not_permitted", "the audit is over"


def test_external_auditor_file_is_what_is_imported(policy):
	data = policy("external-auditor", "Accounts User").data
	doc = frappe.get_doc(PROFILE, NAME)
	assert (str(doc.valid_from), str(doc.valid_upto)) == (data["valid_from"], data["valid_upto"])
	assert [row.network for row in doc.networks] == data["networks"] and doc.restrict_to_mcp


@pytest.fixture
def client(admin) -> Iterator[str]:
	doc = frappe.get_doc(
		{
			"doctype": "OAuth Client",
			"app_name": "MCP Test Bookkeeper",
			"redirect_uris": "https://bot.example/callback",
			"default_redirect_uri": "https://bot.example/callback",
			"grant_type": "Authorization Code",
			"response_type": "Code",
			"scopes": "all openid",
		}
	).insert()
	frappe.db.commit()
	yield doc.name
	frappe.delete_doc("OAuth Client", doc.name, force=True)
	frappe.db.commit()


def test_bookkeeping_bot(client, policy):
	invoice = submitted_invoice()
	bot = policy("bookkeeping-bot", "Accounts User", clients=[{"client": client}])
	assert bot.code("list_generic_documents", doctype="Customer") == "not_permitted", "with an API key"
	bot.caller = Caller(USER, "test", f"OAuth client {client}", client, HERE, request_id="1")
	assert invoice in bot.names("Sales Invoice", filters={"customer": business.CUSTOMER})
	book = {"doctype": "Payment Entry"}
	small = bot.gets("create_generic_document", **book, data=payment(100))["name"]
	assert bot.gets("submit_generic_document", **book, name=small)["docstatus"] == 1
	large = bot.gets("create_generic_document", **book, data=payment(5000))["name"]
	assert bot.code("submit_generic_document", **book, name=large) == "condition_failed"
	assert bot.code("create_generic_document", **book, data=payment(30000)) == "condition_failed"
	out = {**payment(100), "payment_type": "Pay"}
	assert bot.asks("create_generic_document", **book, data=out).error
	assert bot.code("cancel_generic_document", **book, name=small) == "not_permitted"


def test_dashboard(policy):
	submitted_invoice()
	agent = policy("dashboard", "Accounts User")
	for report in REPORTS:
		filters = {"company": business.company(), "report_date": nowdate()} if _is_erpnext(report) else {}
		answer = agent.gets("run_report", report=report, filters=filters, limit=5)
		assert answer["rows"] and answer["columns"]
	assert agent.code("run_report", report="General Ledger") == "not_found"
	assert agent.gets("list_doctypes")["doctypes"] == []
	for doctype in ("Sales Invoice", "Customer", "User"):
		assert agent.code("list_generic_documents", doctype=doctype) == "not_found"


def _is_erpnext(report: str) -> bool:
	return frappe.db.get_value("Report", report, "is_standard") == "Yes"
