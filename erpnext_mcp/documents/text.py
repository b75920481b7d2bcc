"""Text that people can edit (labels, descriptions) made safe to stand in what a model reads as ours (T56)."""

import re
import unicodedata

TAGS = re.compile(r"<[^>]*>")


def clean(text: str, length: int) -> str:
	"""One line without tags, control, format and bidirectional characters, at most `length` characters."""
	text = TAGS.sub(" ", str(text))
	text = "".join(c if unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs") else " " for c in text)
	text = " ".join(text.split())
	return text if len(text) <= length else text[: length - 1] + "…"
