"""`make screenshots`: the docs' pictures of the desk, into docs/images.

	python -m dev.browser.screenshots [--into FOLDER] [NAME ...]

They show the embedded site with the demo's data and people, and a month of calls. Names of pictures: all but the named are left out.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from dev.browser import chromium, pictures
from dev.browser.desk import Desk, settle
from dev.engine import activate, paths, sites
from dev.engine.desk import build as assets


@dataclass(frozen=True)
class Shot:
	"""A picture: its file's name, the desk route that it shows, and what is done there before it is taken."""

	name: str
	route: str
	prepare: Callable[[Page], None] = lambda page: None
	user: str = "Administrator"
	dark: bool = False
	height: int = 900


SHOTS: tuple[Shot, ...] = (
	Shot("workspace", "erpnext-mcp"),
	Shot("workspace-dark", "erpnext-mcp", dark=True),
	Shot("audit-list", "mcp-audit-entry/view/list"),
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
			server = serve.start_in_thread(sites.SITE)
			try:
				sample.history(server.base_url, persons)
				yield Desk(server.base_url, password)
			finally:
				server.stop()


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
			size = pictures.save(
				page.screenshot(caret="hide", animations="disabled"), into / f"{shot.name}.png"
			)
			print(f"{shot.name}.png  {size // 1024} KB", flush=True)
			context.close()


def main() -> int:
	parser = argparse.ArgumentParser(prog="make screenshots")
	parser.add_argument("names", nargs="*", help="only these")
	parser.add_argument("--into", type=Path, default=paths.ROOT / "docs" / "images")
	options = parser.parse_args()
	into = options.into.resolve()
	if unknown := set(options.names) - {shot.name for shot in SHOTS}:
		print(f"no such picture: {', '.join(sorted(unknown))}", file=sys.stderr)
		return 2
	try:
		with served() as desk:
			take(desk, [shot for shot in SHOTS if not options.names or shot.name in options.names], into)
	except (chromium.BrowserProblem, OSError) as problem:
		print(f"screenshots: {problem}", file=sys.stderr)
		return 1
	return 0


if __name__ == "__main__":
	sys.exit(main())
