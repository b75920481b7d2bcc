"""The layers that ask who calls: account, site, pauses, client, profile, its validity, limits, the tool itself.

They describe what the pipeline has decided (`mcp_server.pipeline.prepare`), from the same values. Runs in the session of the
simulated user, with the viewer's language.
"""

from collections.abc import Iterator

import frappe
from frappe import _
from frappe.permissions import AUTOMATIC_ROLES
from frappe.utils import format_datetime, now_datetime

from erpnext_mcp.desk.simulator import people
from erpnext_mcp.desk.simulator.layer import WARNING, Layer
from erpnext_mcp.errors import CallError
from erpnext_mcp.mcp_server.pipeline import Call
from erpnext_mcp.mcp_server.registry import LIST_TOOLS
from erpnext_mcp.mcp_server.spending import READS, ROWS, WRITES
from erpnext_mcp.policy import candidates as c
from erpnext_mcp.policy.profile import Profile
from erpnext_mcp.policy.store import Policy

Layers = Iterator[Layer]


def caller_layers(call: Call, policy: Policy, refusal: CallError | None) -> Layers:
	"""The layers before any DocType is asked about.

	:param refusal: of the call, if it was refused before the tool
	"""
	yield account(call)
	yield site(policy)
	yield paused(call, policy)
	yield client(call, policy)
	found = c.candidates(
		policy.profiles,
		call.caller.user,
		frappe.get_roles(call.caller.user),
		policy.settings.default_profile,
		call.caller.client,
		now=now_datetime(),
		ip_address=call.caller.ip_address,
	)
	yield profile(call, policy, found)
	yield validity(call, policy, found)
	yield limits(call)
	yield tool(call, refusal)


def account(call: Call) -> Layer:
	user = call.caller.user
	layer = Layer("account", _("Account"))
	roles = sorted(set(frappe.get_roles(user)) - set(AUTOMATIC_ROLES))
	if user in ("", "Guest"):
		layer.stop(_("Guests are refused."))
	elif not people.is_enabled(user):
		layer.stop(_("The user is disabled."))
	elif user == "Administrator":
		layer.text = _("Administrator is refused unless a profile names this user.")
	else:
		layer.text = _("The user is enabled.")
	layer.add(_("Roles"), ", ".join(roles) if user != "Administrator" else _("all"))
	return layer


def site(policy: Policy) -> Layer:
	layer = Layer("site", _("Site"))
	if not policy.settings.enabled:
		layer.stop(_("MCP access to this site is switched off in MCP Gateway Settings."))
	elif policy.settings.read_only:
		layer.state, layer.text = WARNING, _("MCP access to this site is read-only.")
	else:
		layer.text = _("MCP access to this site is switched on.")
	return layer


def paused(call: Call, policy: Policy) -> Layer:
	layer = Layer("paused", _("Pauses and suspensions"))
	if call.caller.user in policy.paused:
		layer.stop(_("An administrator has paused this user."))
	elif call.caller.credential in policy.paused_clients:
		layer.stop(_("An administrator has paused this client."))
	elif call.caller.user in policy.suspended:
		layer.stop(_("The user is suspended: too many of his calls were refused."))
	else:
		layer.text = _("Neither paused nor suspended.")
	return layer


def client(call: Call, policy: Policy) -> Layer:
	layer = Layer("client", _("Client"))
	name = call.caller.client
	if name is None:
		layer.text = _("An API key, or any program that has one.")
		if not call.caller.credential:
			layer.state = WARNING
			layer.text = _("The user has no API key yet.")
		return layer
	layer.add(_("OAuth Client"), name)
	if policy.settings.any_oauth_client:
		layer.text = _("The settings let in any OAuth client.")
	elif name in policy.settings.oauth_clients:
		layer.text = _("The settings list this OAuth client.")
	elif name in policy.listed_clients:
		layer.text = _("A profile names this OAuth client.")
	else:
		layer.stop(_("Neither the settings nor any profile lists this OAuth client."))
	return layer


BY = {
	c.USER_AND_CLIENT: lambda: _("names the user and the client"),
	c.USER: lambda: _("names the user"),
	c.ROLE_AND_CLIENT: lambda: _("names a role and the client"),
	c.ROLE: lambda: _("names a role"),
	c.CLIENT: lambda: _("names the client"),
	c.DEFAULT: lambda: _("default profile of the settings"),
}
LOST = {
	c.LESS_SPECIFIC: lambda: _("a more specific one comes first"),
	c.LOWER_PRIORITY: lambda: _("another one of the same kind has a higher priority"),
	c.LATER_NAME: lambda: _("another one of the same kind and priority comes first by its name"),
}
MISSING = {
	c.USER: lambda: _("does not name the user"),
	c.ROLE: lambda: _("names none of the roles"),
	c.CLIENT: lambda: _("does not name the client"),
}


