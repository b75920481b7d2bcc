"""What becomes wider when a profile is saved: for the administrator, before he does it. Pure.

The promise is never to be silent about it: where nothing is reported, the profile as it will be saved opens nothing that
it did not open as it is stored. What can't be compared, such as a row filter that was rewritten, is told as what may be
wider. What other profiles open to whom this one loses is told as well; what Frappe opens is not asked here.
"""

import datetime
import ipaddress
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from erpnext_mcp.access import FieldSets, Filter
from erpnext_mcp.masks import FULL
from erpnext_mcp.policy import row_filter
from erpnext_mcp.policy.conditions import EQUAL, IN
from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.operations import AMEND, CREATE, OPERATIONS, PRINT, SUBMITTABLE_ONLY
from erpnext_mcp.policy.printing import shows_everything
from erpnext_mcp.policy.profile import ASKED, LIMITS, ONLY_ALLOWED, Condition, DocTypeRule, Profile
from erpnext_mcp.policy.validation.facts import DocTypeFacts, at, paths

LISTED = 12
"""Names that a sentence lists; of more it gives the number."""

K = TypeVar("K")

NAMED_BY = {
	"users": "user",
	"roles": "role",
	"clients": "client",
	"networks": "network",
	"doctype_rules": "document_type",
	"report_rules": "report",
}
"""By table, the field whose value `Wider.about` is."""

LIMIT_WORDS = {
	"reads_per_minute": _("Reads per minute"),
	"reads_per_hour": _("Reads per hour"),
	"writes_per_minute": _("Writes per minute"),
	"writes_per_hour": _("Writes per hour"),
	"rows_per_hour": _("Rows per hour"),
}

EVERY_FORMAT = frozenset({"*"})
"""All print formats of a DocType, whichever there are."""


@dataclass(frozen=True)
class Wider:
	"""One thing that becomes wider, in a sentence.

	:param table: field name of the child table in which it stands; empty for the profile itself
	:param about: what the row names: a user, a role, a client, a network, a DocType, a report. The row may be gone
	"""

	message: Message
	table: str = ""
	about: str = ""


@dataclass(frozen=True)
class Around:
	"""What both states are compared under.

	:param facts_of: of a DocType; None when there is no such
	:param now: the site's time
	:param limits: those of the settings, by name; 0: no limit
	:param max_rows: the largest page that the settings allow
	"""

	facts_of: Callable[[str], DocTypeFacts | None]
	now: datetime.datetime
	limits: Mapping[str, int]
	max_rows: int


def widening(old: Profile | None, new: Profile, around: Around) -> list[Wider]:
	"""Everything that is open after saving and was not before.

	:param old: as it is stored; None for a new one, of which all is told that it opens
	"""
	if old is None:
		return list(_everything(new, around))
	return [
		*_switches(old, new, around.now),
		*_named(old, new),
		*_networks(old.networks, new.networks),
		*_limits(old, new, around),
		*_unasked(old, new),
		*_rules(old, new, around),
		*_reports(old, new),
	]


def moved(
	name: str,
	before: Mapping[K, str | None],
	after: Mapping[K, str | None],
	users: Mapping[K, Sequence[str]],
) -> list[Wider]:
	"""What saving moves between profiles, of users as they are now.

	:param name: of the profile
	:param before: by kind of users and client, the profile that applies now; None for none
	:param after: the same once it is saved
	:param users: the users of each kind
	"""
	gained: set[str] = set()
	lost: dict[str, set[str]] = {}
	for kind, now in after.items():
		if now == before[kind]:
			continue
		if now == name:
			gained.update(users[kind])
		elif before[kind] == name and now is not None:
			lost.setdefault(now, set()).update(users[kind])
	found = []
	if gained:
		found.append(Wider(Message(_("It will newly apply to {0}."), _listed(sorted(gained)))))
	for other, names in sorted(lost.items()):
		message = Message(
			_("It will no longer apply to {0}: profile {1} will, which may open more."),
			_listed(sorted(names)),
			other,
		)
		found.append(Wider(message))
	return found


