"""bench --site S mcp status: what is served to whom, and what is open beside it."""

import json
from typing import Any

import click
from frappe.commands import pass_context
from frappe.utils import get_url

from erpnext_mcp.api.mcp import PATH
from erpnext_mcp.audit import table as audit_table
from erpnext_mcp.audit.log import READS_ARE_OFF, reads_are_on
from erpnext_mcp.cli import credentials, other_servers
from erpnext_mcp.cli.site import connected
from erpnext_mcp.documents.system import versions
from erpnext_mcp.policy import store
from erpnext_mcp.policy.binding import bound_credentials
from erpnext_mcp.policy.profile import Profile


@click.command("status")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@pass_context
def status(context, form: str) -> None:
	"""Show the endpoint, its switches, the profiles, who is bound to MCP, and other MCP servers."""
	with connected(context) as site:
		found = collect(site)
	click.echo(json.dumps(found, indent=1, ensure_ascii=False) if form == "json" else text(found))


def collect(site: str) -> dict[str, Any]:
	"""Everything the command tells, as plain values; from the database, not from what a process keeps."""
	policy = store.read()
	return {
		"site": site,
		"endpoint": get_url(PATH),
		"versions": versions(),
		"enabled": policy.settings.enabled,
		"read_only": policy.settings.read_only,
		"default_profile": policy.settings.default_profile,
		"oauth_clients": "Any" if policy.settings.any_oauth_client else sorted(policy.listed_clients),
		"profiles": [_profile(p) for p in sorted(policy.profiles, key=lambda p: p.name)],
		"bound": credentials.summary(bound_credentials()),
		"audit": _audit(sealing := audit_table.sealing()),
		"warnings": [*_warnings(policy), *_audit_warnings(sealing), *other_servers.found_on_site()],
	}


def _profile(profile: Profile) -> dict[str, Any]:
	def moment(value) -> str | None:
		return str(value) if value else None

	return {
		"profile": profile.name,
		"enabled": profile.enabled,
		"read_only": profile.read_only,
		"restrict_to_mcp": profile.restrict_to_mcp,
		"priority": profile.priority,
		"users": sorted(profile.users),
		"roles": sorted(profile.roles),
		"clients": sorted(profile.clients),
		"networks": list(profile.networks),
		"valid_from": moment(profile.valid_from),
		"valid_upto": moment(profile.valid_upto),
		"doctypes": sorted(profile.rules),
	}


def _audit(sealing: audit_table.Sealing) -> dict[str, Any]:
	return {
		"seals": sealing.seals,
		"sealed_at": sealing.sealed_at or None,
		"unsealed": sealing.waiting,
		"unsealed_since": sealing.since or None,
	}


def _audit_warnings(sealing: audit_table.Sealing) -> list[str]:
	if not sealing.is_late():
		return []
	return [
		f"{sealing.waiting} audit entries wait to be sealed, the oldest since {sealing.since[:19]}: does the site's scheduler run?"
	]


def _warnings(policy: store.Policy) -> list[str]:
	said = [] if reads_are_on() else [READS_ARE_OFF]
	default = policy.settings.default_profile
	if default and default not in {p.name for p in policy.profiles}:
		said.append(f"The default profile {default} does not exist.")
	if policy.suspended:
		users = ", ".join(sorted(policy.suspended))
		said.append(f"Suspended after too many refusals: {users}. See mcp suspensions and mcp lift.")
	if policy.paused:
		users = ", ".join(sorted(policy.paused))
		said.append(f"Paused by an administrator: {users}. See mcp suspensions and mcp lift.")
	if policy.paused_clients:
		clients = ", ".join(sorted(policy.paused_clients))
		said.append(f"Clients paused by an administrator: {clients}. See MCP Client in the desk.")
	unbound = sorted(p.name for p in policy.profiles if p.names_somebody and not p.restrict_to_mcp)
	if unbound:
		said.append(
			f"API keys and tokens of whom these profiles name also work outside MCP: {', '.join(unbound)}. "
			"Tick Restrict to MCP there to close the way around."
		)
	return said


def text(found: dict[str, Any]) -> str:
	"""The same for people."""
	switch = "on" if found["enabled"] else "OFF (kill switch)"
	if found["read_only"]:
		switch += ", read-only"
	clients = found["oauth_clients"]
	out = [
		f"Site           {found['site']}",
		f"Endpoint       {found['endpoint']}",
		f"Versions       {', '.join(f'{app} {version}' for app, version in found['versions'].items())}",
		f"MCP            {switch}",
		f"Default        {found['default_profile'] or 'none: who has no profile gets nothing'}",
		f"OAuth clients  {clients if isinstance(clients, str) else ', '.join(clients) or 'none'}",
		f"Audit          {_audit_line(found['audit'])}",
		"",
		f"Profiles ({len(found['profiles'])})",
		*(f"  {_profile_line(p)}" for p in found["profiles"]),
		"",
		f"Bound to MCP ({len(found['bound'])})",
		*(f"  {credentials.line(c)}" for c in found["bound"]),
	]
	if found["warnings"]:
		out += ["", "Warnings", *(f"  {warning}" for warning in found["warnings"])]
	return "\n".join(out)


def _audit_line(audit: dict[str, Any]) -> str:
	newest = f", the newest of {audit['sealed_at'][:19]}" if audit["sealed_at"] else ""
	return f"{audit['seals']} seals{newest}; {audit['unsealed']} entries not sealed yet"


def _profile_line(p: dict[str, Any]) -> str:
	whom = [f"{kind} {', '.join(p[kind])}" for kind in ("users", "roles", "clients") if p[kind]]
	marks = [
		mark
		for mark, on in (
			("disabled", not p["enabled"]),
			("read-only", p["read_only"]),
			("restricted to MCP", p["restrict_to_mcp"]),
			("networks " + ", ".join(p["networks"]), bool(p["networks"])),
			(f"from {p['valid_from']}", bool(p["valid_from"])),
			(f"until {p['valid_upto']}", bool(p["valid_upto"])),
		)
		if on
	]
	return f"{p['profile']}: {'; '.join(whom) or 'names nobody'}" + (
		f" [{'; '.join(marks)}]" if marks else ""
	)
