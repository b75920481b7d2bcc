"""What stands in an answer in place of a masked value. Pure; the key is the site's (T70).

Full: one constant, for empty and set alike. Last Four: the last four characters where at least four stay hidden, else full.
Hash: a token that is the same for the same value, keyed by site, profile, DocType and field, so that it can't be
computed from outside nor compared across fields.
"""

import hashlib
import hmac
import re
from typing import Any

FULL = "Full"
LAST_FOUR = "Last Four"
HASH = "Hash"
STYLES = (FULL, LAST_FOUR, HASH)

FULL_MASK = "********"
REDACTED = "[redacted]"
"""What stands in the audit in place of what it never keeps."""
TOO_LONG = "[too long"
"""What begins the text that stands there for what is too long to be kept."""
HASH_PREFIX = "masked:"
HASH_LENGTH = 16
SHOWN = 4

TEXT_TYPES = frozenset({"Data", "Small Text", "Phone", "Read Only", "Barcode", "Autocomplete"})
LINK_TYPES = frozenset({"Link", "Dynamic Link"})

_TOKEN = re.compile(rf"\*{{8}}.{{0,{SHOWN}}}|{HASH_PREFIX}[0-9a-f]{{{HASH_LENGTH}}}", re.DOTALL)


def allowed_styles(fieldtype: str) -> tuple[str, ...]:
	"""The mask styles that a field of this type can have."""
	if fieldtype in TEXT_TYPES:
		return STYLES
	if fieldtype in LINK_TYPES:
		return (FULL, HASH)
	return (FULL,)


def mask(style: str, value: Any, key: bytes) -> str:
	"""The text that is shown for a value.

	:param key: from `key_for`; only used by Hash
	"""
	text = "" if value is None else str(value)
	if style == LAST_FOUR and len(text) >= 2 * SHOWN:
		return FULL_MASK + text[-SHOWN:]
	if style == HASH:
		digest = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
		return HASH_PREFIX + digest[:HASH_LENGTH]
	return FULL_MASK


def key_for(secret: str, *scope: str) -> bytes:
	"""The key of one field's hashes.

	:param secret: the site's encryption key
	:param scope: profile, DocType, field; each part is told from the next by its length
	"""
	message = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in scope)
	return hmac.new(secret.encode(), message, hashlib.sha256).digest()


def is_mask(value: Any) -> bool:
	"""Whether a value that somebody wants to write is one that a mask has shown (T27)."""
	return isinstance(value, str) and _TOKEN.fullmatch(value) is not None
