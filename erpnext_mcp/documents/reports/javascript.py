"""Literals in JavaScript, read without running any of it. Pure.

Reads what report scripts are made of: objects, arrays, texts, numbers, `__("text")`, and calls of a named function with
literals as arguments. Everything else is `OPAQUE`: it is skipped, up to where its brackets end.
"""

import re
from dataclasses import dataclass
from typing import Any

TOKEN = re.compile(
	r"""
	(?P<space> \s+ | //[^\n]* | /\*.*?\*/ )
	| (?P<text> "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | `(?:[^`\\]|\\.)*` )
	| (?P<number> \d+(?:\.\d+)? | \.\d+ )
	| (?P<name> [A-Za-z_$][\w$]* )
	| (?P<sign> => | \.\.\. | [^\s] )
	""",
	re.VERBOSE | re.DOTALL,
)
REGULAR_EXPRESSION = re.compile(r"/(?![*/])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
BEFORE_AN_OPERAND = frozenset("(,=:[!&|?{};+-*%~<>") | {"=>", "return"}
"""Tokens after which a slash begins a regular expression and is no division."""

ESCAPED = re.compile(r"\\(.)", re.DOTALL)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\n": ""}
CONSTANTS = {"true": True, "false": False, "null": None, "undefined": None}
PAIRS = {"(": ")", "[": "]", "{": "}"}
MOST_NESTED = 50

OPAQUE = object()
"""What is no literal."""


@dataclass(frozen=True)
class Call:
	"""`path.of.function(arguments)[index]`."""

	function: str
	arguments: tuple[Any, ...]
	index: int | None = None


@dataclass(frozen=True)
class Token:
	kind: str
	value: Any


def tokens_of(script: str) -> list[Token]:
	"""The tokens of a script; never raises, whatever the text is."""
	tokens: list[Token] = []
	position = 0
	while position < len(script):
		before = tokens[-1].value if tokens else "("
		if script[position] == "/" and before in BEFORE_AN_OPERAND and tokens[-1:] != [Token("text", before)]:
			pattern = REGULAR_EXPRESSION.match(script, position)
			if pattern:
				tokens.append(Token("opaque", pattern.group()))
				position = pattern.end()
				continue
		match = TOKEN.match(script, position)
		if match is None:
			break
		position = match.end()
		kind, text = str(match.lastgroup), match.group()
		if kind == "text":
			is_template = text[0] == "`" and "${" in text
			tokens.append(Token("opaque", text) if is_template else Token("text", _unescaped(text[1:-1])))
		elif kind == "number":
			tokens.append(Token("number", float(text) if "." in text else int(text)))
		elif kind != "space":
			tokens.append(Token(kind, text))
	return tokens


def _unescaped(text: str) -> str:
	return ESCAPED.sub(lambda m: ESCAPES.get(m.group(1), m.group(1)), text)


class Reader:
	"""Reads values out of tokens."""

	def __init__(self, tokens: list[Token]):
		self.tokens = tokens

	def sign(self, position: int, *signs: str) -> bool:
		"""Whether one of some signs or names stands there."""
		if position >= len(self.tokens):
			return False
		token = self.tokens[position]
		return token.kind in ("sign", "name") and token.value in signs

	def value(self, position: int, depth: int = 0) -> tuple[Any, int]:
		"""The value that begins at a token, and the position after it: a comma, or the bracket that ends it all."""
		read, end = self._literal(position, depth)
		if end < len(self.tokens) and not self.sign(end, ",", "}", "]", ")", ";"):
			# A literal with more behind it, `"a" + b`.
			read = OPAQUE
		return (read, end) if read is not OPAQUE else (OPAQUE, self.skip(position))

	def skip(self, position: int) -> int:
		"""The position of the comma or bracket that ends what begins at a token."""
		open_brackets: list[str] = []
		while position < len(self.tokens):
			token = self.tokens[position]
			if token.kind == "sign":
				if not open_brackets and token.value in ",)]};":
					return position
				if token.value in PAIRS:
					open_brackets.append(PAIRS[token.value])
				elif open_brackets and token.value == open_brackets[-1]:
					open_brackets.pop()
			position += 1
		return position

	def _literal(self, position: int, depth: int) -> tuple[Any, int]:
		if position >= len(self.tokens) or depth > MOST_NESTED:
			return OPAQUE, position
		token = self.tokens[position]
		if token.kind in ("text", "number"):
			return token.value, position + 1
		if self.sign(position, "-") and self._kind(position + 1) == "number":
			return -self.tokens[position + 1].value, position + 2
		if self.sign(position, "["):
			return self._array(position, depth)
		if self.sign(position, "{"):
			return self._object(position, depth)
		if token.kind == "name":
			return self._named(position, depth)
		return OPAQUE, position

	def _kind(self, position: int) -> str:
		return self.tokens[position].kind if position < len(self.tokens) else ""

	def _members(self, position: int, end: str, depth: int) -> tuple[list[Any], int]:
		"""The values after an opening bracket, and the position after the closing one."""
		members = []
		while position < len(self.tokens) and not self.sign(position, end):
			before = position
			value, position = self.value(position, depth + 1)
			members.append(value)
			if self.sign(position, ","):
				position += 1
			elif position == before:
				break  # nothing fits
		return members, position + 1

	def _array(self, position: int, depth: int) -> tuple[Any, int]:
		return self._members(position + 1, "]", depth)

	def _object(self, position: int, depth: int) -> tuple[Any, int]:
		"""An object of its literal members; methods, spreads and computed keys are `OPAQUE` or left out."""
		members: dict[str, Any] = {}
		position += 1
		while position < len(self.tokens) and not self.sign(position, "}"):
			key = self.tokens[position]
			before = position
			if key.kind in ("name", "text") and self.sign(position + 1, ":"):
				members[str(key.value)], position = self.value(position + 2, depth + 1)
			else:
				position = self.skip(position)
			if self.sign(position, ","):
				position += 1
			elif position == before:
				break
		return members, position + 1

	def _named(self, position: int, depth: int) -> tuple[Any, int]:
		"""A constant, a text to be translated, or a call."""
		path = [self.tokens[position].value]
		position += 1
		if path[0] in CONSTANTS:
			return CONSTANTS[path[0]], position
		while self.sign(position, ".") and self._kind(position + 1) == "name":
			path.append(self.tokens[position + 1].value)
			position += 2
		if not self.sign(position, "("):
			return OPAQUE, position
		arguments, position = self._members(position + 1, ")", depth)
		if any(a is OPAQUE for a in arguments):
			return OPAQUE, position
		if path == ["__"]:
			return (arguments[0] if arguments else ""), position
		index = None
		if self.sign(position, "[") and self._kind(position + 1) == "number" and self.sign(position + 2, "]"):
			index, position = self.tokens[position + 1].value, position + 3
		return Call(".".join(path), tuple(arguments), index), position
