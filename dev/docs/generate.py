"""`make docs`, or `python -m dev.docs.generate [--check]`: writes docs/reference/ from the code.

With --check nothing is written, and it ends with 1 where a page is out of date.
"""

import sys

from dev.engine import activate

activate()  # the tools and the commands import frappe

from dev.docs.markdown import ROOT
from dev.docs.reference.commands import commands
from dev.docs.reference.doctypes import doctypes_page
from dev.docs.reference.errors import errors
from dev.docs.reference.settings import settings
from dev.docs.reference.tools import tools

FOLDER = ROOT / "docs" / "reference"
PAGES = {
	"settings.md": settings,
	"doctypes.md": doctypes_page,
	"tools.md": tools,
	"errors.md": errors,
	"commands.md": commands,
}


def outdated() -> dict[str, str]:
	"""The pages that are not as the code says, with the text that they should have."""
	made = {name: make() for name, make in PAGES.items()}
	return {name: text for name, text in made.items() if _read(name) != text}


def _read(name: str) -> str | None:
	path = FOLDER / name
	return path.read_text(encoding="utf-8") if path.exists() else None


def main(*arguments: str) -> int:
	found = outdated()
	if "--check" in arguments:
		for name in found:
			print(f"docs/reference/{name} is out of date: make docs", file=sys.stderr)
		return int(bool(found))
	FOLDER.mkdir(parents=True, exist_ok=True)
	for name, text in found.items():
		(FOLDER / name).write_text(text, encoding="utf-8")
		print(f"written: docs/reference/{name}")
	if not found:
		print("docs/reference is up to date")
	return 0


if __name__ == "__main__":
	sys.exit(main(*sys.argv[1:]))
