"""Rows and ticks of a profile that do nothing, or not what they seem to: worth a look, and no errors. Pure.

Whether Frappe lets anybody do what a row opens is asked of the users to whom the profile applies now. Where not all of
them are known, nothing is said about it.
"""

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.operations import (
	CREATE,
	DELETE,
	FRAPPE_PERMISSION,
	OPERATIONS,
	PRINT,
	READ,
	READING,
	SELECT,
	UPDATE,
)
from erpnext_mcp.policy.profile import LIMITS, READ_ONLY, DocTypeRule, Profile
from erpnext_mcp.policy.validation.audience import Audience
from erpnext_mcp.policy.validation.doctype_rows import impossible_operations
from erpnext_mcp.policy.validation.draft import Draft, Row, field_rule
from erpnext_mcp.policy.validation.facts import DocTypeFacts, at
from erpnext_mcp.policy.validation.field_rows import path
from erpnext_mcp.policy.validation.finding import WARNING, Finding

LISTED = 10

WITH_OWN_TOOLS = frozenset({SELECT, READ, CREATE, UPDATE, DELETE})
"""Operations that have tools of one DocType; a test compares it with the registry."""


@dataclass(frozen=True)
class ReportFacts:
	"""What there is to know of a report. `closed` says why no profile opens it, and is empty when one does; `narrowed` are
	the DocTypes of which the profile shows less than ERPNext."""

	narrowed: tuple[str, ...] = ()
	is_list: bool = False
	is_disabled: bool = False
	closed: str = ""


@dataclass(frozen=True)
class Surroundings:
	"""What is around a profile that is edited.

	:param audience: to whom it applies once it is saved
	:param profile: what the policy will know of it
	:param is_default: whether it is the default profile of the settings
	:param now: the site's time
	:param max_rows: the largest page that the settings allow
	:param caches: whether the settings let answers be kept
	:param not_enabled: users that it names who are disabled or gone
	:param unused_roles: roles that it names and that no enabled user has
	:param reports: by name; what is missing does not exist
	"""

	audience: Audience
	profile: Profile
	is_default: bool
	now: datetime.datetime
	max_rows: int
	caches: bool = True
	not_enabled: Collection[str] = ()
	unused_roles: Collection[str] = ()
	reports: Mapping[str, ReportFacts] = field(default_factory=dict)


def findings(draft: Draft, around: Surroundings) -> list[Finding]:
	"""In the order of the form."""
	return [
		Finding(f.message, f.table, f.row, f.field, WARNING)
		for f in (
			*_whole(draft, around),
			*_named(draft, around),
			*_doctype_rows(draft, around),
			*_field_rows(draft, around),
			*_report_rows(draft, around),
		)
	]


def _whole(draft: Draft, around: Surroundings) -> Iterator[Finding]:
	profile, audience, now = around.profile, around.audience, around.now
	if not profile.names_somebody and not around.is_default:
		yield Finding(Message(_("It names nobody and is not the default profile, so it applies to nobody.")))
	elif not audience.users and audience.is_complete:
		if audience.instead:
			others = ", ".join(sorted(audience.instead)[:LISTED])
			yield Finding(
				Message(
					_("It applies to nobody now: for everybody whom it names, others go before it: {0}."),
					others,
				)
			)
		else:
			yield Finding(Message(_("It applies to nobody now: no enabled user matches whom it names.")))
	if not profile.enabled and audience.users:
		yield Finding(
			Message(
				_(
					"it is disabled: {0} users to whom it applies are refused, and no other profile takes its place."
				),
				len(audience.users),
			),
			field="enabled",
		)
	if profile.valid_upto and profile.valid_upto < now:
		yield Finding(Message(_("that is over: whoever it applies to is refused.")), field="valid_upto")
	elif profile.valid_from and profile.valid_from > now:
		yield Finding(
			Message(_("that is to come: until then, whoever it applies to is refused.")), field="valid_from"
		)
	if profile.read_only and profile.write_until and profile.write_until < now:
		yield Finding(Message(_("that is over: nothing can be written.")), field="write_until")
	elif profile.is_read_only(now):
		writing = sorted(d for d, rule in profile.rules.items() if rule.operations - READING)
		if writing:
			yield Finding(
				Message(
					_("nothing is written while this is ticked, whatever the DocType Rules open: {0}."),
					_listed(writing),
				),
				field="read_only",
			)
	for name in LIMITS:
		if name.endswith("_per_minute"):
			hour = name.replace("_per_minute", "_per_hour")
			per_minute, per_hour = profile.limits.get(name, 0), profile.limits.get(hour, 0)
			if per_minute and per_hour and per_minute > per_hour:
				yield Finding(
					Message(
						_("{0} in a minute are never reached: {1} in an hour are less."), per_minute, per_hour
					),
					field=name,
				)


