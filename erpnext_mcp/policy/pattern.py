"""Text patterns of conditions: the plain part of regular expressions, matched without ever going back. Pure.

Python's `re` can take exponential time on a pattern that looks harmless, and the text to match comes from the agent.
Here all ways through the pattern are followed at once, character by character: the time is bounded by the length of the
text times the size of the pattern, both of which are capped.

Understood, with the meaning it has in `re`: literal characters, `.`, `[a-z]`, `[^0-9]`, `\\d \\w \\s \\D \\W \\S`,
`\\n \\r \\t`, `( )`, `(?: )`, `|`, `* + ? {2} {2,} {2,5}`. A pattern always matches the whole text, so that a leading
`^` and a trailing `$` change nothing. Refused: everything that needs memory or looks around (`\\1`, `(?=`, `\\b`), flags,
and `*?` or `*+`, which make no difference for a whole text.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from erpnext_mcp.policy.message import Message, _

MAX_PATTERN = 200
"""Characters of a pattern."""
MAX_TEXT = 1000
"""Characters of a text that is matched; a longer one matches no pattern."""
MAX_SIZE = 500
"""Parts of a pattern after its repetitions are written out."""
MAX_DEPTH = 20
"""Groups within groups."""

CLASSES: dict[str, Callable[[str], bool]] = {
	"d": str.isdecimal,
	"w": lambda c: c.isalnum() or c == "_",
	"s": str.isspace,
	"D": lambda c: not c.isdecimal(),
	"W": lambda c: not (c.isalnum() or c == "_"),
	"S": lambda c: not c.isspace(),
}
CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}


class BadPattern(ValueError):
	"""A pattern that is not understood; its only argument is the Message that says why."""


@dataclass(frozen=True)
class Chars:
	"""One character out of a set."""

	ranges: tuple[tuple[str, str], ...] = ()
	tests: tuple[Callable[[str], bool], ...] = ()
	negated: bool = False

	def __contains__(self, character: str) -> bool:
		found = any(low <= character <= high for low, high in self.ranges) or any(
			test(character) for test in self.tests
		)
		return found != self.negated


@dataclass(frozen=True)
class Sequence:
	"""One part after the other."""

	parts: tuple["Node", ...]


@dataclass(frozen=True)
class Either:
	"""One of several parts."""

	options: tuple["Node", ...]


@dataclass(frozen=True)
class Repeat:
	"""A part several times; without `most` as often as it comes."""

	part: "Node"
	least: int
	most: int | None


Node = Chars | Sequence | Either | Repeat

ANY = Chars((("\n", "\n"),), negated=True)


class Pattern:
	"""A pattern that is ready to be matched.

	The program is a list of steps: `Chars` takes one character and goes on to the next step, a tuple names the steps where
	it goes on at once. Whoever comes behind the last step has matched.
	"""

	def __init__(self, tree: Node):
		self._program: list[Chars | tuple[int, ...]] = []
		self._left = MAX_SIZE
		self._write(tree)

	def matches(self, text: str) -> bool:
		"""Whether the whole text matches. Takes `len(text) × size of the pattern` steps at most."""
		if len(text) > MAX_TEXT:
			return False
		here = self._reach([0])
		for character in text:
			here = self._reach(
				step + 1
				for step in here
				if step < len(self._program) and character in self._program[step]  # only Chars are reached
			)
			if not here:
				return False
		return len(self._program) in here

	def _reach(self, steps: Iterable[int]) -> set[int]:
		"""The steps that take a character, and the end, that can be reached without taking one."""
		seen: set[int] = set()
		reached: set[int] = set()
		waiting = list(steps)
		while waiting:
			step = waiting.pop()
			if step in seen:
				continue
			seen.add(step)
			jump = self._program[step] if step < len(self._program) else None
			if isinstance(jump, tuple):
				waiting.extend(jump)
			else:
				reached.add(step)
		return reached

	def _write(self, node: Node) -> None:
		# Parts that match nothing count as well: `((){99}){99}` must not keep us busy either.
		self._left -= 1
		if self._left < 0:
			raise BadPattern(
				Message(
					_("the pattern is too large: its repetitions add up to more than {0} parts"), MAX_SIZE
				)
			)
		if isinstance(node, Chars):
			self._program.append(node)
		elif isinstance(node, Sequence):
			for part in node.parts:
				self._write(part)
		elif isinstance(node, Either):
			self._write_either(node)
		else:
			self._write_repeat(node)

	def _write_either(self, node: Either) -> None:
		ends = []
		for option in node.options[:-1]:
			fork = self._reserve()
			self._write(option)
			ends.append(self._reserve())
			self._program[fork] = (fork + 1, len(self._program))
		self._write(node.options[-1])
		for end in ends:
			self._program[end] = (len(self._program),)

	def _write_repeat(self, node: Repeat) -> None:
		for _time in range(node.least):
			self._write(node.part)
		if node.most is None:
			fork = self._reserve()
			self._write(node.part)
			self._program.append((fork,))
			self._program[fork] = (fork + 1, len(self._program))
			return
		forks = []
		for _time in range(node.most - node.least):
			forks.append(self._reserve())
			self._write(node.part)
		for fork in forks:
			self._program[fork] = (fork + 1, len(self._program))

	def _reserve(self) -> int:
		"""Room for a jump whose target is not known yet."""
		self._program.append(())
		return len(self._program) - 1


class Parser:
	"""Reads a pattern from left to right."""

	def __init__(self, text: str):
		self.text = text
		self.at = 0
		self.depth = 0

	def parse(self) -> Node:
		tree = self.either()
		if self.at < len(self.text):
			raise self.wrong(_("a closing bracket without an opening one"))
		return tree

	def either(self) -> Node:
		options = [self.sequence()]
		while self.take("|"):
			options.append(self.sequence())
		return options[0] if len(options) == 1 else Either(tuple(options))

	def sequence(self) -> Node:
		parts: list[Node] = []
		while self.at < len(self.text) and self.peek() not in "|)":
			part = self.atom()
			if part is not None:
				parts.append(self.repeated(part))
		return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

	def atom(self) -> Node | None:
		"""The next part without its repetition; None for an anchor at either end."""
		at = self.at
		character = self.next()
		if (character == "^" and at == 0) or (character == "$" and self.at == len(self.text)):
			return None
		if character in "^$":
			raise self.wrong(
				_(
					"the whole text is matched anyway: leave ^ and $ out, or put a backslash before them where they are meant as characters"
				)
			)
		if character in "*+?{":
			raise self.wrong(_("nothing to repeat; put a backslash before a character that is meant as such"))
		if character == "(":
			return self.group()
		if character == "[":
			return self.characters()
		if character == ".":
			return ANY
		if character == "\\":
			found = self.escaped()
			return Chars(tests=(found,)) if callable(found) else Chars(((found, found),))
		return Chars(((character, character),))

	def group(self) -> Node:
		if self.take("?") and not self.take(":"):
			raise self.wrong(
				_("groups with a question mark, such as (?= or (?P<, are not understood; only (?: is")
			)
		self.depth += 1
		if self.depth > MAX_DEPTH:
			raise self.wrong(_("too many groups within groups"))
		inner = self.either()
		self.depth -= 1
		if not self.take(")"):
			raise self.wrong(_("a bracket is not closed"))
		# A sequence of its own, so that an empty group can be repeated as well.
		return Sequence((inner,))

	def repeated(self, part: Node) -> Node:
		counts = self.counts()
		if counts is None:
			return part
		if self.peek() in ("*", "+", "?", "{"):
			raise self.wrong(_("a repetition of a repetition, such as *? or ++; leave the second one out"))
		return Repeat(part, *counts)

	def counts(self) -> tuple[int, int | None] | None:
		for character, counts in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
			if self.take(character):
				return counts
		if not self.take("{"):
			return None
		least = self.number()
		most: int | None = least
		if self.take(","):
			most = self.number()
		elif least is None:
			raise self.wrong(_("a repetition is written like {{2}}, {{2,}} or {{2,5}}"))
		if not self.take("}"):
			raise self.wrong(_("a repetition is written like {{2}}, {{2,}} or {{2,5}}"))
		if most is not None and (least or 0) > most:
			raise self.wrong(_("the smaller number of a repetition comes first"))
		return least or 0, most

	def number(self) -> int | None:
		start = self.at
		while self.peek() and self.peek() in "0123456789":
			self.at += 1
		return int(self.text[start : self.at]) if self.at > start else None

	def characters(self) -> Chars:
		negated = self.take("^")
		ranges: list[tuple[str, str]] = []
		tests: list[Callable[[str], bool]] = []
		while not self.take("]"):
			low = self.member()
			if callable(low):
				tests.append(low)
			elif self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
				self.next()
				high = self.member()
				if callable(high) or high < low:
					raise self.wrong(
						_("a range in square brackets goes from a smaller character to a larger one")
					)
				ranges.append((low, high))
			else:
				ranges.append((low, low))
		if not ranges and not tests:
			raise self.wrong(
				_("square brackets with nothing in them; put a backslash before a bracket that is meant")
			)
		return Chars(tuple(ranges), tuple(tests), negated)

	def member(self) -> str | Callable[[str], bool]:
		if self.at >= len(self.text):
			raise self.wrong(_("a square bracket is not closed"))
		character = self.next()
		if character == "[":
			raise self.wrong(_("put a backslash before a square bracket that is meant as a character"))
		return self.escaped() if character == "\\" else character

	def escaped(self) -> str | Callable[[str], bool]:
		if self.at >= len(self.text):
			raise self.wrong(_("a backslash at the end"))
		character = self.next()
		if character in CLASSES:
			return CLASSES[character]
		if character in CONTROLS:
			return CONTROLS[character]
		if character.isalnum():
			raise self.wrong(_("a backslash before {0} is not understood"), character)
		return character

	def peek(self) -> str:
		return self.text[self.at : self.at + 1]

	def next(self) -> str:
		self.at += 1
		return self.text[self.at - 1]

	def take(self, character: str) -> bool:
		if self.peek() != character:
			return False
		self.at += 1
		return True

	def wrong(self, template: str, *args: str) -> BadPattern:
		return BadPattern(
			Message(
				_("the pattern is not understood at character {0}: {1}"), self.at, Message(template, *args)
			)
		)


@lru_cache(maxsize=200)
def compiled(text: str) -> Pattern:
	"""A pattern that is ready to be matched.

	:raises BadPattern: with a Message for the administrator
	"""
	if len(text) > MAX_PATTERN:
		raise BadPattern(Message(_("a pattern has at most {0} characters"), MAX_PATTERN))
	return Pattern(Parser(text).parse())
