"""The log `mcp.audit` of a site: a line for each entry, written once the entry is committed, and one for each seal.

	2024-01-15 10:31:12 - WARNING - Operation: DELETE | DocType: Customer | Result: DENIED | Document: ABC Corp | ...

It lies where Frappe's logs of a site lie, `SITE/logs/mcp.audit.log`, and rotates as they do. Nothing here ever raises: a log that
can't be written fails no call.
"""

import json
import logging
import os
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import frappe
from frappe.utils import cint

if TYPE_CHECKING:
	from erpnext_mcp.audit.entry import Entry

NAME = "mcp.audit"
LEVEL_VARIABLE = "MCP_LOG_LEVEL"
LEVEL_CONFIG = "mcp_log_level"
AUDIT_CONFIG = "mcp_audit_enabled"
READS_ARE_OFF = (
	f"{AUDIT_CONFIG} is off in the site's config: calls that only read leave no entry. "
	"Writes, dry runs, refusals and failures always do."
)

FILE_SIZE = 5_000_000
FILES = 20

RESULTS = {
	"Allowed": (logging.INFO, "ALLOWED"),
	"Refused": (logging.WARNING, "DENIED"),
	"Failed": (logging.ERROR, "FAILED"),
}
_FORMATTER = logging.Formatter("%(message)s")


def tell(entries: Iterable[tuple["Entry", str]]) -> None:
	"""Writes the lines of committed entries.

	:param entries: each with its time, in the site's time zone
	"""
	for entry, timestamp in entries:
		level, result = RESULTS[entry.outcome]
		fields = json.dumps(list(entry.field_names), ensure_ascii=False)
		parts = {
			"Operation": (entry.operation or entry.tool).upper(),
			"DocType": entry.reference_doctype or "-",
			"Result": result,
			"Document": entry.reference_name or "-",
			"Fields": fields,
			"Reason": entry.reason or entry.reason_code,
			"Dry Run": "yes" if entry.dry_run else "",
			"User": entry.user,
			"Simulated User": entry.simulated_user,
			"Tool": entry.tool,
			"Credential": entry.credential,
			"IP": entry.ip_address,
			"Entry": entry.name,
		}
		if level >= _least():
			_write(level, timestamp, {key: value for key, value in parts.items() if value})


def head(seal: Any) -> None:
	"""Writes a seal's line, whatever the level: whoever keeps the log elsewhere keeps the heads with it.

	:param seal: an `erpnext_mcp.audit.chain.Seal`
	"""
	parts = {"Seal": seal.sequence, "Entries": seal.entry_count, "Until": seal.last_time, "Head": seal.mac}
	_write(logging.INFO, seal.sealed_at, parts)


def alarm(timestamp: str, problem: str) -> None:
	"""Writes what the sealing or the retention job found to be wrong."""
	_write(logging.ERROR, timestamp, {"Audit": problem})


def reads_are_on() -> bool:
	"""Whether the site's config leaves it to the settings if reads are recorded."""
	value = frappe.conf.get(AUDIT_CONFIG)
	if isinstance(value, str):
		return value.strip().lower() not in ("false", "no", "off", "0")
	return value is None or bool(cint(value))


def escaped(value: Any) -> str:
	"""A value as it may stand in a line: nothing in it can end the line or look like the next part of it."""
	text = str(value)
	if text.isprintable() and "|" not in text and "\\" not in text:
		return text
	return "".join(_escaped(c) for c in text)


def _escaped(character: str) -> str:
	if character == "\\":
		return "\\\\"
	# Controls, formats such as the bidirectional ones, lone surrogates, line and paragraph separators.
	if character == "|" or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
		code = ord(character)
		return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
	return character


def _least() -> int:
	name = os.environ.get(LEVEL_VARIABLE) or frappe.conf.get(LEVEL_CONFIG) or "INFO"
	level = logging.getLevelName(str(name).strip().upper())
	return level if isinstance(level, int) else logging.INFO


def _write(level: int, timestamp: str, parts: dict[str, Any]) -> None:
	line = " | ".join(f"{key}: {escaped(value)}" for key, value in parts.items())
	try:
		logger = _logger()
		text = f"{timestamp[:19]} - {logging.getLevelName(level)} - {line}"
		# Not logger.log: its level is Frappe's, ours is decided above.
		logger.handle(logger.makeRecord(logger.name, level, __file__, 0, text, (), None))
	except Exception:
		# Frappe's own log may lie on the same full disk; there is nothing left to do then.
		logging.getLogger(__name__).debug("the audit log can't be written", exc_info=True)


def _logger() -> logging.Logger:
	logger = frappe.logger(NAME, allow_site=True, max_size=FILE_SIZE, file_count=FILES)
	if logger.handlers and logger.handlers[0].formatter is not _FORMATTER:
		for handler in logger.handlers:
			handler.setFormatter(_FORMATTER)
		if not reads_are_on():
			_write(logging.WARNING, frappe.utils.now(), {"Audit": READS_ARE_OFF})
	return logger