def _named(draft: Draft, around: Surroundings) -> Iterator[Finding]:
	for row in draft.rows("users"):
		if row.get("user") in around.not_enabled:
			yield Finding(
				Message(_("{0} is disabled, or not there any more."), row["user"]),
				"users",
				row["idx"],
				"user",
			)
	for row in draft.rows("roles"):
		if row.get("role") in around.unused_roles:
			yield Finding(
				Message(_("no enabled user has the role {0} now."), row["role"]), "roles", row["idx"], "role"
			)


def _doctype_rows(draft: Draft, around: Surroundings) -> Iterator[Finding]:
	for row, rule, facts in _open_rules(draft):
		for message, fieldname in _of_rule(rule, facts, draft, around):
			yield Finding(message, "doctype_rules", row["idx"], fieldname)


def _open_rules(draft: Draft) -> Iterator[tuple[Row, DocTypeRule, DocTypeFacts]]:
	"""The first row of each DocType that a profile can open. What is wrong with others, `errors` say."""
	seen = set()
	for row in draft.rows("doctype_rules"):
		doctype = row.get("document_type")
		if not doctype or doctype in seen:
			continue
		seen.add(doctype)
		facts = draft.facts(doctype)
		if facts is not None and not facts.closed:
			yield row, draft.rules[doctype], facts


def _of_rule(
	rule: DocTypeRule, facts: DocTypeFacts, draft: Draft, around: Surroundings
) -> Iterator[tuple[Message, str]]:
	operations = rule.operations - impossible_operations(facts)
	yield from _without_permission(operations, facts, around.audience)
	if rule.own_tools and operations and not operations & WITH_OWN_TOOLS:
		yield Message(_("none of the operations has a tool of its own.")), "own_tools"
	if PRINT not in operations and rule.print_formats:
		yield Message(_("Print is not ticked, so no format is used.")), "print_formats"
	if PRINT in operations and rule.hides_or_masks and not (rule.print_formats and rule.acknowledge_print):
		yield (
			Message(
				_(
					"nothing is printed while fields of {0} are hidden or masked. Name print formats, and tick that they may show hidden fields."
				),
				rule.doctype,
			),
			"print_formats",
		)
	if rule.cache_documents and not operations & {SELECT, READ}:
		yield Message(_("nothing is read, so nothing is kept.")), "cache_documents"
	elif rule.cache_documents and not around.caches:
		yield Message(_("the cache is switched off in the MCP Gateway Settings.")), "cache_documents"
	if "{{defaults." in rule.row_filter.replace(" ", "") and not around.profile.restrict_to_mcp:
		# Frappe's session_default_settings.set_session_default_values takes any key from anybody who is logged in.
		yield (
			Message(
				_(
					"users can set defaults of their own, and so can an agent whose key works outside of MCP. Tick Restrict to MCP, or give the users User Permissions for what the default names."
				)
			),
			"row_filter",
		)
	if rule.max_rows > around.max_rows:
		yield Message(_("the MCP Gateway Settings allow {0} rows at most."), around.max_rows), "max_rows"
	others = [f for f in rule.field_rules if f.table_field or f.fieldname != facts.meta.title_field]
	if operations == {SELECT} and others:
		yield (
			Message(
				_("Select alone shows name and title of {0}: rules for other fields do nothing."),
				rule.doctype,
			),
			"",
		)


