"""One audit entry, as a value and as a row."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import frappe
from frappe.utils import now

DOCTYPE = "MCP Audit Entry"

ALLOWED = "Allowed"
REFUSED = "Refused"
FAILED = "Failed"

TEXT_LENGTH = 140
LONG_TEXT_LENGTH = 2000


@dataclass(frozen=True)
class Entry:
	"""What is kept of one call. Field names are the columns of MCP Audit Entry.

	`name` is from `new_name`; `duration_ms` in milliseconds, `row_count` in documents, `byte_count` of the answer's JSON, `field_names` of the
	fields the call named or read.
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


def new_name() -> str:
	"""A name for an entry, known before it is written."""
	return frappe.generate_hash(length=20)


def write(entries: Iterable[Entry]) -> None:
	"""Inserts entries into the open transaction. Committing is the pipeline's.

	A direct insert: the controller refuses everybody, and `Document.insert` would run hooks and cost four times as much.

	:raises Exception: the driver's, when a row can't be written; a call without its entry must not succeed
	"""
	table = frappe.qb.DocType(DOCTYPE)
	for entry in entries:
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
		frappe.qb.into(table).columns(*row).insert(*row.values()).run()


def _storable(column: str, value):
	if column == "field_names":
		value = json.dumps(list(value), ensure_ascii=False) if value else ""
	if isinstance(value, str):
		# Half a surrogate pair can't be stored, and a call that can't be recorded is not answered.
		value = value.encode(errors="replace").decode()
		return value[: LONG_TEXT_LENGTH if column in ("field_names", "reason") else TEXT_LENGTH]
	return value
