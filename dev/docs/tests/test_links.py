"""Links of the pages lead somewhere: files, anchors and pictures exist, and every page of docs/ is in its index."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from dev.docs.markdown import ROOT, anchors, links, name_of, pages, slug

ELSEWHERE = re.compile(r"(https?|mailto):")
INDEX = ROOT / "docs" / "README.md"


def problem(page: Path, target: str) -> str | None:
	"""Why a link leads nowhere; None when it does not, or leaves the repository."""
	if ELSEWHERE.match(target):
		return None
	path, _sharp, anchor = unquote(target).partition("#")
	file = (page.parent / path).resolve() if path else page
	if path.startswith("/") or not file.is_relative_to(ROOT):
		return "outside of the repository"
	if not file.exists() or file.is_relative_to(ROOT / "build"):
		return "no such file"
	if anchor and (file.suffix != ".md" or anchor not in anchors(file)):
		return "no such heading"
	return None


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_links_and_pictures_exist(page: Path):
	found = {f"{link.line}: {link.target}": problem(page, link.target) for link in links(page)}
	assert not {link: why for link, why in found.items() if why}


def test_the_index_names_every_page():
	named = {(INDEX.parent / link.target.partition("#")[0]).resolve() for link in links(INDEX)}
	missing = [p for p in pages() if p.is_relative_to(INDEX.parent) and p != INDEX and p not in named]
	assert not missing, f"not in docs/README.md: {', '.join(map(name_of, missing))}"


def test_every_picture_is_shown_somewhere():
	shown = {(link.page.parent / link.target).resolve() for page in pages() for link in links(page)}
	pictures = [p for p in (ROOT / "docs" / "images").iterdir() if p.is_file()]
	assert pictures and not [p.name for p in pictures if p not in shown]


@pytest.mark.parametrize(
	("target", "found"),
	[
		("page.md", None),
		("#one-heading", None),
		("page.md#one-heading-1", None),
		("https://example.com/nothing", None),
		("page.md#another", "no such heading"),
		("gone.md", "no such file"),
		("/etc/passwd", "outside of the repository"),
		("../../../../../x.md", "outside of the repository"),
	],
)
def test_what_leads_nowhere_is_found(target: str, found: str | None, tmp_path: Path, monkeypatch):
	monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
	page = tmp_path / "page.md"
	page.write_text("# One heading\n\n## One `heading`\n")
	assert problem(page, target) == found


@pytest.mark.parametrize(
	("heading", "anchor"),
	[
		("Which door", "which-door"),
		("What's `dry_run`, and why?", "whats-dry_run-and-why"),
		("Foundation (0.1.0)", "foundation-010"),
		("A – B", "a--b"),
		("Über uns", "über-uns"),
	],
)
def test_anchors_are_those_of_forges(heading: str, anchor: str):
	assert slug(heading.replace("`", "")) == anchor
