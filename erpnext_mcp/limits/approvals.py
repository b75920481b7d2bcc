"""Calls that wait for a person: documents of the DocType MCP Approval Request.

A request is about one call: of a user with a credential, of a tool with its arguments, on a document as it was. Whoever
decides must not be the credential that asks. An approval is used up in the transaction of the call itself.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.utils import get_datetime, now_datetime

from erpnext_mcp.errors import TooLarge
from erpnext_mcp.limits import notices, rows
from erpnext_mcp.limits.notices import _

DOCTYPE = "MCP Approval Request"
PENDING, APPROVED, REJECTED, USED = "Pending", "Approved", "Rejected", "Used"
TOLD = ("MCP Administrator",)

WAITS = timedelta(hours=24)
"""How long a request can be decided."""
HOLDS = timedelta(hours=1)
"""How long a decision holds."""
MOST_PENDING = 50
"""Of one user."""
KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Asked:
	"""The call that needs a person. `arguments` as validated; `version` of the documents it is about."""

	user: str
	credential: str
	client_name: str
	profile: str
	tool: str
	operation: str
	reference_doctype: str
	reference_name: str
	documents: str
	field_names: str
	arguments: Mapping[str, Any]
	version: str

	@property
	def digest(self) -> str:
		"""The same for the same call, whatever the order of its arguments."""
		parts = [self.user, self.credential, self.tool, self.reference_doctype, self.arguments]
		text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
		return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True)
class Known:
	"""A request that is there: its name, status, and who decided it."""

	name: str
	status: str
	decided_by: str = ""


def find(asked: Asked) -> Known | None:
	"""The newest request for this very call that has not expired; None when there is none."""
	table = frappe.qb.DocType(DOCTYPE)
	found = (
		frappe.qb.from_(table)
		.select(table.name, table.status, table.decided_by)
		.where((table.digest == asked.digest) & (table.version == asked.version))
		.where((table.expires_at > now_datetime()) & (table.status != USED))
		.orderby(table.requested_at, order=frappe.qb.desc)
		.limit(1)
		.run(as_dict=True)
	)
	return Known(found[0].name, found[0].status, found[0].decided_by or "") if found else None


def use(name: str) -> bool:
	"""Uses an approval up, within the transaction of the call; False when another call was quicker."""
	row = frappe.db.get_value(DOCTYPE, name, "status", for_update=True)
	if row != APPROVED:
		return False
	frappe.db.set_value(DOCTYPE, name, {"status": USED, "used_at": now_datetime()}, update_modified=False)
	return True


def note_used(asked: Asked, state: str, expires: float) -> None:
	"""Keeps, within the transaction of the call, that the person at the client has agreed, so that what he said is good once.

	:param state: its id
	:param expires: seconds since 1970
	:raises frappe.DuplicateEntryError: it was used before
	"""
	now = now_datetime()
	_insert(
		asked,
		name=state,
		status=USED,
		decided_by=asked.user,
		decided_at=now,
		used_at=now,
		expires_at=datetime.fromtimestamp(expires),
	)


def new_name() -> str:
	return frappe.generate_hash(length=10)


def store(asked: Asked, name: str) -> None:
	"""Writes a request down, tells people of it, and commits. To be called when the call itself is rolled back.

	:param name: as the caller is told it
	:raises TooLarge: the user has too many that wait
	"""
	if (
		frappe.db.count(DOCTYPE, {"user": asked.user, "status": PENDING, "expires_at": (">", now_datetime())})
		>= MOST_PENDING
	):
		raise TooLarge(
			f"{MOST_PENDING} calls wait for approval already.",
			"Wait until they are decided.",
			reason="approvals",
		)
	_insert(asked, name=name, status=PENDING, expires_at=now_datetime() + WAITS)
	frappe.db.commit()
	if asked.reference_name:
		subject = _("{0} asks for approval: {1} {2} {3}")
		details = (asked.operation, asked.reference_doctype, asked.reference_name)
	else:
		subject = _("{0} asks for approval: {1}, {2}")
		details = (asked.tool, asked.reference_doctype)
	notices.tell(
		TOLD,
		subject,
		asked.user,
		*details,
		document_type=DOCTYPE,
		document_name=name,
		from_user=asked.user,
		users=[asked.user],
	)
	frappe.db.commit()


def decide(name: str, approve: bool, user: str) -> str:
	"""Approves or rejects a request that waits; the caller has checked who he is, and commits.

	:returns: the new status
	:raises frappe.ValidationError: it does not wait any more
	"""
	row = frappe.db.get_value(DOCTYPE, name, ["status", "expires_at"], as_dict=True, for_update=True)
	if row is None or row.status != PENDING or get_datetime(row.expires_at) < now_datetime():
		frappe.throw(frappe._("This request does not wait for a decision any more."))
	status = APPROVED if approve else REJECTED
	now = now_datetime()
	frappe.db.set_value(
		DOCTYPE,
		name,
		{"status": status, "decided_by": user, "decided_at": now, "expires_at": now + HOLDS},
	)
	return status


def forget_old() -> None:
	"""Deletes requests of long ago. A daily job (hooks.py)."""
	frappe.db.delete(DOCTYPE, {"requested_at": ("<", now_datetime() - KEPT)})


def _insert(asked: Asked, **values: Any) -> None:
	now = now_datetime()
	row = asdict(asked) | {
		"arguments": json.dumps(asked.arguments, indent=1, ensure_ascii=False, default=str),
		"digest": asked.digest,
		"requested_at": now,
		"creation": now,
		"modified": now,
		"owner": asked.user,
		"modified_by": asked.user,
		"docstatus": 0,
		"idx": 0,
		**values,
	}
	rows.insert(DOCTYPE, row)
