"""The browser tests' fixtures. They come last of all tests: what they do on the site disturbs nobody.

	BROWSER=off            leave them out
	BROWSER_SITE=URL       on that site instead of the embedded one, with Administrator's password in BROWSER_PASSWORD

What a failing test saw is kept below build/browser.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dev.browser import chromium
from dev.browser.desk import Desk
from dev.browser.watch import Watch
from dev.engine import paths, sites
from dev.engine.desk import build as assets

PATIENCE = 20_000
"""Milliseconds that something may take to appear: a machine may be busy."""
expect.set_options(timeout=PATIENCE)

OFF = os.environ.get("BROWSER") == "off"
SITE = os.environ.get("BROWSER_SITE", "")
SEEN = paths.BUILD / "browser"

_report = pytest.StashKey[dict[str, pytest.TestReport]]()


def pytest_ignore_collect() -> bool | None:
	if OFF:
		return True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
	items.sort(key=lambda item: "dev/browser/" in str(item.path))  # stable: all else stays as it was


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
	report = yield
	item.stash.setdefault(_report, {})[report.when] = report
	return report


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
	"""Chromium. Not of the session: while it runs, asyncio.run() doesn't work in this thread."""
	with chromium.running() as browser:
		yield browser


@pytest.fixture(scope="package")
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
	"""The desk under test: the embedded site's, with its scripts and styles built, or that of BROWSER_SITE."""
	if SITE:
		desk = Desk(SITE.rstrip("/"), os.environ.get("BROWSER_PASSWORD", sites.ADMIN_PASSWORD))
	else:
		built = assets.build(assets.apps(), paths.BUILD / "assets")
		problem = built.problem or "; ".join(built.failed)
		if problem:
			pytest.fail(f"the desk's bundles can't be built: {problem}")
		site = request.getfixturevalue("site")
		assets.link(paths.Path(built.assets), site.bench / "sites")
		desk = Desk(request.getfixturevalue("server").base_url, sites.ADMIN_PASSWORD)
	theme = desk.get("User", "Administrator").get("desk_theme") or "Light"
	desk.call("frappe.core.doctype.user.user.switch_theme", theme="Automatic")
	yield desk
	desk.clean()
	desk.call("frappe.core.doctype.user.user.switch_theme", theme=theme)


@pytest.fixture
def watch() -> Watch:
	"""What the test's pages complain about; `watch.allow(pattern)` for what a test provokes."""
	return Watch()


@pytest.fixture
def open_desk(
	desk: Desk, browser: Browser, watch: Watch, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
	"""open_desk(route, user="Administrator", dark=False) → a page of a fresh browser in which the user is logged in.

	The test fails if a page of it complains.
	"""
	contexts: list[BrowserContext] = []
	seen = SEEN / re.sub(r"[^\w.-]+", "_", request.node.name)
	shutil.rmtree(seen, ignore_errors=True)  # of an earlier run

	def open_desk(route: str, user: str = "Administrator", **how) -> Page:
		context = desk.login(browser, user, **how)
		contexts.append(context)
		context.set_default_timeout(PATIENCE)
		context.set_default_navigation_timeout(3 * PATIENCE)
		watch.context(context)
		page = context.new_page()
		desk.open(page, route)
		return page

	yield open_desk
	problems = watch.unexpected()
	called = request.node.stash[_report].get("call")
	if problems or not called or called.failed:
		watch.save(seen, [page for context in contexts for page in context.pages])
	for context in contexts:
		context.close()
	if problems and called and called.passed:
		pytest.fail("the page complains: " + "\n".join(problems))
