"""Every list, form and page of the app opens without a complaint, in light and dark; a plain user is refused."""

import pytest

from dev.browser.desk import settle

PAGES: tuple[str, ...] = ()
"""Routes of the app's own pages."""

LISTS = tuple(
	f"{doctype}/view/list"
	for doctype in (
		"mcp-permission-profile",
		"mcp-audit-entry",
		"mcp-audit-seal",
		"mcp-suspension",
		"mcp-client",
	)
)
FORMS = ("mcp-gateway-settings", "mcp-permission-profile/new")
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


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_opens(open_desk, watch, theme):
	page = open_desk("mcp-audit-entry/view/list", dark=theme == "dark")
	assert page.evaluate("document.documentElement.dataset.theme") == theme
	seen = {}
	for route in ROUTES:
		page.evaluate("route => frappe.set_route(route)", route)
		settle(page)
		assert not watch.unexpected(), f"{route}: {watch.unexpected()}"
		assert _messages(page) == [], route
		seen[route] = page.evaluate("frappe.get_route_str() + cur_page.page.innerText.slice(0, 300)")
	assert len(set(seen.values())) == len(ROUTES), seen


def _messages(page) -> list[str]:
	"""What the desk says in a dialog or instead of the page."""
	return page.locator(".modal.show .msgprint, .page-card .page-card-body:visible").all_inner_texts()