# Switches, times, strength


def _switches(old: Profile, new: Profile, now: datetime.datetime) -> Iterator[Wider]:
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


# Whom, from where, how much

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


def _named(old: Profile, new: Profile) -> Iterator[Wider]:
	for table, (added, no_longer_needed) in KINDS.items():
		before, after = getattr(old, table), getattr(new, table)
		if before and not after and new.names_somebody:
			yield Wider(Message(no_longer_needed), table)
		if before or table == "clients" or not old.names_somebody:
			for name in sorted(after - before):
				yield Wider(Message(added, name), table, name)


def _networks(old: Sequence[str], new: Sequence[str]) -> Iterator[Wider]:
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


def _limits(old: Profile, new: Profile, around: Around) -> Iterator[Wider]:
	for name in LIMITS:
		before = old.limits.get(name, around.limits.get(name, 0))
		after = new.limits.get(name, around.limits.get(name, 0))
		if before and (not after or after > before):
			if after:
				yield Wider(Message(_("{0}: {1}, and was {2}."), Message(LIMIT_WORDS[name]), after, before))
			else:
				yield Wider(Message(_("{0}: no limit, and was {1}."), Message(LIMIT_WORDS[name]), before))


def _unasked(old: Profile, new: Profile) -> Iterator[Wider]:
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


# What is open


def _rules(old: Profile, new: Profile, around: Around) -> Iterator[Wider]:
	for doctype, rule in new.rules.items():
		facts = around.facts_of(doctype)
		if facts is None:
			continue
		before = old.rules.get(doctype)
		if before == rule:
			continue
		was_open = before is not None and _operations(before, facts)
		messages: Iterable[Message] = ()
		if not was_open and _operations(rule, facts):
			messages = _opened(rule, facts)
		elif before is not None:
			messages = _rule(before, rule, facts, around)
		for message in messages:
			yield Wider(message, "doctype_rules", doctype)
	for doctype, rule in old.rules.items():
		if doctype not in new.rules and new.rules and (rule.row_filter or rule.hides_or_masks):
			yield Wider(
				Message(
					_(
						"{0} is closed, but what its rule hid is no longer kept out of links to it and of ERPNext's own messages. To keep that, leave the rule with Select alone."
					),
					doctype,
				),
				"doctype_rules",
				doctype,
			)


def _operations(rule: DocTypeRule, facts: DocTypeFacts) -> frozenset[str]:
	"""What a rule opens of a DocType; empty when it stays closed."""
	if facts.closed or (facts.closed_by_passwords and not rule.acknowledge_password_fields):
		return frozenset()
	return rule.operations if facts.is_submittable else rule.operations - SUBMITTABLE_ONLY


def _opened(rule: DocTypeRule, facts: DocTypeFacts) -> Iterator[Message]:
	"""A DocType that was closed."""
	operations = _operations(rule, facts)
	named = ", ".join(o for o in OPERATIONS if o in operations)
	narrowed = [
		words
		for words, is_so in (
			(_("only fields that are allowed"), rule.field_mode == ONLY_ALLOWED),
			(
				_("some fields hidden, masked or read-only"),
				rule.field_mode != ONLY_ALLOWED and rule.field_rules,
			),
			(_("only some documents"), rule.row_filter),
			(_("under conditions"), rule.conditions),
		)
		if is_so
	]
	if narrowed:
		yield Message(
			_("{0} is opened: {1} ({2})."), rule.doctype, named, _joined([Message(w) for w in narrowed])
		)
	else:
		yield Message(_("{0} is opened: {1}, all fields and all documents."), rule.doctype, named)
	yield from _ticked(replace(rule, **dict.fromkeys(TICKS, False)), rule)
	if PRINT in operations and rule.acknowledge_print and rule.print_formats:
		yield Message(
			_("{0}: these print formats may show what is hidden or masked: {1}."),
			rule.doctype,
			_listed(rule.print_formats),
		)


