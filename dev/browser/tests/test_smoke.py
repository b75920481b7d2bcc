"""Every list, form and page of the app opens without a complaint, in light and dark."""

import pytest

LISTS = ("MCP Permission Profile", "MCP Audit Entry", "MCP Audit Seal", "MCP Suspension")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("doctype", LISTS)
def test_lists(open_desk, doctype, dark):
	page = open_desk(f"{doctype.lower().replace(' ', '-')}/view/list", dark=dark)
	page.wait_for_selector(".frappe-list")
	assert page.evaluate("document.documentElement.dataset.theme") == ("dark" if dark else "light")
