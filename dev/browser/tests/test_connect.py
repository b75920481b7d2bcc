"""The Connect page, clicked through: a key is made, works in a real call from the browser, is replaced, and is forgotten."""

import re

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from dev.browser.desk import Desk, settle

USER = "connect.user@example.com"
PROFILE = "Connect: Customers"
SETTINGS = "MCP Gateway Settings"
HEADER = re.compile(r"token [0-9a-f]+:[0-9a-f]+")


@pytest.fixture
def user(desk: Desk):
	"""A plain user with a profile, whom the settings let make a key of his own."""
	desk.user(USER, "Sales User")
	desk.insert(
		"MCP Permission Profile",
		profile_name=PROFILE,
		users=[{"user": USER}],
		doctype_rules=[{"document_type": "Customer", "can_read": 1}],
	)
	before = [row["role"] for row in desk.get(SETTINGS, SETTINGS)["key_roles"]]
	let_make_keys(desk, [*before, "Sales User"])
	yield USER
	let_make_keys(desk, before)
	desk.clean()


def let_make_keys(desk: Desk, roles: list[str]) -> None:
	values = {"key_roles": [{"role": role} for role in dict.fromkeys(roles)]}
	desk.admin.put(f"/api/resource/{SETTINGS}/{SETTINGS}", json=values).raise_for_status()


@pytest.fixture
def page(open_desk, user) -> Page:
	return open_desk("mcp-connect", user=user)


def test_a_key_is_made_tried_replaced_and_forgotten(desk: Desk, page: Page, watch):
	expect(card(page, "Your access")).to_contain_text(PROFILE)
	card(page, "API key").get_by_role("button", name="Create Key").click()
	first = shown_header(page)
	assert whom(desk, first) == USER

	card(page, "Test the connection").get_by_role("button", name="Test").click()
	outcome = card(page, "Test the connection").locator("[aria-live]")
	expect(outcome).to_contain_text("It works")
	expect(outcome).to_contain_text(USER)
	expect(card(page, "Your last calls")).to_contain_text("test_connection")

	for client in ("Claude Code", "Claude Desktop", "Cursor", "VS Code", "Codex", "curl"):
		page.get_by_role("tab", name=client, exact=True).click()
		expect(page.locator(".mcp-connect-snippet")).to_contain_text(first)

	card(page, "API key").get_by_role("button", name="Rotate Key").click()
	dialog = page.get_by_role("dialog")
	expect(dialog).to_contain_text("The test on this page")
	replace = dialog.get_by_role("button", name="Rotate Key")
	expect(replace).to_be_disabled()
	dialog.get_by_role("checkbox").first.check()
	replace.click()
	expect(page.locator(".mcp-connect")).not_to_contain_text(first)
	second = shown_header(page)
	assert whom(desk, second) == USER and whom(desk, first) == 401

	page.evaluate("frappe.set_route('List', 'MCP Audit Entry')")
	page.wait_for_url("**/mcp-audit-entry**")
	settle(page)
	secret = second.rpartition(":")[2]
	assert secret not in page.content(), "left, and gone"
	kept = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state, frappe.last_response])"
	assert secret not in page.evaluate(kept)
	page.go_back()
	expect(card(page, "API key")).to_contain_text("Its secret can't be shown again.")

	card(page, "API key").get_by_role("button", name="Delete Key").click()
	dialog.get_by_role("checkbox").first.check()
	dialog.get_by_role("button", name="Delete Key").click()
	expect(card(page, "API key")).to_contain_text("No Key")
	assert whom(desk, second) == 401


def test_who_may_not_make_a_key_ends_his_own(desk: Desk, open_desk, user):
	let_make_keys(desk, ["System Manager"])
	key = desk.api_key(user)
	assert whom(desk, key) == user
	page = open_desk("mcp-connect", user=user)
	own = card(page, "API key")
	expect(own).to_contain_text("You may not make a new API key yourself.")
	expect(own.get_by_role("button", name="Rotate Key")).to_have_count(0)
	own.get_by_role("button", name="Delete Key").click()
	dialog = page.get_by_role("dialog")
	expect(dialog).to_contain_text("You can't make another one yourself.")
	dialog.get_by_role("checkbox").first.check()
	dialog.get_by_role("button", name="Delete Key").click()
	expect(own).to_contain_text("No Key")
	expect(own.get_by_role("button")).to_have_count(0)
	assert whom(desk, key) == 401


@pytest.mark.parametrize(
	("answer", "said"),
	[
		({"status": 200, "content_type": "text/html", "body": "<h1>Log in</h1>"}, "A web page came back"),
		({"status": 404, "content_type": "text/html", "body": "nginx"}, "no MCP endpoint"),
		({"status": 502, "content_type": "text/html", "body": "nginx"}, "does not answer right now"),
		(None, "the connection failed"),
	],
	ids=["login page", "not passed on", "no worker", "no answer"],
)
def test_what_stands_between_is_told(page: Page, watch, answer, said):
	watch.allow("404", "502", "ERR_FAILED")
	page.route("**/mcp", lambda route: route.fulfill(**answer) if answer else route.abort())
	test = card(page, "Test the connection")
	test.get_by_role("textbox").fill("0123:4567")
	test.get_by_role("button", name="Test").click()
	expect(test.locator("[aria-live]")).to_contain_text(said)


def card(page: Page, title: str) -> Locator:
	heading = page.get_by_role("heading", name=title, exact=True)
	return page.locator(".mcp-connect-card").filter(has=heading)


def shown_header(page: Page) -> str:
	"""The value of the Authorization header that the page shows."""
	expect(card(page, "API key")).to_contain_text("This is shown only now.")
	found = HEADER.search(card(page, "API key").inner_text())
	assert found
	return found[0]


def whom(desk: Desk, authorization: str) -> str | int:
	"""Whose key it is at /mcp, or the status of the refusal."""
	message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "test_connection"}}
	answer = httpx.post(
		f"{desk.base_url}/mcp",
		json=message,
		headers={"Authorization": authorization},
		trust_env=False,
		timeout=60,
	)
	return (
		answer.json()["result"]["structuredContent"]["user"]
		if answer.status_code == 200
		else answer.status_code
	)
