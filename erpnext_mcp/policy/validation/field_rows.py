"""Field Rules: what is wrong with them, and which of them change nothing. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from erpnext_mcp.access import Field
from erpnext_mcp.masks import FULL, allowed_styles
from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.profile import (
	ALL_FIELDS,
	ALLOWED,
	FIELD_RULES,
	MASKED,
	ONLY_ALLOWED,
	READ_ONLY,
	RESTRICTED,
	FieldRule,
)
from erpnext_mcp.policy.validation.draft import Draft, field_rule
from erpnext_mcp.policy.validation.facts import DocTypeFacts, at
from erpnext_mcp.policy.validation.finding import Finding, no_doctype_rule

TABLE = "field_rules"


def findings(draft: Draft) -> Iterator[Finding]:
	seen: dict[tuple[str, str], int] = {}
	for row in draft.rows(TABLE):
		doctype = row.get("document_type")
		if not doctype or not row.get("fieldname") or not row.get("rule"):
			continue  # Frappe says that it is missing
		given = field_rule(row)
		key = (doctype, path(given))
		if key in seen:
			message = Message(_("{0} of {1} already has row {2}."), path(given), doctype, seen[key])
			yield Finding(message, TABLE, row["idx"])
			continue
		seen[key] = row["idx"]
		if doctype not in draft.rules:
			yield no_doctype_rule(doctype, TABLE, row["idx"])
			continue
		facts = draft.facts(doctype)
		if facts is None:
			continue  # said of its DocType Rule
		found = _problem(given, facts) or _no_effect(given, facts, draft)
		if found:
			yield Finding(found[0], TABLE, row["idx"], found[1])


def possible(facts: DocTypeFacts, table_field: str, fieldname: str) -> dict[str, tuple[str, ...]]:
	"""The rules that make sense for a field, by field mode; both are empty where none can be given.

	Those that `findings` would refuse, whatever else the profile says, are left out, and Read Only for what can't be
	written anyway: where it is shown, Allowed says the same.
	"""
	rules = [
		rule for rule in FIELD_RULES if _problem(FieldRule(fieldname, rule, table_field, FULL), facts) is None
	]
	found = at(facts.everything, f"{table_field}.{fieldname}" if table_field else fieldname)
	if found is None or not found.writable:
		rules = [rule for rule in rules if rule != READ_ONLY]
	return {
		ALL_FIELDS: tuple(rule for rule in rules if rule != ALLOWED),
		# Only in a table that is open does anything need to be hidden.
		ONLY_ALLOWED: tuple(rule for rule in rules if rule != RESTRICTED or table_field),
	}


def path(given: FieldRule) -> str:
	return f"{given.table_field}.{given.fieldname}" if given.table_field else given.fieldname


def _problem(given: FieldRule, facts: DocTypeFacts) -> tuple[Message, str] | None:
	doctype = facts.meta.name
	if given.table_field and given.table_field not in facts.children:
		return Message(_("{0} has no table {1}."), doctype, given.table_field), "table_field"
	if given.fieldname == "name":
		return Message(
			_("the name is always shown and never written; no rule can be given for it.")
		), "fieldname"
	if path(given) not in facts.known:
		owner = facts.children[given.table_field].name if given.table_field else doctype
		return Message(_("{0} has no field {1}."), owner, given.fieldname), "fieldname"
	found = at(facts.everything, path(given))
	if found is None:
		return Message(
			_("{0} is never shown, whatever a rule says: the row has no effect."), path(given)
		), "fieldname"
	return _mask_problem(given, found)


def _mask_problem(given: FieldRule, found: Field) -> tuple[Message, str] | None:
	if given.rule != MASKED:
		return None
	if found.is_table:
		return Message(_("a table can't be masked. Mask fields of its rows, or restrict it.")), "rule"
	if not given.mask_style:
		return Message(_("choose a mask style.")), "mask_style"
	styles = allowed_styles(found.fieldtype)
	if given.mask_style not in styles:
		return (
			Message(
				_("a field of type {0} can't be masked by {1}. Possible: {2}."),
				found.fieldtype,
				given.mask_style,
				", ".join(styles),
			),
			"mask_style",
		)
	return None


def _no_effect(given: FieldRule, facts: DocTypeFacts, draft: Draft) -> tuple[Message, str] | None:
	"""Decided by asking what would be seen without the row: nothing that the resolver can do is forgotten here."""
	rule = draft.rules[facts.meta.name]
	sets = draft.sets(facts.meta.name)
	only_allowed = rule.field_mode == ONLY_ALLOWED
	table_is_shown = not given.table_field or given.table_field in sets.fields
	if only_allowed and given.rule == ALLOWED and table_is_shown:
		return None  # an only field of a row named: no change today, but one when the table gets a second
	others = tuple(r for r in rule.field_rules if r != given)
	alone = _alone(facts, given.table_field or given.fieldname)
	if alone.under(replace(rule, field_rules=others)) != alone.under(rule):
		return None
	return Message(_("the row has no effect: {0}"), _why(given, only_allowed, table_is_shown)), "rule"


def _alone(facts: DocTypeFacts, fieldname: str) -> DocTypeFacts:
	"""A DocType with nothing but one field, which is all that rules for it or for its rows can change."""
	return replace(
		facts,
		meta=replace(facts.meta, fields=tuple(df for df in facts.meta.fields if df.fieldname == fieldname)),
		children={table: child for table, child in facts.children.items() if table == fieldname},
	)


def _why(given: FieldRule, only_allowed: bool, table_is_shown: bool) -> Message:
	if not table_is_shown:
		return Message(_("the table {0} is hidden. Allow it in a row of its own."), given.table_field)
	if given.rule == ALLOWED:
		return Message(_("in the field mode All Fields everything is allowed."))
	if given.rule == RESTRICTED and only_allowed:
		return Message(_("in the field mode Only Allowed everything that no row names is hidden."))
	if given.rule == READ_ONLY:
		return Message(_("{0} can't be written anyway."), path(given))
	return Message(_("without it the agent sees and writes the same."))