def _rule(old: DocTypeRule, new: DocTypeRule, facts: DocTypeFacts, around: Around) -> Iterator[Message]:
	doctype = new.doctype
	before, after = _operations(old, facts), _operations(new, facts)
	added = [o for o in OPERATIONS if o in after - before]
	if added:
		yield Message(_("{0}: {1} is allowed."), doctype, ", ".join(added))
	yield from _fields(old, new, facts)
	yield from _rows(old, new, facts, around)
	for condition in old.conditions:
		if _asked(condition) & before & after and not any(_as_strict(c, condition) for c in new.conditions):
			yield Message(
				_("{0}: the condition on {1} for {2} is removed or changed, and may let more through."),
				doctype,
				condition.field,
				condition.operation,
			)
	for formats, told in zip(
		zip(_printable(old, before, facts), _printable(new, after, facts), strict=True),
		(
			_("{0}: more print formats can be used."),
			_("{0}: more print formats can be used, and may show what is hidden or masked."),
		),
		strict=True,
	):
		was, is_now = formats
		if was != EVERY_FORMAT and not is_now <= was and PRINT in before:
			yield Message(told, doctype)
			break
	yield from _ticked(old, new)


def _asked(condition: Condition) -> frozenset[str]:
	"""The operations for which a condition is asked: what is amended is created anew."""
	asked = frozenset({condition.operation})
	return asked | {AMEND} if condition.operation == CREATE else asked


def _fields(old: DocTypeRule, new: DocTypeRule, facts: DocTypeFacts) -> Iterator[Message]:
	before, after = facts.under(old), facts.under(new)
	if old.field_mode == ONLY_ALLOWED and new.field_mode != ONLY_ALLOWED:
		yield Message(
			_(
				"{0}: the field mode is All Fields, so fields that are added to the DocType later will be open as well."
			),
			new.doctype,
		)
	readable, unmasked, remasked, writable = [], [], [], []
	for path in paths(after):
		field, was = at(after, path), at(before, path)
		assert field is not None
		table = path.rpartition(".")[0]
		if was is None:
			if table not in readable:
				readable.append(path)
		elif not _masks_as_much(was.mask, field.mask):
			(remasked if field.mask else unmasked).append(path)
		if field.writable and not (was and was.writable) and table not in writable:
			writable.append(path)
	for found, words in (
		(readable, _("{0}: these fields become readable: {1}.")),
		(unmasked, _("{0}: these fields are no longer masked, and can be filtered and sorted by: {1}.")),
		(remasked, _("{0}: the masks of these fields may show more: {1}.")),
		(writable, _("{0}: these fields can be written: {1}.")),
	):
		if found:
			yield Message(words, new.doctype, _listed(found))


def _masks_as_much(before: str, after: str) -> bool:
	"""Full shows less than any; the others show different things."""
	return not before or after == before or after == FULL


def _rows(old: DocTypeRule, new: DocTypeRule, facts: DocTypeFacts, around: Around) -> Iterator[Message]:
	if old.row_filter and not new.row_filter:
		yield Message(_("{0}: the row filter is removed, so all documents are open."), new.doctype)
	elif old.row_filter and not _narrows(new.row_filter, old.row_filter, facts):
		yield Message(_("{0}: the row filter is another one, and may show more documents."), new.doctype)
	before, after = (min(r.max_rows or around.max_rows, around.max_rows) for r in (old, new))
	if after > before:
		yield Message(_("{0}: at most {1} rows at once, and were {2}."), new.doctype, after, before)


def _narrows(new: str, old: str, facts: DocTypeFacts) -> bool:
	"""Whether a row filter surely shows no more than another: it has all its terms, or stricter ones."""
	if new == old:
		return True
	try:
		terms = row_filter.parse(new, facts.meta)
	except ValueError:
		return True  # matches nothing
	try:
		wanted = row_filter.parse(old, facts.meta)
	except ValueError:
		return False
	return all(any(_term_as_strict(term, old_term) for term in terms) for old_term in wanted)


def _term_as_strict(new: Any, old: Any) -> bool:
	if not isinstance(new, Filter) or not isinstance(old, Filter) or new.fieldname != old.fieldname:
		return False
	return _one_of_as_strict((new.operator, new.value), (old.operator, old.value))


