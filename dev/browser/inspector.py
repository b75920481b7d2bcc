"""MCP's Inspector as a page in the browser, connected to a served site: for the picture in docs/clients.md."""

import contextlib
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser

from dev import clients, conformance
from dev.browser.chromium import BrowserProblem

_LAUNCHER = "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"
_ADDRESS = re.compile(r"https?://(?:localhost|127\.0\.0\.1):\d+/?\?\S*")
_SECONDS = 60


@contextlib.contextmanager
def served(url: str, authorization: str) -> Iterator[str]:
	"""The address of the Inspector's page, with the server at `url` chosen; it ends with the context.

	Raises:
		BrowserProblem: it doesn't start.
	"""
	node = conformance.install() / "node_modules/.bin/node"  # Debian's is too old for it
	command = [str(node), _LAUNCHER, "--server-url", url, "--transport", "http", "--protocol-era", "auto"]
	with tempfile.TemporaryDirectory() as folder:
		said = Path(folder) / "said"
		with said.open("w") as output:
			process = subprocess.Popen(
				[*command, "--header", f"Authorization: {authorization}"],
				cwd=clients.install(),
				env={
					**os.environ,
					"MCP_STORAGE_DIR": folder,
					"MCP_AUTO_OPEN_ENABLED": "false",
					"BROWSER": "none",
				},
				stdin=subprocess.DEVNULL,
				stdout=output,
				stderr=subprocess.STDOUT,
			)
		try:
			yield _address(process, said)
		finally:
			process.terminate()
			process.wait(30)


def _address(process: subprocess.Popen, said: Path) -> str:
	deadline = time.monotonic() + _SECONDS
	while time.monotonic() < deadline and process.poll() is None:
		if found := _ADDRESS.search(said.read_text()):
			return found[0]
		time.sleep(0.2)
	raise BrowserProblem(f"the Inspector doesn't start: {said.read_text().strip()[-300:]}")


def picture(browser: Browser, url: str, authorization: str) -> bytes:
	"""The Inspector with its tools and the answer to a call."""
	with served(url, authorization) as address:
		page = browser.new_page(viewport={"width": 1360, "height": 900})
		page.goto(address)
		page.get_by_role("switch").first.click(force=True)
		tools = page.get_by_text("Tools", exact=True).first
		tools.wait_for(timeout=_SECONDS * 1000)
		tools.click()
		page.get_by_text("list_generic_documents", exact=True).first.click(timeout=_SECONDS * 1000)
		page.get_by_label("doctype").first.fill("Customer")
		page.get_by_label("limit").first.fill("3")
		page.get_by_role("button", name="Execute Tool").click()
		page.get_by_text("Structured Output").first.wait_for(timeout=_SECONDS * 1000)
		page.wait_for_timeout(1000)
		shot = page.screenshot(caret="hide", animations="disabled")
		page.close()
		return shot