def _without_permission(
	operations: frozenset[str], facts: DocTypeFacts, audience: Audience
) -> Iterator[tuple[Message, str]]:
	if not audience.users or not audience.is_complete:
		return
	denied = [
		o
		for o in OPERATIONS
		if o in operations and not any(audience.may(facts, right) for right in FRAPPE_PERMISSION[o])
	]
	if not denied:
		return
	if len(denied) == len(operations):
		yield (
			Message(
				_(
					"no user of this profile has a permission for {0} in ERPNext that it could open: the row has no effect."
				),
				facts.meta.name,
			),
			"",
		)
	else:
		yield (
			Message(
				_("no user of this profile has the permission in ERPNext for {0} to do this: {1}."),
				facts.meta.name,
				", ".join(denied),
			),
			f"can_{denied[0]}" if len(denied) == 1 else "",
		)


def _field_rows(draft: Draft, around: Surroundings) -> Iterator[Finding]:
	audience = around.audience
	if not audience.users or not audience.is_complete:
		return
	levels: dict[str, tuple[frozenset[int], frozenset[int]]] = {}
	permlevels: dict[str, Mapping[str, int]] = {}
	for row in draft.rows("field_rules"):
		doctype = row.get("document_type")
		facts = draft.facts(doctype) if doctype in draft.rules else None
		if facts is None or facts.closed:
			continue
		given = field_rule(row)
		if at(facts.everything, path(given)) is None:
			continue  # an error
		if doctype not in levels:
			levels[doctype] = audience.levels(facts, "read"), audience.levels(facts, "write")
			permlevels[doctype] = _permlevels(facts)
		readable, writable = levels[doctype]
		level = permlevels[doctype].get(path(given), 0)
		if not readable:
			continue  # said of the DocType
		if level not in readable:
			message = Message(
				_(
					"{0} is on permission level {1} of {2}, which no user of this profile can read in ERPNext: it is hidden without the row as well."
				),
				path(given),
				level,
				doctype,
			)
			yield Finding(message, "field_rules", row["idx"])
		elif given.rule == READ_ONLY and level not in writable:
			message = Message(
				_(
					"{0} is on permission level {1} of {2}, which no user of this profile can write in ERPNext: the row has no effect."
				),
				path(given),
				level,
				doctype,
			)
			yield Finding(message, "field_rules", row["idx"])


def _permlevels(facts: DocTypeFacts) -> dict[str, int]:
	"""Of all fields; the levels of rows are opened by the parent's permissions."""
	found = {df.fieldname: df.permlevel for df in facts.meta.fields}
	for table_field, child in facts.children.items():
		found |= {f"{table_field}.{df.fieldname}": df.permlevel for df in child.fields}
	return found


def _report_rows(draft: Draft, around: Surroundings) -> Iterator[Finding]:
	for row in draft.rows("report_rules"):
		name = row.get("report")
		if not name:
			continue
		facts = around.reports.get(name)
		if facts is None:
			continue  # Frappe says that it is not there
		if facts.closed:
			message = Message(_("this report stays closed: {0}."), facts.closed)
		elif facts.is_disabled:
			message = Message(_("{0} is disabled."), name)
		elif facts.narrowed and not facts.is_list and not row.get("acknowledged"):
			message = Message(
				_(
					"it can't be run: the profile shows less than ERPNext of {0}, and what the report shows is not acknowledged."
				),
				_listed(facts.narrowed),
			)
		else:
			continue
		yield Finding(message, "report_rules", row["idx"], "report")


def _listed(names: Sequence[str]) -> Message | str:
	if len(names) <= LISTED:
		return ", ".join(names)
	return Message(_("{0} and {1} more"), ", ".join(names[:LISTED]), len(names) - LISTED)
