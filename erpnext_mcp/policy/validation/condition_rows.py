"""Conditions: what is wrong with them. Pure."""

from collections.abc import Iterator

from erpnext_mcp.policy.conditions import MATCHES, check
from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.operations import CREATE
from erpnext_mcp.policy.profile import BEFORE, Condition, DocTypeRule
from erpnext_mcp.policy.validation.draft import Draft, condition
from erpnext_mcp.policy.validation.facts import DocTypeFacts
from erpnext_mcp.policy.validation.finding import Finding, no_doctype_rule

TABLE = "conditions"


def findings(draft: Draft) -> Iterator[Finding]:
	for row in draft.rows(TABLE):
		doctype = row.get("document_type")
		if not doctype or not row.get("field") or not row.get("operator") or not row.get("operation"):
			continue  # Frappe says that it is missing
		if doctype not in draft.rules:
			yield no_doctype_rule(doctype, TABLE, row["idx"])
			continue
		facts = draft.facts(doctype)
		if facts is None:
			continue  # said of its DocType Rule
		for message, field in _problems(condition(row), draft.rules[doctype], facts):
			yield Finding(message, TABLE, row["idx"], field)


def _problems(given: Condition, rule: DocTypeRule, facts: DocTypeFacts) -> Iterator[tuple[Message, str]]:
	if given.operation not in rule.operations:
		yield (
			Message(_("{0} is not ticked in the DocType Rule for {1}."), given.operation, rule.doctype),
			"operation",
		)
	if given.operation == CREATE and given.document_state == BEFORE:
		yield Message(_("before it is created there is no document.")), "document_state"
	fieldtype = facts.types.get(given.field)
	if fieldtype is None:
		yield _no_field(given.field, facts), "field"
		return
	problem = check(given, fieldtype)
	if problem:
		yield problem, "value"
		return
	options = facts.select_options.get(given.field)
	if options and given.operator != MATCHES:
		values = given.value if isinstance(given.value, list) else [given.value]
		strange = [str(v) for v in values if v not in (None, "") and str(v) not in options]
		if strange:
			yield Message(_("{0} is not among the options of {1}."), ", ".join(strange), given.field), "value"


def _no_field(path: str, facts: DocTypeFacts) -> Message:
	table_field, dot, fieldname = path.partition(".")
	if path in facts.known:
		return Message(_("{0} holds nothing that can be compared."), path)
	if dot and table_field not in facts.children:
		return Message(_("{0} has no table {1}."), facts.meta.name, table_field)
	if dot:
		return Message(_("{0} has no field {1}."), facts.children[table_field].name, fieldname)
	return Message(_("{0} has no field {1}."), facts.meta.name, path)
