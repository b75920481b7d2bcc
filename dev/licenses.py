"""docs/licenses.md: what pip installs along with the app, and under which licences, by the packages' own metadata.

python -m dev.licenses          writes the page
"""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import tomllib
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licenses.md"
CLASSIFIER = "License :: OSI Approved :: "
PERMISSIVE = ("MIT", "BSD", "Apache", "PSF", "Python Software Foundation", "ISC", "MPL-2.0")
"""What MIT-licensed code can be used with without further duties than to keep the notice."""
SAME = {
	"MIT License": "MIT",
	"The MIT License": "MIT",
	"BSD License": "BSD",
	"Apache Software License": "Apache-2.0",
	"Python Software Foundation License": "PSF-2.0",
}
"""Other words for the same, in SPDX's."""

HEAD = """<!-- Made by `python -m dev.licenses` from the packages' metadata; what is changed here is lost. -->

# Licences

This app is MIT, see [license.txt](../license.txt). It runs inside Frappe (MIT) and needs no ERPNext (GPL-3.0). pip installs along with it what is listed here, each from its own publisher: nothing of it is copied into this repository.
Versions are what pip finds. The table is compared with the installed packages by a test.

| package | licence | needed by |
|---|---|---|
"""

TAIL = """
For trying and testing only, and never part of what is installed on a bench: the embedded engine (`monoframe`, a fork of Frappe, MIT) and what `dev/requirements.txt`, `dev/clients` and `dev/conformance` name.
"""


def direct() -> list[Requirement]:
	"""What pyproject.toml asks for."""
	data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
	return [Requirement(text) for text in data["project"]["dependencies"]]


def packages() -> dict[str, set[str]]:
	"""Every package that comes along, with those that need it; `erpnext_mcp` for what we ask for ourselves."""
	found: dict[str, set[str]] = {}
	waiting = [(requirement, "erpnext_mcp") for requirement in direct()]
	while waiting:
		requirement, needed_by = waiting.pop()
		name = canonicalize_name(requirement.name)
		is_new = name not in found
		found.setdefault(name, set()).add(needed_by)
		if is_new:
			waiting += [(r, name) for r in _requires(name, requirement.extras)]
	return found


def _requires(name: str, extras: set[str]) -> Iterator[Requirement]:
	for text in distribution(name).requires or ():
		requirement = Requirement(text)
		if requirement.marker is None or any(
			requirement.marker.evaluate({"extra": extra}) for extra in (*extras, "")
		):
			yield requirement


def licence(found: Distribution) -> str:
	"""The licence of a package in one short name; the SPDX expression where it has one."""
	metadata = found.metadata
	if expression := metadata.get("License-Expression"):
		return expression
	classified = [
		c.removeprefix(CLASSIFIER) for c in metadata.get_all("Classifier") or () if c.startswith(CLASSIFIER)
	]
	if classified:
		return " AND ".join(SAME.get(c, c) for c in classified)
	text = (metadata.get("License") or "").strip()
	return SAME.get(text, text) if text and "\n" not in text else "not said"


def is_permissive(name: str) -> bool:
	"""Whether each part of an expression is one of PERMISSIVE."""
	parts = re.split(r"\s+(?:AND|OR)\s+", name.strip("()"))
	return all(part.strip("() ").startswith(PERMISSIVE) for part in parts)


def page() -> str:
	rows = [
		f"| {name} | {licence(distribution(name))} | {', '.join(sorted(needed_by))} |"
		for name, needed_by in sorted(packages().items())
	]
	return HEAD + "\n".join(rows) + "\n" + TAIL


def main() -> int:
	try:
		PAGE.write_text(page(), encoding="utf-8")
	except PackageNotFoundError as e:
		print(f"{e.name} is not installed here: run it with build/venv/bin/python", file=sys.stderr)
		return 1
	return 0


if __name__ == "__main__":
	sys.exit(main())
