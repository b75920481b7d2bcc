"""The values of a write as an audit entry holds them: JSON, without secrets, of a bounded size."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import frappe

from erpnext_mcp.audit.redaction import redacted
from erpnext_mcp.masks import TOO_LONG

LONGEST_VALUE = 10_000
"""Characters of a single text."""
LONGEST_RECORD = 100_000
"""Characters of everything that one entry holds."""


def as_text(changes: Mapping[str, Any] | None) -> str | None:
	"""What the entry holds; None where there is nothing to hold.

	:param changes: by field, JSON-compatible
	"""
	return bounded(redacted(changes, further_keys())) if changes else None


def further_keys() -> list[str]:
	"""Names of secrets that the apps of this site add: `mcp_redacted_keys = ["iban"]` in their hooks."""
	return frappe.get_hooks("mcp_redacted_keys")


def bounded(changes: Mapping[str, Any]) -> str:
	"""JSON of at most about `LONGEST_RECORD` characters: what does not fit is named, without its value. Pure."""
	left = LONGEST_RECORD
	kept = {}
	for fieldname, change in sorted(changes.items(), key=lambda item: _size(item[1])):
		shortened = _shortened(change)
		size = _size(shortened)
		kept[fieldname] = shortened if size <= left else _too_long(size)
		left -= min(size, left)
	# In the order of the form, whatever was the smallest.
	return _json({fieldname: kept[fieldname] for fieldname in changes})


def _shortened(value: Any) -> Any:
	if isinstance(value, str) and len(value) > LONGEST_VALUE:
		return _too_long(len(value))
	if isinstance(value, Mapping):
		return {key: _shortened(inner) for key, inner in value.items()}
	if isinstance(value, Iterable) and not isinstance(value, str):
		return [_shortened(inner) for inner in value]
	return value


def _too_long(characters: int) -> str:
	return f"{TOO_LONG}: {characters} characters]"


def _size(value: Any) -> int:
	return len(_json(value))


def _json(value: Any) -> str:
	return json.dumps(value, ensure_ascii=False, default=str)
