"""Who Has Access, by clicking: one user, one client and everybody are stopped and let go on, and their calls are refused meanwhile."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from dev.browser.desk import RUN, Desk, settle

AGENT = f"access.agent.{RUN}@example.com"
PROFILE = "Access: Sales & Co"


@pytest.fixture
def key(desk: Desk):
	"""The Authorization header of a user whom a profile names."""
	desk.user(AGENT, "Sales User")
	key = desk.api_key(AGENT)
	desk.insert(
		"MCP Permission Profile",
		profile_name=PROFILE,
		users=[{"user": AGENT}],
		doctype_rules=[{"document_type": "Customer", "can_read": 1}],
	)
	yield key
	desk.call("erpnext_mcp.api.desk.access.resume_all")
	desk.clean()


def call(desk: Desk, key: str) -> dict:
	answer = httpx.post(
		f"{desk.base_url}/mcp",
		json={
			"jsonrpc": "2.0",
			"id": 1,
			"method": "tools/call",
			"params": {"name": "list_doctypes", "arguments": {}},
		},
		headers={"Authorization": key, "MCP-Protocol-Version": "2025-11-25"},
		timeout=60,
		trust_env=False,
	)
	return answer.json()["result"]["structuredContent"]


def test_stopping_and_letting_go_on(desk: Desk, open_desk, key):
	assert "doctypes" in call(desk, key)
	page = open_desk("mcp-access")
	users, clients = (page.locator(".mcp-access-card").nth(n).locator("tr", has_text=AGENT) for n in (0, 1))
	page.locator(
		".page-form [data-fieldname=search] input, .page-form input[data-fieldname=search]"
	).first.fill(AGENT)
	expect(users).to_have_count(1)
	expect(users).to_contain_text("Works")
	expect(users).to_contain_text(PROFILE)

	click(page, users, "Pause")
	expect(users).to_contain_text("Paused")
	assert "paused by an administrator" in call(desk, key)["message"]
	click(page, users, "Resume")
	expect(users).to_contain_text("Works")
	assert "doctypes" in call(desk, key)

	click(page, clients, "Pause")
	expect(clients).to_contain_text("Paused")
	expect(users).to_contain_text("Clients paused")
	assert call(desk, key)["message"].startswith("This client was paused")
	click(page, clients, "Resume")
	expect(users).to_contain_text("Works")

	page.get_by_role("button", name="Pause All").click()
	dialog = page.get_by_role("dialog")
	expect(dialog).to_contain_text("every call to this site's MCP endpoint is refused")
	dialog.get_by_role("button", name="Pause All").click()
	expect(page.locator(".mcp-access-message")).to_contain_text("MCP is switched off for everybody")
	assert call(desk, key)["code"] == "unavailable"
	page.locator(".mcp-access-message").get_by_role("button", name="Resume All").click()
	expect(page.locator(".mcp-access-message")).to_have_count(0)
	assert "doctypes" in call(desk, key)


def test_what_one_user_can_do(desk: Desk, open_desk, key):
	page = open_desk("mcp-access")
	row = page.locator(".mcp-access-card").first.locator("tr", has_text=AGENT)
	row.get_by_role("link").first.click()
	dialog = page.get_by_role("dialog")
	expect(dialog).to_contain_text("Customer")
	expect(dialog).to_contain_text(f"{PROFILE}: Applies")


def click(page: Page, row, name: str) -> None:
	row.get_by_role("button", name=name, exact=True).click()
	settle(page)
