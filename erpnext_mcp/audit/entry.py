"""One audit entry, as a value and as a row."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache, partial
from typing import Any

import frappe
from frappe.utils import now
from pypika.terms import Parameter

from erpnext_mcp.audit import chain, keys, log
from erpnext_mcp.audit.kept_values import as_text
from erpnext_mcp.audit.redaction import redacted_text

DOCTYPE = "MCP Audit Entry"

ALLOWED = "Allowed"
REFUSED = "Refused"
FAILED = "Failed"

DESK = "desk"
"""The transport of an entry that is no call of an agent: what somebody has done to his own credentials in the desk."""

NOT_AUTHENTICATED = "not_authenticated"
"""The reason code of an entry that is no call: somebody's credentials were refused."""

TEXT_LENGTH = 140
LONG_TEXT_LENGTH = 2000


@dataclass(frozen=True)
class Entry:
	"""What is kept of one call. Field names are the columns of MCP Audit Entry.

	`name` is from `new_name`; `duration_ms` in milliseconds, `row_count` in documents, `byte_count` of the answer's JSON, `field_names` of the
	fields the call named or read. `session` is the same for all calls of one client with one credential of one user. `changes` are the
	values of what was written, `{field: [old, new]}`, before secrets are taken out; None where none are kept. `simulated_user` is set where
	`user` has only asked, in the desk, what would become of a call of that one.
	"""

	name: str
	user: str
	outcome: str
	tool: str
	operation: str = ""
	dry_run: int = 0
	profile: str = ""
	profile_revision: str = ""
	reason_code: str = ""
	reason: str = ""
	reference_doctype: str = ""
	reference_name: str = ""
	field_names: Sequence[str] = ()
	row_count: int = 0
	byte_count: int = 0
	duration_ms: float = 0.0
	transport: str = ""
	credential: str = ""
	ip_address: str = ""
	client_name: str = ""
	protocol_version: str = ""
	request_id: str = ""
	session: str = ""
	changes: Mapping[str, Any] | None = None
	simulated_user: str = ""


STANDARD = ("owner", "creation", "modified", "modified_by", "docstatus", "idx", "timestamp")
COLUMNS = (*STANDARD, *(column.name for column in fields(Entry)))
"""What stamps and digests cover. A column may be added, but never renamed or taken away: it would alter what is sealed."""


def new_name() -> str:
	"""A name for an entry, known before it is written."""
	return frappe.generate_hash(length=20)


def write(entries: Iterable[Entry], text_log: bool = True) -> None:
	"""Inserts entries into the open transaction. Committing is the pipeline's.

	A direct insert: the controller refuses everybody, and `Document.insert` would run hooks and cost four times as much.

	:param text_log: whether their lines are written to the log once they are committed
	:raises Exception: the driver's, when a row can't be written; a call without its entry must not succeed
	"""
	written: list[tuple[Entry, str]] = []
	key = keys.current()
	for entry in map(_without_secrets, entries):
		timestamp = now()
		row = {
			"owner": "Administrator",
			"modified_by": "Administrator",
			"creation": timestamp,
			"modified": timestamp,
			"docstatus": 0,
			"idx": 0,
			"timestamp": timestamp,
		}
		for column in fields(Entry):
			row[column.name] = _storable(column.name, getattr(entry, column.name))
		row["stamp"] = chain.stamp(chain.canonical(row, COLUMNS), key)
		frappe.db.sql(_insert(frappe.db.db_type, tuple(row)), tuple(row.values()))
		written.append((entry, timestamp))
	if text_log:
		frappe.db.after_commit.add(partial(log.tell, written))


@cache
def _insert(db_type: str, columns: tuple[str, ...]) -> str:
	"""The statement, whose text is the same for all entries: putting it together takes as long as the rest of writing one."""
	table = frappe.qb.DocType(DOCTYPE)
	values = [Parameter("%s")] * len(columns)
	return frappe.qb.into(table).columns(*columns).insert(*values).get_sql()


def _without_secrets(entry: Entry) -> Entry:
	"""Texts that others have written can hold tokens (T53); the log line shows them as well."""
	return replace(entry, reason=redacted_text(entry.reason), client_name=redacted_text(entry.client_name))


def _storable(column: str, value):
	if column == "changes":
		return as_text(value)
	if column == "field_names":
		value = json.dumps(list(value), ensure_ascii=False) if value else ""
	if isinstance(value, str):
		# Half a surrogate pair can't be stored, and a call that can't be recorded is not answered.
		value = value.encode(errors="replace").decode()
		return value[: LONG_TEXT_LENGTH if column in ("field_names", "reason") else TEXT_LENGTH]
	if isinstance(value, float):
		# Not more decimals than the column has: the stamp is of what will be read again.
		return round(value, 1)
	return value
