"""How much each user and each credential has called, and when last. Read without permissions: whoever asks has to be an
administrator. What administrators have only simulated is left out."""

import datetime
from dataclasses import dataclass

import frappe
from frappe.query_builder.functions import Count, Max

from erpnext_mcp.audit.entry import DOCTYPE, REFUSED

USER, CREDENTIAL = "user", "credential"


@dataclass
class Used:
	"""Calls since some moment, and those of them that were refused."""

	calls: int = 0
	refused: int = 0


def since(moment: datetime.datetime, column: str) -> dict[str, Used]:
	"""The calls since a moment by USER or CREDENTIAL. Costs as much as there are."""
	table = frappe.qb.DocType(DOCTYPE)
	rows = (
		frappe.qb.from_(table)
		.select(table[column], table.outcome, Count("*"))
		.where((table.timestamp >= moment) & (table.simulated_user.isnull() | (table.simulated_user == "")))
		.groupby(table[column], table.outcome)
		.run()
	)
	found: dict[str, Used] = {}
	for name, outcome, count in rows:
		used = found.setdefault(name or "", Used())
		used.calls += count
		if outcome == REFUSED:
			used.refused += count
	return found


def last_calls() -> dict[str, datetime.datetime]:
	"""When each user has called last. From an index that has a place for each of them: it costs as much as there are users."""
	table = frappe.qb.DocType(DOCTYPE)
	found: dict[str, datetime.datetime] = {}
	for not_simulated in (table.simulated_user == "", table.simulated_user.isnull()):
		query = frappe.qb.from_(table).select(table.user, Max(table.timestamp)).where(not_simulated)
		for user, moment in query.groupby(table.user).run():
			moment = frappe.utils.get_datetime(moment)
			found[user] = max(moment, found.get(user, moment))
	return found
