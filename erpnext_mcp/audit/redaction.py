"""Takes secrets out of what the audit keeps: by the name of a field or key, and by the look of a text (T53). Pure.

It is the last line: Password fields and what is masked never come here. Of a text that is not taken for a secret nothing is
changed, so that a value that was kept is the value that was there.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from erpnext_mcp.masks import REDACTED

SECRET_KEYS = (
	"password",
	"passwd",
	"passphrase",
	"passcode",
	"secret",
	"token",
	"authorization",
	"cookie",
	"credential",
	"apikey",
	"accesskey",
	"privatekey",
	"encryptionkey",
	"signingkey",
)
"""A name that holds one of these is that of a secret, whatever separates its words. Apps add to them with the hook
`mcp_redacted_keys`. Bank details are not among them: who changed a supplier's IBAN is what an audit is for."""

SECRET_WORDS = frozenset({"pin", "otp", "pwd", "cvv", "cvc", "sid"})
"""Too short to be looked for inside of names (`shipping`): whole words only."""

LONGEST_JSON = 200_000

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")

_IN_TEXTS = tuple(
	(re.compile(pattern, flags), replacement)
	for pattern, flags, replacement in (
		(
			r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)",
			re.DOTALL,
			REDACTED,
		),
		# Authorization headers, Frappe's `token key:secret` among them.
		(r"\b(bearer|basic)\s+[\w.~+/=:-]{6,}", re.IGNORECASE, rf"\1 {REDACTED}"),
		(r"\b(token)\s+[\w.~+/=-]{6,}:[\w.~+/=-]{6,}", re.IGNORECASE, rf"\1 {REDACTED}"),
		# password: x, "api_key" = "x", token=x, "client_secret": "x"
		(
			r"""(\b\w{0,40}(?:password|passwd|passphrase|secret|token|cookie|authorization|api[_ -]?key|access[_ -]?key)\w{0,40}["']?\s{0,5}[:=]\s{0,5}["']?)(?!\[redacted\])[^\s"',;&<>]{4,}""",
			re.IGNORECASE,
			rf"\1{REDACTED}",
		),
		# A long run of hex or base64 that follows the word.
		(r"\b((?:token|secret|key)\W{1,5})[A-Za-z0-9+/_=-]{20,}", re.IGNORECASE, rf"\1{REDACTED}"),
		# The form of Frappe's own keys, wherever it stands.
		(r"\b[0-9a-f]{15}:[0-9a-f]{15}\b", 0, REDACTED),
		(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*", 0, REDACTED),
		(r"\b(?:sk|pk|rk|ghp|gho|ghs|ghu|xoxb|xoxp|glpat)[_-][A-Za-z0-9_-]{16,}", 0, REDACTED),
		(r"\bAKIA[0-9A-Z]{16}\b", 0, REDACTED),
		# user:password@host
		(r"(://[^\s/:@]{1,100}:)[^\s/@]{1,200}(?=@)", 0, rf"\1{REDACTED}"),
	)
)


def is_secret_key(key: str, further: Iterable[str] = ()) -> bool:
	"""Whether a field or key of this name holds a secret.

	:param further: names beside `SECRET_KEYS`
	"""
	joined = _letters(key)
	if any(part in joined for part in (*SECRET_KEYS, *filter(None, map(_letters, further)))):
		return True
	return not SECRET_WORDS.isdisjoint(word.lower() for word in _WORDS.findall(key))


def redacted(value: Any, further: Iterable[str] = ()) -> Any:
	"""A JSON-compatible value without the secrets in it, at any depth; the value itself is left alone.

	Texts that are JSON themselves are looked into. A list under the name of a secret, such as `[old, new]`, keeps its length.

	:param further: names beside `SECRET_KEYS`
	"""
	further = tuple(further)
	if isinstance(value, Mapping):
		return {
			redacted_text(str(key)): _blank(inner)
			if is_secret_key(str(key), further)
			else redacted(inner, further)
			for key, inner in value.items()
		}
	if isinstance(value, list | tuple):
		return [redacted(inner, further) for inner in value]
	if isinstance(value, str):
		return redacted_text(_redacted_json(value, further))
	return value


def redacted_text(text: str) -> str:
	"""A text without what looks like a token, a password or a key in it."""
	for pattern, replacement in _IN_TEXTS:
		text = pattern.sub(replacement, text)
	return text


def _blank(value: Any) -> Any:
	if isinstance(value, list | tuple):
		return [_blank(inner) for inner in value]
	# That it was empty tells nothing but that there was no secret.
	return value if value is None or value == "" else REDACTED


def _redacted_json(text: str, further: tuple[str, ...]) -> str:
	if text[:1] not in ("{", "[") or len(text) > LONGEST_JSON:
		return text
	try:
		parsed = json.loads(text)
		found = redacted(parsed, further)
	except (ValueError, RecursionError):
		return text
	return text if found == parsed else json.dumps(found, ensure_ascii=False)


def _letters(name: str) -> str:
	return _NOT_LETTERS.sub("", name.lower())
