"""Every list, form and page of the app opens without a complaint, in light and dark; a plain user sees his own and no more."""

import pytest
from playwright.sync_api import Page, expect

from dev.browser.desk import Desk, settle

ADMINISTRATORS_PAGES = ("mcp-simulator", "mcp-access")
PAGES = ("erpnext-mcp", "mcp-connect", *ADMINISTRATORS_PAGES)
LISTS = tuple(
	f"{doctype}/view/list"
	for doctype in (
		"mcp-permission-profile",
		"mcp-audit-entry",
		"mcp-audit-seal",
		"mcp-suspension",
		"mcp-client",
		"mcp-approval-request",
		"mcp-prompt",
	)
)
FORMS = ("mcp-gateway-settings", "mcp-permission-profile/new", "mcp-prompt/new")
REPORTS = tuple(
	f"query-report/{report}"
	for report in (
		"MCP Calls by Client",
		"MCP Calls per Day",
		"MCP Refusals by Reason",
		"MCP Session Replay",
		"MCP Slowest Tools",
	)
)
ROUTES = (*PAGES, *LISTS, *FORMS, *REPORTS)
PLAIN = "plain.user@example.com"
OTHER = "other.user@example.com"


@pytest.fixture(scope="module")
def plain_user(desk: Desk):
	"""A user who may sell and has nothing to do with MCP, and another one's name that he must not see."""
	desk.user(PLAIN, "Sales User")
	desk.user(OTHER, "Sales User")
	desk.insert("MCP Permission Profile", profile_name="Smoke: Others", users=[{"user": OTHER}])
	yield PLAIN
	desk.clean()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_opens(open_desk, watch, theme):
	page = open_desk("mcp-audit-entry/view/list", dark=theme == "dark")
	assert page.evaluate("document.documentElement.dataset.theme") == theme
	seen = {}
	for route in ROUTES:
		go(page, route)
		assert not watch.unexpected(), f"{route}: {watch.unexpected()}"
		assert messages(page) == [], route
		seen[route] = page.evaluate("frappe.get_route_str() + cur_page.page.innerText.slice(0, 300)")
	assert len(set(seen.values())) == len(ROUTES), seen


def test_a_plain_user_has_a_page_of_his_own(open_desk, plain_user, watch):
	page = open_desk("mcp-connect", user=plain_user)
	body = page.locator("#page-mcp-connect")
	expect(body).to_contain_text("Your access")
	expect(body).not_to_contain_text(OTHER)
	expect(body).not_to_contain_text("Smoke: Others")
	assert messages(page) == []


@pytest.mark.parametrize(
	"route", [*ADMINISTRATORS_PAGES, "mcp-permission-profile/view/list", "mcp-gateway-settings"]
)
def test_a_plain_user_is_refused_the_rest(open_desk, plain_user, watch, route):
	watch.allow("403", "404", "not permitted|permission")
	page = open_desk("mcp-connect", user=plain_user)
	go(page, route)
	expect(page.locator("body")).not_to_contain_text("Smoke: Others")
	expect(page.locator(".modal.show .msgprint, .page-card").first).to_be_visible()


def go(page: Page, route: str) -> None:
	"""To another route of the desk without loading it anew."""
	page.evaluate("route => { frappe.set_route(route) }", route)
	page.wait_for_timeout(100)
	settle(page)


def messages(page: Page) -> list[str]:
	"""What the desk says in a dialog or instead of the page."""
	return page.locator(".modal.show .msgprint, .page-card .page-card-body:visible").all_inner_texts()
