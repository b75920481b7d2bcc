"""What the tests need to know of a page of Markdown: its code blocks, links, anchors and inline code. Pure, but for `pages`."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("docs", ".github")

COMMENT = re.compile(r"<!--\s*(.*?)\s*-->", re.DOTALL)
HTML_LINK = re.compile(r"""<(?:a|img)\b[^>]*?\b(?:href|src)=["']([^"']+)["']""", re.IGNORECASE)
HTML_ANCHOR = re.compile(r"""<\w+\b[^>]*?\b(?:id|name)=["']([^"']+)["']""", re.IGNORECASE)


@dataclass(frozen=True)
class Block:
	"""A fenced code block.

	:param note: the HTML comment that stands right before it, without its marks
	:param line: where it begins, from 1
	"""

	page: Path
	line: int
	language: str
	text: str
	note: str = ""

	@property
	def where(self) -> str:
		return f"{name_of(self.page)}:{self.line}"


@dataclass(frozen=True)
class Link:
	page: Path
	line: int
	target: str
	is_image: bool = False


def pages() -> list[Path]:
	"""Every page of Markdown that readers are meant to find."""
	found = [*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))]
	return sorted(found)


def name_of(page: Path) -> str:
	return page.relative_to(ROOT).as_posix() if page.is_relative_to(ROOT) else page.name


@cache
def _tokens(page: Path) -> list[Token]:
	return MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))


def blocks(page: Path) -> Iterator[Block]:
	"""The fenced code blocks of a page, those in lists as well."""
	note = ""
	for token in _tokens(page):
		if token.type == "fence":
			language = (token.info.split() or [""])[0].lower()
			yield Block(page, _line(token), language, token.content, note)
		comment = COMMENT.fullmatch(token.content.strip()) if token.type == "html_block" else None
		note = comment[1] if comment else ""


def links(page: Path) -> Iterator[Link]:
	"""Links and pictures, HTML's too."""
	for token in _tokens(page):
		if token.type == "html_block":
			yield from (Link(page, _line(token), target) for target in HTML_LINK.findall(token.content))
		for inner in token.children or ():
			if inner.type == "link_open":
				yield Link(page, _line(token), str(inner.attrs["href"]))
			elif inner.type == "image":
				yield Link(page, _line(token), str(inner.attrs["src"]), is_image=True)
			elif inner.type == "html_inline":
				yield from (Link(page, _line(token), target) for target in HTML_LINK.findall(inner.content))


def inline_code(page: Path) -> Iterator[tuple[int, str]]:
	"""Line and text of what stands between single backticks."""
	for token in _tokens(page):
		for inner in token.children or ():
			if inner.type == "code_inline":
				yield _line(token), inner.content


def anchors(page: Path) -> set[str]:
	"""What a link to this page may name after `#`: its headings as forges make anchors of them, and ids in HTML."""
	found: set[str] = set()
	tokens = _tokens(page)
	for position, token in enumerate(tokens):
		if token.type == "heading_open":
			found.add(_unique(slug(_text(tokens[position + 1])), found))
		for part in (token, *(token.children or ())):
			if part.type in ("html_block", "html_inline"):
				found.update(HTML_ANCHOR.findall(part.content))
	return found


def slug(heading: str) -> str:
	"""The anchor of a heading: lower case, no punctuation but `-` and `_`, spaces as hyphens."""
	kept = (c for c in heading.strip().lower() if c in "-_ " or unicodedata.category(c)[0] in "LMN")
	return "".join(kept).replace(" ", "-")


def _unique(anchor: str, taken: set[str]) -> str:
	number, candidate = 0, anchor
	while candidate in taken:
		number += 1
		candidate = f"{anchor}-{number}"
	return candidate


def _text(token: Token) -> str:
	return "".join(inner.content for inner in token.children or () if inner.type in ("text", "code_inline"))


def _line(token: Token) -> int:
	return (token.map or [0])[0] + 1
