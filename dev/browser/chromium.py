"""Debian's Chromium, driven by Playwright."""

import contextlib
import os
from collections.abc import Iterator

from playwright.sync_api import Browser, Error, sync_playwright

from dev import debian

_PACKAGES = {"chromium": "chromium"}
_ARGUMENTS = (
	"--disable-gpu",
	"--disable-quic",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
	"--disable-dev-shm-usage",  # containers have little of it
	"--no-first-run",
	"--force-color-profile=srgb",
)


class BrowserProblem(Exception):
	"""There is no browser to be had; the message is one line that says what to do."""


@contextlib.contextmanager
def running() -> Iterator[Browser]:
	"""A browser without a window; the package is installed if it is missing and this is root.

	While it runs, this thread has a running event loop (Playwright's): asyncio.run() doesn't work in it.

	Raises:
		BrowserProblem: it can't be had, or doesn't start.
	"""
	try:
		debian.install(_PACKAGES, "the browser lane")
	except debian.PackageProblem as problem:
		raise BrowserProblem(f"{problem} (or set BROWSER=off to go without the browser tests)")
	# Root may not use Chromium's own sandbox; what it loads is our site only.
	arguments = [*_ARGUMENTS, *([] if os.geteuid() else ["--no-sandbox"])]
	with sync_playwright() as playwright:
		try:
			browser = playwright.chromium.launch(executable_path=debian.which("chromium"), args=arguments)
		except Error as error:
			raise BrowserProblem(f"Chromium doesn't start: {error.message.strip().splitlines()[0]}")
		try:
			yield browser
		finally:
			browser.close()
