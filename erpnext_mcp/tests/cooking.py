"""What the tests of the cookbook share: an agent, documents to work with, and small stand-ins for what a site lacks of ERPNext."""

from typing import Any

import frappe
from frappe.utils import nowdate

from erpnext_mcp.limits import approvals
from erpnext_mcp.mcp_server import pipeline
from erpnext_mcp.mcp_server.caller import Caller
from erpnext_mcp.tests import business

Made = list[tuple[str, str]]
"""DocType and name of what was made, in the order in which it can be deleted."""

USER = "mcp.cook@example.com"
HERE = "127.0.0.1"
WORKFLOW = "MCP Test Order Approval"
REPORTS = ("Accounts Receivable", "Accounts Receivable Summary")
STAND_INS = {
	"Issue": {
		"role": "Support Team",
		"fields": "subject customer priority description",
		"select": {"status": "Open\nReplied\nOn Hold\nResolved\nClosed"},
	},
	"Employee": {
		"role": "HR User",
		"fields": "employee_name first_name last_name company department designation branch reports_to "
		"date_of_joining company_email bank_ac_no ctc",
		"select": {"status": "Active\nLeft"},
	},
}


def there(doctype: str, name: str) -> bool:
	return bool(frappe.db.exists(doctype, name))


def stand_in(name: str, role: str, fields: str, select: dict[str, str]) -> tuple[str, str]:
	if not there("Role", role):
		frappe.get_doc({"doctype": "Role", "role_name": role}).insert()
	frappe.get_doc(
		{
			"doctype": "DocType",
			"name": name,
			"module": "Custom",
			"custom": 1,
			"fields": [{"fieldname": f, "label": f, "fieldtype": "Data"} for f in fields.split()]
			+ [{"fieldname": f, "label": f, "fieldtype": "Select", "options": o} for f, o in select.items()],
			"permissions": [{"role": role, "read": 1, "write": 1, "create": 1, "delete": 1}],
		}
	).insert()
	return "DocType", name


def report(name: str) -> tuple[str, str]:
	frappe.get_doc(
		{
			"doctype": "Report",
			"report_name": name,
			"report_type": "Query Report",
			"ref_doctype": "Sales Invoice",
			"is_standard": "No",
			"query": "select customer as `Customer:Link/Customer:120`, sum(outstanding_amount) as "
			"`Outstanding:Currency:120` from `tabSales Invoice` where docstatus = 1 group by customer",
		}
	).insert()
	return "Report", name


class Cook:
	"""The user of one policy: what he gets, and what he is refused, by code."""

	def __init__(self, data: dict[str, Any]):
		self.data = data
		self.caller = Caller(USER, "test", ip_address=HERE, request_id="1")

	def asks(self, tool: str, **arguments: Any):
		frappe.set_user(USER)
		try:
			return pipeline.run(self.caller, tool, arguments)
		finally:
			frappe.set_user("Administrator")

	def gets(self, tool: str, **arguments: Any) -> dict[str, Any]:
		answer = self.asks(tool, **arguments)
		assert answer.error is None, f"{tool} {arguments}: {answer.text} {answer.error.reason}"
		return answer.content

	def code(self, tool: str, **arguments: Any) -> str | None:
		return self.asks(tool, **arguments).content.get("code")

	def names(self, doctype: str, **arguments: Any) -> set[str]:
		answer = self.gets("list_generic_documents", doctype=doctype, limit=50, **arguments)
		return {row["name"] for row in answer["documents"]}


def set_default(key: str, value: str) -> None:
	frappe.defaults.set_user_default(key, value, USER)
	frappe.db.commit()
	frappe.clear_cache(user=USER)


def submitted_invoice(amount: float = 100) -> str:
	doc = business.document("Sales Invoice", {"item_code": business.item(), "qty": 1, "rate": amount})
	frappe.db.commit()
	return doc.name


