"""The matrix as the page shows it: filtered, in pages, with sums of the audit."""

from dataclasses import asdict
from typing import Any

from frappe.utils import get_datetime, now_datetime, nowdate

from erpnext_mcp.audit import usage
from erpnext_mcp.desk.access import matrix, people
from erpnext_mcp.desk.access.matrix import NONE, Row
from erpnext_mcp.policy import store
from erpnext_mcp.policy.candidates import hindrance
from erpnext_mcp.policy.profile import Profile

PAGE = 20
"""Users."""


def overview(search: str = "", profile: str = "", state: str = "", start: int = 0) -> dict[str, Any]:
	"""A page of the matrix.

	:param search: part of a user's name or full name; it finds those without access as well
	:param profile: only users whom this one matches
	:param state: one of `matrix.STATES`; without one, those without access are left out
	:param start: how many to skip
	:returns: `{enabled, read_only, profiles[], rows[], total, start, page, counts{state: users}, users, suspensions}`
	"""
	policy, now = store.read(), now_datetime()
	rows = [matrix.row(policy, person, now) for person in people.people(policy.profiles)]
	counts = {state: 0 for state in matrix.STATES}
	for row in rows:
		for found in row.states:
			counts[found] += 1
	wanted = [row for row in rows if _is_wanted(row, search.strip().lower(), profile, state)]
	# Who has access first; who has none was only looked for.
	wanted.sort(key=lambda row: (NONE in row.states, row.person.full_name.lower(), row.person.user))
	page = wanted[start : start + PAGE]
	used, last = usage.since(get_datetime(nowdate()), usage.USER), usage.last_calls()
	return {
		"enabled": policy.settings.enabled,
		"read_only": policy.settings.read_only,
		"profiles": [_profile(p, policy, now) for p in matrix.columns(policy)],
		"clients": _names([client for row in page for client in _clients(row)]),
		"rows": [
			_row(row, used.get(row.person.user, usage.Used()), last.get(row.person.user)) for row in page
		],
		"total": len(wanted),
		"start": start,
		"page": PAGE,
		"users": len(rows),
		"counts": counts,
	}


def _is_wanted(row: Row, search: str, profile: str, state: str) -> bool:
	if search and search not in row.person.user.lower() and search not in row.person.full_name.lower():
		return False
	if profile and profile not in row.marks:
		return False
	if state:
		return state in row.states
	return bool(search) or NONE not in row.states or len(row.states) > 1


def _profile(profile: Profile, policy: store.Policy, now) -> dict[str, Any]:
	return {
		"name": profile.name,
		"is_default": profile.name == policy.settings.default_profile,
		"hindrance": hindrance(profile, now),
		"read_only": profile.is_read_only(now),
		"networks": list(profile.networks),
		"doctypes": len(profile.rules),
	}


def _row(row: Row, used: usage.Used, last_call: Any) -> dict[str, Any]:
	return {
		"user": row.person.user,
		"full_name": row.person.full_name,
		"image": row.person.image,
		"profile": row.profile.name if row.profile else "",
		"client": row.client,
		"states": row.states,
		"marks": {name: asdict(mark) for name, mark in row.marks.items()},
		"calls": used.calls,
		"refused": used.refused,
		"last_call": last_call,
	}


def _clients(row: Row) -> list[str]:
	return [client for mark in row.marks.values() for client in mark.clients]


def _names(clients: list[str]) -> dict[str, str]:
	"""What the clients are called that are named in the rows."""
	if not clients:
		return {}
	names = people.names_of_clients()
	return {client: names.get(client, client) for client in clients}
