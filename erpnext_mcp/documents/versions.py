"""The version token of a document: tells two states apart, and which fields changed between them."""

import hmac
from collections.abc import Mapping
from typing import Any
from zlib import crc32

from frappe.utils.password import get_encryption_key
from pydantic_core import to_json

STATE_LENGTH = 20
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def state_token(doc) -> str:
	"""Tells whether a document is still the same. Keyed, so that it tells nothing of `modified` to who may not read it."""
	parts = (doc.doctype, str(doc.name), str(doc.get("modified") or ""), str(doc.docstatus or 0))
	return hmac.digest(get_encryption_key().encode(), "\0".join(parts).encode(), "sha256").hex()[
		:STATE_LENGTH
	]


def version(doc, visible: Mapping[str, Any]) -> str:
	"""The state's token and, for each field that was shown, one character of what it showed.

	A caller who comes back with it can be told what changed meanwhile, without anything having been kept. One change in
	64 goes untold; that there was one never does.

	:param visible: all readable fields as shown to the caller, in their order
	"""
	return f"{state_token(doc)}.{''.join(_character(f, v) for f, v in visible.items())}"


def same_state(doc, token: str) -> bool:
	"""Whether a token was given for the state that a document is in."""
	return hmac.compare_digest(token.partition(".")[0].encode(), state_token(doc).encode())


def changed_fields(doc, visible: Mapping[str, Any], token: str) -> list[str] | None:
	"""The readable fields that are not what they were when a token was given; None where it does not tell."""
	_state, _dot, characters = token.partition(".")
	if len(characters) != len(visible):
		return None
	return [
		fieldname
		for (fieldname, value), character in zip(visible.items(), characters, strict=True)
		if _character(fieldname, value) != character
	]


def _character(fieldname: str, value: Any) -> str:
	# No secret is in it: whoever gets it gets the value as well.
	text = to_json(value) if isinstance(value, list | dict) else repr(value).encode()
	return ALPHABET[crc32(text, crc32(fieldname.encode())) & 63]