def profile(call: Call, policy: Policy, found: list[c.Candidate]) -> Layer:
	"""The candidates in their order, then why the others are none."""
	layer = Layer("profile", _("Profile"))
	if not found:
		layer.stop(_("No MCP Permission Profile applies to this user."))
	else:
		layer.text = _("{0} applies.").format(found[0].profile.name)
	for one in found:
		value = f"{BY[one.by]()}, {_('priority {0}').format(one.profile.priority)}"
		why = _("applies") if one.applies else LOST[one.lost]()
		layer.add(one.profile.name, value, "passed" if one.applies else "", why)
	matching = {one.profile.name for one in found}
	roles = frappe.get_roles(call.caller.user)
	for other in sorted(policy.profiles, key=lambda p: p.name):
		if other.name not in matching:
			layer.add(other.name, _why_none(other, call, roles), "off")
	return layer


def _why_none(other: Profile, call: Call, roles: list[str]) -> str:
	if not other.names_somebody:
		return _("names nobody")
	return ", ".join(
		MISSING[kind]() for kind in c.missing(other, call.caller.user, roles, call.caller.client)
	)


HINDRANCE = {
	c.DISABLED: lambda: _("The profile is switched off."),
	c.NOT_YET: lambda: _("The profile is not valid yet."),
	c.EXPIRED: lambda: _("The profile is not valid any more."),
	c.OTHER_NETWORK: lambda: _("The address is in none of the networks of the profile."),
}


def validity(call: Call, policy: Policy, found: list[c.Candidate]) -> Layer:
	layer = Layer("validity", _("Switch, dates and networks"))
	if not found:
		return layer
	chosen = found[0]
	applying = chosen.profile
	layer.text = _("The profile is switched on and valid now, and open to this address.")
	if chosen.hindrance:
		layer.stop(HINDRANCE[chosen.hindrance]())
	layer.add(_("Now"), format_datetime(now_datetime()))
	if applying.valid_from:
		layer.add(_("Valid From"), format_datetime(applying.valid_from))
	if applying.valid_upto:
		layer.add(_("Valid Up To"), format_datetime(applying.valid_upto))
	if applying.networks:
		layer.add(_("Networks"), ", ".join(applying.networks))
		layer.add(_("Address"), call.caller.ip_address or _("none given"))
	if applying.read_only:
		is_now = applying.is_read_only(now_datetime())
		layer.add(_("Read Only"), _("yes") if is_now else _("not now"), "warning" if is_now else "")
		if applying.write_until:
			layer.add(_("Writes Until"), format_datetime(applying.write_until))
	return layer


KINDS = {READS: lambda: _("Reads"), WRITES: lambda: _("Writes"), ROWS: lambda: _("Rows")}
PERIODS = {"minute": lambda: _("{0} left this minute"), "hour": lambda: _("{0} left this hour")}


def limits(call: Call) -> Layer:
	"""What is left, with nothing taken."""
	layer = Layer("limits", _("Limits"))
	left = call.budget.left() if call.budget else {}
	layer.text = _("Simulations take nothing from them.") if left else _("There are no limits.")
	for kind, periods in left.items():
		value = ", ".join(PERIODS[period]().format(number) for period, number in periods.items())
		layer.add(KINDS[kind](), value, "warning" if 0 in periods.values() else "")
	needed = {WRITES} if call.writes else {READS, ROWS}
	if any(0 in left[kind].values() for kind in needed.intersection(left)):
		layer.state = WARNING
		layer.text = _("Used up: a real call would be refused now.")
	return layer


def tool(call: Call, refusal: CallError | None) -> Layer:
	layer = Layer("tool", _("Tool and arguments"))
	if call.tool is None:
		layer.stop(_("There is no tool of this name for this user."))
	elif refusal is not None and refusal.code == "invalid_arguments":
		layer.stop(refusal.message)
	elif call.tool is LIST_TOOLS:
		layer.text = _("The list of tools.")
	else:
		layer.text = _("The arguments have the form that {0} takes.").format(call.tool.name)
	return layer
