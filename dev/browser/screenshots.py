"""`make screenshots`: the docs' pictures of the desk and of the Inspector, into docs/images.

	python -m dev.browser.screenshots [--into FOLDER] [NAME ...]

They show the embedded site with the demo's data and people, and a month of calls. Names of pictures: all but the named are left out.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from playwright.sync_api import Page

from dev.browser import chromium, inspector, pictures
from dev.browser.desk import Desk, settle
from dev.engine import activate, paths, sites
from dev.engine.desk import build as assets
from dev.node import NodeError


@dataclass(frozen=True)
class Shot:
	"""A picture: its file's name, the desk route that it shows, and what is done there before it is taken."""

	name: str
	route: str
	prepare: Callable[[Page], None] = lambda page: None
	user: str = "Administrator"
	dark: bool = False
	height: int = 900
	element: str = ""
	"""Only this part of the page."""


PROFILE = "mcp-permission-profile/Demo%3A%20Sales"
AGENT = "sales.north@demo.example"
INSPECTOR = "inspector"
"""The picture of MCP's Inspector, which is no page of the desk."""


def rules(page: Page) -> None:
	page.get_by_role("tab", name="Rules").click()


def fields(page: Page) -> None:
	rules(page)
	page.get_by_role("button", name="Customer Fields…").first.click()
	dialog = page.locator(".modal.show")
	dialog.locator(".mcp-fields-list tr[data-path]").first.wait_for()
	dialog.get_by_role("checkbox", name="Only with a rule").blur()


def wider(page: Page) -> None:
	rules(page)
	page.get_by_role("checkbox", name="Customer: Delete", exact=True).check()
	page.get_by_role("checkbox", name="Item: Update", exact=True).check()
	fields(page)
	dialog = page.locator(".modal.show")
	dialog.locator("tr[data-path=website] [data-rule]").select_option("")
	dialog.get_by_role("button", name="Done").click()
	page.wait_for_timeout(500)
	page.locator(".page-actions .primary-action:visible").click()
	page.locator(".modal.show .mcp-widening").wait_for()


def simulate(page: Page) -> None:
	caller, asked = page.locator("[data-caller]"), page.locator("[data-part=document]")
	caller.locator("input[data-fieldname=user]").fill(AGENT)
	page.keyboard.press("Tab")
	page.locator("[data-mode=document]").click()
	asked.locator("input[data-fieldname=doctype]").fill("Customer")
	page.keyboard.press("Tab")
	settle(page)
	customer = page.evaluate(
		"""async () => (await frappe.db.get_list("Customer", {
			filters: {customer_group: "Commercial", territory: ["like", "%North%"]}, limit: 1, order_by: "name"
		}))[0].name"""
	)
	asked.locator("input[data-fieldname=name]").fill(customer)
	page.keyboard.press("Tab")
	settle(page)
	page.locator("[data-ask]").click()
	page.locator("[data-answer]").wait_for()


def client(key: str) -> Callable[[Page], None]:
	"""Connect with the set-up of one client."""
	return lambda page: page.locator(f"[data-client={key}]").click()


def changed_entry(page: Page) -> None:
	page.locator(".list-row .list-subject a").first.click()
	page.locator(".mcp-diff:visible").wait_for()


SHOTS: tuple[Shot, ...] = (
	Shot("workspace", "erpnext-mcp"),
	Shot("workspace-dark", "erpnext-mcp", dark=True),
	Shot("profile", PROFILE, rules),
	Shot("profile-fields", PROFILE, fields),
	Shot("profile-wider", PROFILE, wider),
	Shot("simulator", "mcp-simulator", simulate, height=1100),
	Shot("access", "mcp-access"),
	Shot("connect", "mcp-connect", user=AGENT, height=1100),
	*(
		Shot(
			f"connect-{key.replace('_', '-')}",
			"mcp-connect",
			client(key),
			user=AGENT,
			height=1100,
			element=".mcp-connect-card:has([data-client])",
		)
		for key in ("claude_code", "claude_desktop", "cursor", "vscode", "codex", "oauth", "curl")
	),
	Shot("audit", "mcp-audit-entry/view/list"),
	Shot("audit-entry", "mcp-audit-entry/view/list?operation=update", changed_entry, height=1500),
	Shot("settings", "mcp-gateway-settings"),
)


@contextmanager
def served() -> Iterator[Desk]:
	"""The site to be shown, in a folder that is thrown away."""
	activate()
	built = assets.build(assets.apps(), paths.BUILD / "assets")
	if built.problem or built.failed:
		raise chromium.BrowserProblem(built.problem or f"not built: {'; '.join(built.failed)}")
	with tempfile.TemporaryDirectory(prefix="erpnext-mcp-pictures-") as folder:
		bench = Path(folder)
		sites.copy_template(sites.template("sqlite"), bench)
		assets.link(Path(built.assets), bench / "sites")
		with sites.connected(bench, sites.SITE):
			from dev.browser import sample
			from dev.demo import people
			from dev.engine import serve

			persons, password = people.ensure(bench)
			server = start(serve)
			try:
				sample.narrow()
				sample.history(server.base_url, persons)
				desk = Desk(server.base_url, password)
				desk.reset_password(AGENT)
				yield desk
			finally:
				server.stop()


def start(serve: ModuleType) -> Any:
	"""The server, on the port that the demo has in the docs if it is free."""
	try:
		return serve.start_in_thread(sites.SITE, 8000)
	except serve.PortInUse:
		return serve.start_in_thread(sites.SITE)


def take(desk: Desk, shots: list[Shot], into: Path) -> None:
	"""Take the pictures, and say what each weighs."""
	desk.call("frappe.core.doctype.user.user.switch_theme", theme="Automatic")
	with chromium.running() as browser:
		for shot in shots:
			context = desk.login(browser, shot.user, dark=shot.dark, height=shot.height)
			page = context.new_page()
			desk.open(page, shot.route)
			shot.prepare(page)
			settle(page)
			page.mouse.move(0, 0)
			page.wait_for_timeout(2500)  # charts draw themselves
			shown = page.locator(shot.element).first if shot.element else page
			save(shown.screenshot(caret="hide", animations="disabled"), into, shot.name)
			context.close()


def save(screenshot: bytes, into: Path, name: str) -> None:
	size = pictures.save(screenshot, into / f"{name}.png")
	print(f"{name}.png  {size // 1024} KB", flush=True)


def take_inspector(desk: Desk, into: Path) -> None:
	with chromium.running() as browser:
		shot = inspector.picture(browser, f"{desk.base_url}/mcp", desk.api_key(AGENT))
	save(shot, into, INSPECTOR)


def main() -> int:
	parser = argparse.ArgumentParser(prog="make screenshots")
	parser.add_argument("names", nargs="*", help="only these")
	parser.add_argument("--into", type=Path, default=paths.ROOT / "docs" / "images")
	options = parser.parse_args()
	into = options.into.resolve()
	if unknown := set(options.names) - {INSPECTOR, *(shot.name for shot in SHOTS)}:
		print(f"no such picture: {', '.join(sorted(unknown))}", file=sys.stderr)
		return 2
	try:
		with served() as desk:
			if shots := [shot for shot in SHOTS if not options.names or shot.name in options.names]:
				take(desk, shots, into)
			if not options.names or INSPECTOR in options.names:
				take_inspector(desk, into)
	except (chromium.BrowserProblem, NodeError, OSError) as problem:
		print(f"screenshots: {problem}", file=sys.stderr)
		return 1
	return 0


if __name__ == "__main__":
	sys.exit(main())
