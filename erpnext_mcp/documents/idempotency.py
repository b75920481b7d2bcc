"""Keys by which a repeated create call is known again: kept in the call's own transaction, for 24 hours (T71)."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import get_datetime, now_datetime

from erpnext_mcp.errors import Conflict, InvalidArguments

DOCTYPE = "MCP Idempotency Key"
KEPT = timedelta(hours=24)


def repeated(user: str, tool: str, key: str, payload: Mapping[str, Any]) -> str | None:
	"""Takes a key for this call, or says which document an earlier call with it has made.

	The key is part of the open transaction: a call that fails, and a dry run, use up nothing.

	:param payload: the arguments, without the key
	:returns: the name of the earlier document; None: there was no such call, the key is now this one's
	:raises InvalidArguments: the earlier call had other arguments
	:raises Conflict: another call with the key is being answered right now
	"""
	name = _digest(user, tool, key)
	fingerprint = _digest(json.dumps(payload, sort_keys=True, ensure_ascii=False, default=str))
	columns = ["payload_hash", "reference_name", "creation"]
	row = frappe.db.get_value(DOCTYPE, name, columns, as_dict=True)
	if row and get_datetime(row.creation) < now_datetime() - KEPT:
		frappe.db.delete(DOCTYPE, {"name": name})
		row = None
	if row:
		if row.payload_hash != fingerprint:
			raise InvalidArguments(
				"idempotency_key: it was used within 24 hours with other arguments.",
				"Use a new key for a new document.",
			)
		return row.reference_name
	try:
		frappe.get_doc(
			{
				"doctype": DOCTYPE,
				"name": name,
				"user": user,
				"tool": tool,
				"payload_hash": fingerprint,
				"creation": now_datetime(),
				"modified": now_datetime(),
				"owner": user,
				"modified_by": user,
			}
		).db_insert()
	except frappe.DuplicateEntryError:
		raise Conflict(
			"idempotency_key: another call with it is being answered right now.",
			"Repeat it in a few seconds.",
		) from None
	return None


def keep(user: str, tool: str, key: str, doctype: str, name: str) -> None:
	"""Notes which document the call has made."""
	frappe.db.set_value(
		DOCTYPE,
		_digest(user, tool, key),
		{"reference_doctype": doctype, "reference_name": name},
		update_modified=False,
	)


def forget_old() -> None:
	"""Deletes the keys that are of no use any more. A daily job (hooks.py)."""
	frappe.db.delete(DOCTYPE, {"creation": ("<", now_datetime() - KEPT)})


def _digest(*parts: str) -> str:
	return hashlib.sha256("\0".join(parts).encode()).hexdigest()
