"""The drawing in docs/architecture.md is what the source imports, arrow by arrow."""

import re

from erpnext_mcp.tests.test_architecture import LEAVES, MAY_IMPORT, ROOT, imports

PAGE = ROOT.parent / "docs" / "architecture.md"
ARROW = re.compile(r"^\s*(\w+) --> (\w+)$", re.MULTILINE)
NODE = re.compile(r'^\s*(\w+)\["([^"]+)"\]$', re.MULTILINE)
DRAWN_TOGETHER = {"install": "hooks", "patches": "hooks"}
CALLED_OTHERWISE = {"erpnext_mcp": "module"}
DATA = {"presets", "prompts", "public"}
"""Folders of files to be read, without code."""
SDK = {"mcp", "mcp_types"}


def node_of(package: str) -> str:
	package = DRAWN_TOGETHER.get(package, package)
	return CALLED_OTHERWISE.get(package, package)


def imported() -> set[tuple[str, str]]:
	"""Every arrow there is: from package to package, and to the SDK."""
	found = set()
	for path in ROOT.rglob("*.py"):
		parts = path.relative_to(ROOT).parts
		room = node_of(parts[0].removesuffix(".py"))
		if "tests" in parts or room in LEAVES | {"__init__"}:
			continue
		for name in imports(path):
			first, _dot, rest = name.partition(".")
			if first in SDK:
				found.add((room, "sdk"))
			elif first == "erpnext_mcp" and rest:
				other = node_of(rest.split(".")[0])
				if other not in LEAVES | DATA | {room} and not other.startswith("__"):
					found.add((room, other))
	return found


def drawn() -> set[tuple[str, str]]:
	return set(ARROW.findall(PAGE.read_text(encoding="utf-8")))


def test_the_drawing_shows_all_imports_and_no_others():
	real, shown = imported(), drawn()
	assert len(shown) > 20
	assert not real - shown, f"not drawn: {sorted(real - shown)}"
	assert not shown - real, f"drawn, and not in the source: {sorted(shown - real)}"


def test_every_package_is_drawn():
	nodes = dict(NODE.findall(PAGE.read_text(encoding="utf-8")))
	packages = {p.name for p in ROOT.iterdir() if p.is_dir() and (p / "__init__.py").exists()}
	missing = {node_of(p) for p in packages - DATA - {"tests"}} - set(nodes)
	assert not missing, f"no place in the drawing: {sorted(missing)}"


def test_what_is_drawn_is_what_the_rooms_may():
	for room, other in drawn():
		if room in MAY_IMPORT and other != "sdk":
			assert other in MAY_IMPORT[room], f"{room} --> {other}"
	assert [room for room, other in drawn() if other == "sdk"] == ["mcp_server"]


def test_files_that_the_page_names_exist():
	page = PAGE.read_text(encoding="utf-8")
	for name in re.findall(r"`((?:[a-z_]+/)+[a-z_]*(?:\.py)?)`", page):
		assert (ROOT / name.removeprefix("erpnext_mcp/")).exists() or (ROOT.parent / name).exists(), name
