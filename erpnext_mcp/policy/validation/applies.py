"""Whom a profile names, when and from where: what is wrong with that. Pure."""

import ipaddress
from collections.abc import Iterator

from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.validation.draft import Draft
from erpnext_mcp.policy.validation.finding import Finding

NAMED_ONCE = {
	"users": "user",
	"roles": "role",
	"clients": "client",
	"networks": "network",
	"report_rules": "report",
}


def findings(draft: Draft) -> Iterator[Finding]:
	for table, fieldname in NAMED_ONCE.items():
		yield from named_twice(draft, table, fieldname)
	for row in draft.rows("users"):
		if row.get("user") == "Guest":
			yield Finding(Message(_("Guest never gets access.")), "users", row["idx"])
	for row in draft.rows("roles"):
		if row.get("role") in draft.automatic_roles:
			yield Finding(
				Message(
					_(
						"{0} is given by Frappe itself and can't be chosen. For everybody there is the default profile of the MCP Gateway Settings."
					),
					row["role"],
				),
				"roles",
				row["idx"],
			)
	for row in draft.rows("networks"):
		problem = network_problem(row.get("network") or "")
		if problem:
			yield Finding(problem, "networks", row["idx"])
	yield from _dates(draft)


def named_twice(draft: Draft, table: str, fieldname: str) -> Iterator[Finding]:
	seen = set()
	for row in draft.rows(table):
		value = row.get(fieldname)
		if value and value in seen:
			yield Finding(Message(_("{0} is named twice."), value), table, row["idx"])
		seen.add(value)


def network_problem(network: str) -> Message | None:
	"""What is wrong with an address or a network; None when `profile.in_networks` can use it."""
	try:
		parsed = ipaddress.ip_network(network, strict=False)
	except ValueError:
		return Message(
			_(
				"{0} is neither an address nor a network. Write it like 203.0.113.7, 192.0.2.0/24 or 2001:db8::/32."
			),
			network,
		)
	if getattr(parsed.network_address, "ipv4_mapped", None):
		return Message(
			_("{0} is an IPv4 network written as IPv6. Write it as IPv4, or it lets nobody in."), network
		)
	return None


def _dates(draft: Draft) -> Iterator[Finding]:
	values = draft.values
	start, end = values.get("valid_from"), values.get("valid_upto")
	if start and end and start >= end:
		yield Finding(Message(_("it ends before it begins.")), field="valid_upto")
	if values.get("write_until") and not values.get("read_only"):
		yield Finding(
			Message(
				_("a write window needs a profile that is read-only. Tick Read Only, or empty the field.")
			),
			field="write_until",
		)
