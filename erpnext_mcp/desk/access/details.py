"""What the page tells of one user when it is asked to: it costs a question to Frappe for every operation."""

from typing import Any

import frappe
from frappe.utils import now_datetime

from erpnext_mcp.desk.access import matrix, people
from erpnext_mcp.policy import store
from erpnext_mcp.policy.grant import Grant


def details(user: str) -> dict[str, Any] | None:
	"""What a user can do by the profile that applies to him, whether anything stops him now or not; None when there is no
	such user, or he is disabled.

	:returns: `{user, profile, client, doctypes: [{doctype, operations[]}], closed: [{doctype, reason}], api_key, clients[],
		client_names}`: `closed` are DocTypes that the profile names without effect for him
	"""
	policy = store.read()
	person = next((p for p in people.people(policy.profiles) if p.user == user), None)
	if person is None:
		return None
	row = matrix.row(policy, person, now_datetime())
	found: dict[str, Any] = {
		"user": user,
		"profile": row.profile.name if row.profile else "",
		"client": row.client,
		"api_key": bool(person.api_key),
		"clients": sorted(person.clients),
		"refused_clients": sorted(person.clients - matrix.usable_clients(policy, person)),
		"client_names": people.names_of_clients() if person.clients or row.client else {},
		"doctypes": [],
		"closed": [],
	}
	if row.profile:
		grant = Grant(user, row.profile, policy.settings)
		opened = grant.doctypes()
		found["doctypes"] = [{"doctype": d, "operations": o} for d, o in opened.items()]
		found["closed"] = [
			{"doctype": d, "reason": grant.closed_because(d) or ""}
			for d in sorted(row.profile.rules)
			if d not in opened
		]
	frappe.clear_messages()
	return found
