"""Whom a profile applies to, when and from where, and how much of it there is: what becomes wider there."""

import datetime
import ipaddress
from collections.abc import Iterable, Iterator, Sequence

from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.profile import ASKED, LIMITS, Profile
from erpnext_mcp.policy.widening.wider import Around, Wider

LIMIT_WORDS = {
	"reads_per_minute": _("Reads per minute"),
	"reads_per_hour": _("Reads per hour"),
	"writes_per_minute": _("Writes per minute"),
	"writes_per_hour": _("Writes per hour"),
	"rows_per_hour": _("Rows per hour"),
}


def switches(old: Profile, new: Profile, now: datetime.datetime) -> Iterator[Wider]:
	"""Enabled, writable, valid for longer, before more profiles, or no longer binding."""
	if new.enabled and not old.enabled:
		yield Wider(
			Message(_("The profile is enabled: everything in it becomes open to whom it applies to."))
		)
	if _writable_until(new) > max(_writable_until(old), now):
		if not new.read_only:
			yield Wider(Message(_("It is no longer read-only: what it opens for writing can be written.")))
		else:
			yield Wider(Message(_("It can be written until {0}."), _moment(new.write_until)))
	if old.valid_from and old.valid_from > now and (not new.valid_from or new.valid_from < old.valid_from):
		start = _moment(new.valid_from) if new.valid_from and new.valid_from > now else Message(_("now"))
		yield Wider(Message(_("It is valid from {0}, and was from {1}."), start, _moment(old.valid_from)))
	if old.valid_upto and (not new.valid_upto or new.valid_upto > max(old.valid_upto, now)):
		if new.valid_upto:
			yield Wider(
				Message(
					_("It is valid up to {0}, and was up to {1}."),
					_moment(new.valid_upto),
					_moment(old.valid_upto),
				)
			)
		else:
			yield Wider(Message(_("It is valid without end, and was up to {0}."), _moment(old.valid_upto)))
	if new.names_somebody and (not old.names_somebody or _strength(new) > _strength(old)):
		if new.priority > old.priority:
			yield Wider(
				Message(
					_("Its priority is raised from {0} to {1}: it goes before more profiles."),
					old.priority,
					new.priority,
				)
			)
		elif old.names_somebody:
			yield Wider(Message(_("Named as it is now, it goes before more profiles than before.")))
	yield from _unbound(old, new)


def _unbound(old: Profile, new: Profile) -> Iterator[Wider]:
	if not old.restrict_to_mcp:
		return
	if not new.restrict_to_mcp:
		yield Wider(
			Message(
				_(
					"Restrict to MCP is taken off: API keys and tokens work again on the whole site, past every profile."
				)
			)
		)
		return
	for table in ("users", "roles", "clients"):
		for name in sorted(getattr(old, table) - getattr(new, table)):
			yield Wider(Message(_("{0} is no longer restricted to MCP by this profile."), name), table, name)


def _writable_until(profile: Profile) -> datetime.datetime:
	if not profile.read_only:
		return datetime.datetime.max
	return profile.write_until or datetime.datetime.min


def _strength(profile: Profile) -> tuple[int, int]:
	"""Larger is stronger (`profile.choose`)."""
	return (-profile.level, profile.priority)


def _moment(value: datetime.datetime | None) -> str:
	return str(value)[:16] if value else ""


KINDS = {
	"users": (
		_("User {0} is named."),
		_("No user has to be named any more: everybody with one of the roles or clients counts."),
	),
	"roles": (
		_("Everybody with the role {0} is named."),
		_("No role is needed any more: everybody else who is named counts."),
	),
	"clients": (
		_("OAuth client {0} is named, and can be used at the MCP endpoint."),
		_("No OAuth client is needed any more: API keys and other clients count as well."),
	),
}


def named(old: Profile, new: Profile) -> Iterator[Wider]:
	"""Who is named that was not, and which kind of name is no longer needed."""
	for table, (added, no_longer_needed) in KINDS.items():
		before, after = getattr(old, table), getattr(new, table)
		if before and not after and new.names_somebody:
			yield Wider(Message(no_longer_needed), table)
		if before or table == "clients" or not old.names_somebody:
			for name in sorted(after - before):
				yield Wider(Message(added, name), table, name)


def networks(old: Sequence[str], new: Sequence[str]) -> Iterator[Wider]:
	"""Networks that calls may come from and could not."""
	if not old:
		return
	if not new:
		yield Wider(Message(_("It can be used from every network, and was only open to some.")), "networks")
		return
	for network in new:
		if not _lies_in(network, old):
			yield Wider(Message(_("It can be used from {0}."), network), "networks", network)


def _lies_in(network: str, others: Iterable[str]) -> bool:
	wanted = _network(network)
	if wanted is None:
		return True  # lets nobody in
	same = [n for o in others if (n := _network(o)) is not None and n.version == wanted.version]
	return any(wanted.subnet_of(o) for o in ipaddress.collapse_addresses(same))  # type: ignore[arg-type]


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
	try:
		return ipaddress.ip_network(text, strict=False)
	except ValueError:
		return None


def limits(old: Profile, new: Profile, around: Around) -> Iterator[Wider]:
	"""Limits that are raised or gone, those of the settings counted where the profile has none."""
	for name in LIMITS:
		before = old.limits.get(name, around.limits.get(name, 0))
		after = new.limits.get(name, around.limits.get(name, 0))
		if before and (not after or after > before):
			if after:
				yield Wider(Message(_("{0}: {1}, and was {2}."), Message(LIMIT_WORDS[name]), after, before))
			else:
				yield Wider(Message(_("{0}: no limit, and was {1}."), Message(LIMIT_WORDS[name]), before))


def unasked(old: Profile, new: Profile) -> Iterator[Wider]:
	"""What a person was asked before, and is not any more."""
	if lost := old.ask - new.ask:
		yield Wider(Message(_("A person is no longer asked before: {0}."), _in_order(lost)))
	for doctype, rule in new.rules.items():
		before = old.rules.get(doctype)
		if before is not None and (lost := before.ask - rule.ask - new.ask):
			message = Message(_("{0}: a person is no longer asked before: {1}."), doctype, _in_order(lost))
			yield Wider(message, "doctype_rules", doctype)


def _in_order(asked: frozenset[str]) -> str:
	return ", ".join(o for o in ASKED if o in asked)
