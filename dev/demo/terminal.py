"""How the demo speaks: steps with their seconds, headings, tables; colour only where someone sees it."""

import os
import sys
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_CLEAR_LINE = "\r\x1b[K"
WIDTH = 110


class Terminal:
	"""Writes to `stream`; a step that is under way keeps to one line on a terminal, and has a line a note elsewhere."""

	def __init__(self, stream: TextIO | None = None) -> None:
		self.stream = stream or sys.stdout
		self.live = self.stream.isatty()
		self.colour = self.live and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

	def style(self, text: str, *styles: str) -> str:
		if not self.colour:
			return text
		return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"

	def line(self, text: str = "") -> None:
		print(text, file=self.stream, flush=True)

	def heading(self, text: str) -> None:
		self.line()
		self.line(self.style(text, "bold", "cyan"))

	def warn(self, text: str) -> None:
		self.line(f"  {self.style('!', 'bold', 'yellow')} {text}")

	def fail(self, text: str) -> None:
		self.line(f"{_CLEAR_LINE if self.live else ''}{self.style('✗', 'bold', 'red')} {text}")

	@contextmanager
	def step(self, title: str) -> Iterator["Step"]:
		step = Step(self, title)
		yield step
		step.finish()

	def table(self, rows: Sequence[Sequence[object]], head: Sequence[str], indent: str = "    ") -> None:
		columns = [_column(values) for values in zip(*rows, strict=True)]
		texts = list(zip(*columns, strict=True))
		widths = [max(_width(row[column]) for row in [head, *texts]) for column in range(len(head))]
		numeric = [all(_is_number(row[column]) for row in rows) for column in range(len(head))]

		def laid_out(row: Sequence[str]) -> str:
			cells = (
				_pad(text, width, right) for text, width, right in zip(row, widths, numeric, strict=True)
			)
			return f"{indent}{'  '.join(cells)}".rstrip()

		self.line(self.style(laid_out(head), "dim"))
		for row in texts:
			self.line(laid_out(row))


class Step:
	"""One thing that takes a while."""

	def __init__(self, terminal: Terminal, title: str) -> None:
		self.terminal, self.title, self.started = terminal, title, time.monotonic()
		self.result = ""
		self.note("")

	def note(self, text: str) -> None:
		"""What it is doing just now."""
		text = " ".join(text.split())
		if self.terminal.live:
			shown = f"  · {self.title}  {text}"[: WIDTH - 10]
			self.terminal.stream.write(f"{_CLEAR_LINE}{shown}")
			self.terminal.stream.flush()
		elif text:
			self.terminal.line(f"      {text}")

	def finish(self) -> None:
		seconds = f"{time.monotonic() - self.started:6.1f} s"
		mark = self.terminal.style("✓", "bold", "green")
		text = f"{self.title}{': ' if self.result else ''}{self.result}"
		start = _CLEAR_LINE if self.terminal.live else ""
		self.terminal.line(f"{start}  {mark} {_pad(text, 78)} {self.terminal.style(seconds, 'dim')}")


def _column(values: Sequence[object]) -> list[str]:
	"""Numbers of one column have the same decimals: two, or none where none is needed."""
	decimals = 2 if any(isinstance(value, float) and not value.is_integer() for value in values) else 0
	return [
		"" if value is None else f"{value:,.{decimals}f}" if isinstance(value, float) else str(value)
		for value in values
	]


def _is_number(value: object) -> bool:
	return isinstance(value, int | float) and not isinstance(value, bool)


def _width(text: str) -> int:
	"""Columns on the screen: combining marks take none, wide characters two."""
	return sum(
		0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
		for char in text
	)


def _pad(text: str, width: int, right: bool = False) -> str:
	space = " " * max(0, width - _width(text))
	return space + text if right else text + space
