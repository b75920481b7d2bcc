"""A call that waits for a person: told in the desk, decided there with the buttons of its form, good once. And its entry."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from dev.browser.desk import RUN, Desk, settle

AGENT, PERSON = "approval.agent@example.com", "approval.person@example.com"
PROFILE = "Approval: Customers"
CUSTOMERS = [f"Approval & Sons {RUN} {n}" for n in range(2)]


@pytest.fixture
def authorization(desk: Desk):
	"""The API key of a user whose calls are asked about, and customers that he may delete."""
	desk.user(PERSON, "MCP Administrator")
	desk.user(AGENT, "Sales User", "Sales Master Manager")
	desk.insert(
		"MCP Permission Profile",
		profile_name=PROFILE,
		users=[{"user": AGENT}],
		ask_delete=1,
		ask_bulk=1,
		doctype_rules=[
			{"document_type": "Customer", "can_read": 1, "can_update": 1, "can_delete": 1},
		],
	)
	for name in CUSTOMERS:
		desk.insert("Customer", customer_name=name, customer_type="Company")
	yield desk.api_key(AGENT)
	desk.clean()


def test_another_person_approves_and_rejects(desk: Desk, open_desk, authorization):
	first, second = (delete(desk, authorization, name)["request"] for name in CUSTOMERS)
	page = open_desk("mcp-approval-request/view/list?status=Pending", user=PERSON)
	row = page.locator(".frappe-list .list-row-container:visible .list-row", has_text=CUSTOMERS[0])
	expect(row).to_contain_text("Pending")
	row.locator(".list-subject a").first.click()
	settle(page)
	expect(page.locator(".form-message:visible")).to_contain_text(
		f"{AGENT} wants to delete Customer {CUSTOMERS[0]}. Nothing is done before somebody approves it."
	)
	decide(page, "Approve", "Approved")
	assert delete(desk, authorization, CUSTOMERS[0])["done"]
	assert desk.get("MCP Approval Request", first)["decided_by"] == PERSON

	desk.open(page, f"mcp-approval-request/{second}")
	decide(page, "Reject", "Rejected")
	assert delete(desk, authorization, CUSTOMERS[1])["code"] == "not_permitted"
	assert desk.list("Customer", {"name": CUSTOMERS[1]})


def test_what_a_bulk_call_is_about_is_seen(desk: Desk, open_desk, authorization):
	documents = [{"name": name, "data": {"website": "https://bulk.example.com"}} for name in CUSTOMERS]
	request = call(desk, authorization, "bulk_update_documents", doctype="Customer", documents=documents)
	page = open_desk("mcp-approval-request/view/list", user=AGENT, dark=True)
	row = page.locator(".frappe-list .list-row-container:visible .list-row", has_text="bulk_update_documents")
	row.locator(".list-subject a").first.click()
	settle(page)
	message = page.locator(".form-message:visible")
	expect(message).to_contain_text(f"wants to change documents of Customer: {', '.join(CUSTOMERS)}.")
	assert request["request"] in page.url
	decide(page, "Reject", "Rejected")


def test_an_audit_entry_is_left_without_a_complaint(desk: Desk, open_desk, authorization):
	call(desk, authorization, "list_doctypes")
	entry = desk.list("MCP Audit Entry", {"user": AGENT, "tool": "list_doctypes"})[0]["name"]
	page = open_desk(f"mcp-audit-entry/{entry}")
	for route in ("'List', 'MCP Audit Entry'", "'mcp-connect'", "'List', 'Customer'"):
		page.evaluate(f"frappe.set_route({route})")
		settle(page)
		page.go_back()
		settle(page)
		expect(page.locator(".mcp-headline:visible")).to_contain_text(AGENT)


def decide(page: Page, button: str, status: str) -> None:
	"""Presses a button of the form, and says yes; both buttons are gone then."""
	page.get_by_role("button", name=button, exact=True).click()
	page.locator(".modal.show").get_by_role("button", name="Yes").click()
	expect(page.locator(".page-head:visible .indicator-pill").first).to_contain_text(status)
	for each in ("Approve", "Reject"):
		expect(page.get_by_role("button", name=each, exact=True)).to_have_count(0)


def delete(desk: Desk, authorization: str, name: str) -> dict[str, Any]:
	return call(desk, authorization, "delete_generic_document", doctype="Customer", name=name)


def call(desk: Desk, authorization: str, tool: str, **arguments: Any) -> dict[str, Any]:
	message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
	answer = httpx.post(
		f"{desk.base_url}/mcp",
		json={**message, "params": {"name": tool, "arguments": arguments}},
		headers={"Authorization": authorization, "MCP-Protocol-Version": "2025-11-25"},
		trust_env=False,
		timeout=60,
	)
	return answer.raise_for_status().json()["result"]["structuredContent"]
