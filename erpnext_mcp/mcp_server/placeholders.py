"""`{placeholders}` in the text of a prompt. Pure: nothing but names, no expressions, no attributes."""

import re
from collections.abc import Mapping

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]{0,63})\}")
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


def names(text: str) -> list[str]:
	"""The names in a text, each once, in their order."""
	return list(dict.fromkeys(PLACEHOLDER.findall(text)))


def fill(text: str, values: Mapping[str, str]) -> str:
	"""The text with the values in place; a value is never looked at for placeholders of its own."""
	return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)
