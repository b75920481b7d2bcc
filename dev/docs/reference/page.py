"""What the generated pages share: tables, and text of the app as Markdown. Pure."""

import re
from collections.abc import Iterable, Sequence

NOTE = "<!-- Made by `make docs` from the code; what is changed here is lost. -->"
NOTHING = "—"
TAG = re.compile(r"</?(b|strong|i|em|br)\s*/?>")


def page(title: str, *parts: str) -> str:
	"""A whole page: its title, and parts with an empty line between."""
	return "\n\n".join((NOTE, f"# {title}", *(part.strip("\n") for part in parts if part))) + "\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
	"""A table; cells are Markdown already."""
	lines = [columns, ["---"] * len(columns), *rows]
	return "\n".join(f"| {' | '.join(cell(c) for c in line)} |" for line in lines)


def cell(markdown: str) -> str:
	"""Markdown within a row of a table."""
	return re.sub(r"(?<!\\)\|", r"\\|", re.sub(r"\s*\n\s*", "<br>", markdown.strip())) or NOTHING


def text(plain: str | None) -> str:
	"""A text of the app, such as a description, whose signs are to be seen as they are."""
	without_tags = TAG.sub(lambda tag: " " if tag[1] == "br" else "", plain or "")
	return re.sub(r"([\\`*<\[\]]|(?<!\w)_|_(?!\w))", r"\\\1", without_tags.strip())


def code(value: object) -> str:
	"""A value or a name; a backtick in it is kept."""
	shown = str(value)
	fence = "``" if "`" in shown else "`"
	return f"{fence}{shown}{fence}"


def codes(values: Iterable[object]) -> str:
	return ", ".join(map(code, values))


def sentence(plain: str | None) -> str:
	"""A text that ends with a full stop."""
	shown = text(plain)
	return shown if not shown or shown[-1] in ".!?:" else f"{shown}."


def first_paragraph(docstring: str | None) -> str:
	"""What a docstring says before its first empty line, on one line."""
	return " ".join((docstring or "").strip().split("\n\n")[0].split())
