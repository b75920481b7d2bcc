"""What the audit keeps of a user's own calls, without values. Every query names the user that it is for."""

from collections.abc import Iterable

import frappe
from frappe.query_builder import Order
from frappe.query_builder.functions import Count, Max
from frappe.utils import add_days, now_datetime

from erpnext_mcp.audit.entry import DOCTYPE
from erpnext_mcp.limits import clients
from erpnext_mcp.policy.store import SETTINGS

TRANSPORT = "desk"
"""Of entries that are no calls: what a user did to his credentials on the page (`trace`)."""
LATEST = 20
LATELY = 30
"""Days after which a client that has not called is no longer missed."""
MOST_CLIENTS = 20
REASON_LEVEL = 2
"""The permission level of `reason`, which tells what does not exist from what is not permitted."""

SHOWN = (
	"name",
	"timestamp",
	"tool",
	"operation",
	"dry_run",
	"reference_doctype",
	"reference_name",
	"outcome",
	"reason_code",
	"client_name",
	"transport",
	"simulated_user",
)


def latest(user: str) -> list[dict]:
	"""His last calls, the newest first: the columns of `SHOWN`, and `reason` for who may see it in the audit.

	Not by a list with permissions: v15's leaves out entries that have a reason (docs/decisions.md).
	"""
	table = frappe.qb.DocType(DOCTYPE)
	columns = (*SHOWN, "reason") if _sees_reasons(user) else SHOWN
	return (
		frappe.qb.from_(table)
		.select(*(table[column] for column in columns))
		.where(table.user == user)
		.orderby(table.timestamp, order=Order.desc)
		.orderby(table.name)
		.limit(LATEST)
		.run(as_dict=True)
	)


def clients_of(user: str, credential: str) -> list[dict]:
	"""`{client_name, calls, last}` of the clients that have lately come with a credential of his, the last one first.

	:param credential: as the audit has it, `API key ...`
	"""
	table = frappe.qb.DocType(DOCTYPE)
	return (
		frappe.qb.from_(table)
		.select(table.client_name, Count("*").as_("calls"), Max(table.timestamp).as_("last"))
		.where(
			(table.user == user)
			& (table.credential == credential)
			& (table.timestamp > add_days(now_datetime(), -LATELY))
			& (table.transport != TRANSPORT)
		)
		.groupby(table.client_name)
		.orderby(Max(table.timestamp), order=Order.desc)
		.limit(MOST_CLIENTS)
		.run(as_dict=True)
	)


def last_use_of(credential: str) -> object | None:
	"""When a key has last called, at most some minutes ago, also where the audit has no reads. Not for OAuth clients, which
	many users share."""
	table = frappe.qb.DocType(clients.DOCTYPE)
	rows = (
		frappe.qb.from_(table).select(table.last_used).where(table.name == clients.name_of(credential)).run()
	)
	return rows[0][0] if rows else None


def all_are_kept() -> bool:
	"""Whether the audit has every call: reads can be left out of it."""
	return bool(frappe.get_doc(SETTINGS).log_reads)


def last_by_credential(user: str, credentials: Iterable[str]) -> dict[str, object]:
	"""When each of his credentials was last used, by credential; those that never were are not there."""
	wanted = list(credentials)
	if not wanted:
		return {}
	table = frappe.qb.DocType(DOCTYPE)
	rows = (
		frappe.qb.from_(table)
		.select(table.credential, Max(table.timestamp))
		.where((table.user == user) & table.credential.isin(wanted) & (table.transport != TRANSPORT))
		.groupby(table.credential)
		.run()
	)
	return dict(rows)


def _sees_reasons(user: str) -> bool:
	return user == "Administrator" or REASON_LEVEL in frappe.get_meta(DOCTYPE).get_permlevel_access(
		"read", user=user
	)
