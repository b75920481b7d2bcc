"""What goes wrong inside a page: errors of its scripts, console errors, answers of the server with a status of 500 or more."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Response

_HARMLESS = re.compile(
	r"socket\.io"  # none runs here
	r"|favicon"
	r"|<rect> attribute width: A negative value"  # Frappe's charts, when one has left the page before they are drawn
	r"|The resource .* was preloaded using link preload"
)


@dataclass
class Watch:
	"""Collects what the pages of a browser context complain about; `allowed` are patterns that a test expects."""

	problems: list[str] = field(default_factory=list)
	console: list[str] = field(default_factory=list)
	allowed: list[str] = field(default_factory=list)

	def context(self, context: BrowserContext) -> None:
		context.on("page", self.page)

	def page(self, page: Page) -> None:
		page.on("pageerror", self._page_error)
		page.on("console", self._console_line)
		page.on("response", self._response)

	def allow(self, *patterns: str) -> None:
		"""Errors that match one of the patterns are expected from now on."""
		self.allowed.extend(patterns)

	def unexpected(self) -> list[str]:
		return [line for line in self.problems if not any(re.search(p, line) for p in self.allowed)]

	def save(self, folder: Path, pages: list[Page]) -> None:
		"""Screenshots of the pages and what they said."""
		folder.mkdir(parents=True, exist_ok=True)
		for number, page in enumerate(pages, 1):
			try:
				page.screenshot(path=folder / f"page-{number}.png", timeout=10_000)
				(folder / f"page-{number}.html").write_text(page.content())
			except Error as error:
				self.console.append(f"no screenshot of page {number}: {error.message}")
		(folder / "console.log").write_text("\n".join(self.console) + "\n")

	def _page_error(self, error: Error) -> None:
		line = f"script error: {error.message}\n{error.stack or ''}".strip()
		self.console.append(line)
		self.problems.append(line)

	def _console_line(self, message: ConsoleMessage) -> None:
		where = message.location.get("url", "")
		line = f"console {message.type}: {message.text} ({where})"
		self.console.append(line)
		if message.type == "error" and not _HARMLESS.search(line):
			self.problems.append(line)

	def _response(self, response: Response) -> None:
		if response.status >= 400:
			line = f"{response.request.method} {response.url} {response.status}"
			self.console.append(line)
			if response.status >= 500 and not _HARMLESS.search(line):
				self.problems.append(line)