def _as_strict(new: Condition, old: Condition) -> bool:
	if (new.operation, new.field, new.document_state) != (old.operation, old.field, old.document_state):
		return False
	return _one_of_as_strict((new.operator, new.value), (old.operator, old.value))


def _one_of_as_strict(new: tuple[str, Any], old: tuple[str, Any]) -> bool:
	"""The same, or some of the values of a list of values. Compared as they were written: 1 is not "1"."""
	if new[0] == old[0] and _written(new[1]) == _written(old[1]):
		return True
	if old[0] != IN or new[0] not in (IN, EQUAL):
		return False
	allowed = [_written(v) for v in old[1]] if isinstance(old[1], list | tuple) else []
	values = new[1] if new[0] == IN else [new[1]]
	# Empty values have a meaning of their own in either.
	return isinstance(values, list | tuple) and all(
		v not in ("", None) and _written(v) in allowed for v in values
	)


def _written(value: Any) -> str:
	return json.dumps(value, sort_keys=True, default=str)


def _printable(
	rule: DocTypeRule, operations: frozenset[str], facts: DocTypeFacts
) -> tuple[frozenset[str], frozenset[str]]:
	"""The print formats for users from whom Frappe hides nothing, and for all others (`policy.printing`)."""
	if PRINT not in operations:
		return frozenset(), frozenset()
	named = frozenset(rule.print_formats) or EVERY_FORMAT
	acknowledged = named if rule.print_formats and rule.acknowledge_print else frozenset()
	return (named if _hides_nothing(facts.under(rule), facts) else acknowledged), acknowledged


def _hides_nothing(sets: FieldSets, facts: DocTypeFacts) -> bool:
	return shows_everything(sets, facts.meta, facts.children)


TICKS = {
	"own_tools": _("{0}: it gets tools of its own, which tell its fields in the tool list."),
	"cache_documents": _("{0}: answers are kept for a time, so that a change by SQL is seen later."),
	"acknowledge_hidden_name": _("{0}: names and titles of the documents may show hidden fields."),
	"acknowledge_hidden_required": _(
		"{0}: documents may be created without required fields, which are hidden here."
	),
	"acknowledge_password_fields": _("{0} holds passwords, and is open all the same."),
}


def _ticked(old: DocTypeRule, new: DocTypeRule) -> Iterator[Message]:
	for fieldname, words in TICKS.items():
		if getattr(new, fieldname) and not getattr(old, fieldname):
			yield Message(words, new.doctype)


def _reports(old: Profile, new: Profile) -> Iterator[Wider]:
	for report, acknowledged in new.reports.items():
		if report not in old.reports:
			message = Message(_("Report {0} is opened."), report)
			if acknowledged:
				message = Message(
					_("Report {0} is opened; field rules and row filters don't cover its output."), report
				)
			yield Wider(message, "report_rules", report)
		elif acknowledged and not old.reports[report]:
			yield Wider(
				Message(
					_("Report {0} can be run where field rules and row filters don't cover its output."),
					report,
				),
				"report_rules",
				report,
			)


def _everything(new: Profile, around: Around) -> Iterator[Wider]:
	"""What a new profile opens."""
	closed = replace(
		new,
		rules={},
		reports={},
		users=frozenset(),
		roles=frozenset(),
		clients=frozenset(),
		limits=dict(around.limits),
	)
	yield from _named(closed, new)
	yield from _limits(closed, new, around)
	yield from _rules(closed, new, around)
	yield from _reports(closed, new)


# Words


def _listed(names: Iterable[str]) -> Message | str:
	names = list(names)
	if len(names) <= LISTED:
		return ", ".join(names)
	return Message(_("{0} and {1} more"), ", ".join(names[:LISTED]), len(names) - LISTED)


def _joined(messages: Sequence[Message]) -> Message:
	"""Messages in a row, each to be translated by itself."""
	return Message(", ".join(f"{{{n}}}" for n in range(len(messages))), *messages)