def payment(amount: float) -> dict[str, Any]:
	company = frappe.get_doc("Company", business.company())
	return {
		"payment_type": "Receive",
		"party_type": "Customer",
		"party": business.CUSTOMER,
		"company": company.name,
		"posting_date": nowdate(),
		"paid_from": company.default_receivable_account,
		"paid_to": company.default_cash_account,
		"paid_amount": amount,
		"received_amount": amount,
		"source_exchange_rate": 1,
		"target_exchange_rate": 1,
		"reference_no": "MCP",
		"reference_date": nowdate(),
	}


def pending_order(rate: float) -> str:
	doc = business.document(
		"Sales Order", {"item_code": business.item(), "qty": 1, "rate": rate}, submit=False
	)
	doc.db_set("workflow_state", "Pending Approval")
	frappe.db.commit()
	return doc.name


def agreed_to(agent: Cook, tool: str, **arguments: Any) -> dict[str, Any]:
	"""What becomes of a call that nobody does unasked, after somebody has agreed to it in the desk."""
	asked = agent.asks(tool, **arguments).content
	assert asked["code"] == "approval_required", asked
	assert frappe.db.get_value(arguments["doctype"], arguments["name"], "docstatus") == 0
	approvals.decide(asked["request"], True, "Administrator")
	frappe.db.commit()
	return agent.asks(tool, **arguments).content


def employee() -> str:
	doc = frappe.get_doc(
		{
			"doctype": "Employee",
			"first_name": "MCP Ann",
			"employee_name": "MCP Ann",
			"company": business.company(),
			"status": "Active",
			"gender": next(iter(frappe.get_all("Gender", pluck="name", limit=1)), None),
			"date_of_birth": "1990-01-01",
			"date_of_joining": "2020-01-01",
			"bank_ac_no": "4711",
			"ctc": 4711,
		}
	).insert()
	frappe.db.commit()
	return doc.name


def build() -> Made:
	"""What the site lacks of ERPNext, for the caller to commit."""
	made = [stand_in(name, **values) for name, values in STAND_INS.items() if not there("DocType", name)]
	return made + [report(name) for name in REPORTS if not there("Report", name)]


def workflow() -> Made:
	"""An approval of sales orders where there is none; commits."""
	if frappe.db.exists("Workflow", {"document_type": "Sales Order", "is_active": 1}):
		return []
	states = {"Draft": ("0", "Sales User"), "Pending Approval": ("0", "Sales Manager")}
	states |= {"Approved": ("1", "Sales Manager"), "Rejected": ("0", "Sales User")}
	steps = (
		("Draft", "Submit for Approval", "Pending Approval", "Sales User"),
		("Pending Approval", "Approve", "Approved", "Sales Manager"),
		("Pending Approval", "Reject", "Rejected", "Sales Manager"),
	)
	needed = [("Workflow State", "workflow_state_name", state) for state in states]
	needed += [("Workflow Action Master", "workflow_action_name", step[1]) for step in steps]
	made = [(d, v) for d, f, v in needed if not there(d, v) and frappe.get_doc({"doctype": d, f: v}).insert()]
	approval = frappe.get_doc(
		doctype="Workflow",
		workflow_name=WORKFLOW,
		document_type="Sales Order",
		workflow_state_field="workflow_state",
		is_active=1,
		states=[{"state": s, "doc_status": d, "allow_edit": r} for s, (d, r) in states.items()],
		transitions=[
			{"state": s, "action": a, "next_state": n, "allowed": r, "allow_self_approval": 1}
			for s, a, n, r in steps
		],
	).insert()
	frappe.db.commit()
	# The import is another thread, which may have read the DocType before it had a field for the state.
	frappe.clear_cache(doctype="Sales Order")
	return [("Workflow", approval.name), *made, ("Custom Field", "Sales Order-workflow_state")]


def take_away(made: Made) -> None:
	"""Deletes what was made, and commits."""
	frappe.set_user("Administrator")
	frappe.db.rollback()
	for doctype, name in made:
		frappe.delete_doc_if_exists(doctype, name, force=True)
	frappe.db.commit()
