"""What a profile opens: its rules, their fields, rows, conditions and print formats, and its reports."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from erpnext_mcp.access import FieldSets
from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.operations import OPERATIONS, PRINT, SUBMITTABLE_ONLY
from erpnext_mcp.policy.printing import shows_everything
from erpnext_mcp.policy.profile import ONLY_ALLOWED, DocTypeRule, Profile
from erpnext_mcp.policy.validation.facts import DocTypeFacts, at, paths
from erpnext_mcp.policy.widening.strictness import as_strict, asked, masks_as_much, narrows
from erpnext_mcp.policy.widening.wider import Around, Wider, joined, listed

EVERY_FORMAT = frozenset({"*"})
"""All print formats of a DocType, whichever there are."""


def rules(old: Profile, new: Profile, around: Around) -> Iterator[Wider]:
	"""What the DocType rules open, one by one."""
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
			_("{0} is opened: {1} ({2})."), rule.doctype, named, joined([Message(w) for w in narrowed])
		)
	else:
		yield Message(_("{0} is opened: {1}, all fields and all documents."), rule.doctype, named)
	yield from _ticked(replace(rule, **dict.fromkeys(TICKS, False)), rule)
	if PRINT in operations and rule.acknowledge_print and rule.print_formats:
		yield Message(
			_("{0}: these print formats may show what is hidden or masked: {1}."),
			rule.doctype,
			listed(rule.print_formats),
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
		if asked(condition) & before & after and not any(as_strict(c, condition) for c in new.conditions):
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
		elif not masks_as_much(was.mask, field.mask):
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
			yield Message(words, new.doctype, listed(found))


def _rows(old: DocTypeRule, new: DocTypeRule, facts: DocTypeFacts, around: Around) -> Iterator[Message]:
	if old.row_filter and not new.row_filter:
		yield Message(_("{0}: the row filter is removed, so all documents are open."), new.doctype)
	elif old.row_filter and not narrows(new.row_filter, old.row_filter, facts):
		yield Message(_("{0}: the row filter is another one, and may show more documents."), new.doctype)
	before, after = (min(r.max_rows or around.max_rows, around.max_rows) for r in (old, new))
	if after > before:
		yield Message(_("{0}: at most {1} rows at once, and were {2}."), new.doctype, after, before)


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


def reports(old: Profile, new: Profile) -> Iterator[Wider]:
	"""Reports that are opened, or opened further."""
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
