"""A page that complains fails its test: the lane can't be green by not looking."""

import pytest


def test_errors_of_scripts_and_servers_are_seen(open_desk, watch):
	page = open_desk("mcp-audit-entry/view/list")
	assert watch.unexpected() == []
	page.evaluate("setTimeout(() => { throw new Error('from a test') })")
	page.evaluate("console.error('said by a test')")
	page.evaluate("fetch('/api/method/erpnext_mcp.no.such.method')")
	page.wait_for_timeout(500)
	said = "\n".join(watch.unexpected())
	assert "script error: from a test" in said
	assert "console error: said by a test" in said
	watch.allow("by a test", "from a test", "no.such.method")
	assert watch.unexpected() == []


def test_what_a_page_showed_is_kept(open_desk, watch, tmp_path):
	page = open_desk("mcp-audit-entry/view/list")
	watch.save(tmp_path, [page])
	assert {path.name for path in tmp_path.iterdir()} == {"page-1.png", "page-1.html", "console.log"}


@pytest.mark.parametrize("path", ["app", "desk"])
def test_the_prefix_is_that_of_the_version(desk, open_desk, path):
	"""Old links lead to the version's own."""
	if path == "desk" and desk.prefix == "/app":
		pytest.skip("v15 has no /desk")
	page = open_desk("mcp-audit-entry/view/list")
	page.goto(f"/{path}/mcp-audit-seal")
	page.wait_for_url(f"**{desk.prefix}/mcp-audit-seal*")
