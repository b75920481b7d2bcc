"""DocType Rules: what is wrong with them. Pure."""

from collections.abc import Iterator

from erpnext_mcp.policy import row_filter
from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.operations import CREATE, DELETE, OPERATIONS, SUBMITTABLE_ONLY
from erpnext_mcp.policy.profile import DocTypeRule
from erpnext_mcp.policy.validation.draft import Draft, Row
from erpnext_mcp.policy.validation.facts import DocTypeFacts, at, paths, shown
from erpnext_mcp.policy.validation.finding import Finding

TABLE = "doctype_rules"
NOT_FOR_SINGLES = frozenset({CREATE, DELETE})


def findings(draft: Draft) -> Iterator[Finding]:
	seen: dict[str, int] = {}
	for row in draft.rows(TABLE):
		doctype = row.get("document_type")
		if not doctype:
			continue  # Frappe says that it is missing
		if doctype in seen:
			yield Finding(Message(_("{0} already has row {1}."), doctype, seen[doctype]), TABLE, row["idx"])
			continue
		seen[doctype] = row["idx"]
		facts = draft.facts(doctype)
		if facts is None:
			yield Finding(Message(_("there is no DocType {0}."), doctype), TABLE, row["idx"])
			continue
		rule = draft.rules[doctype]
		closed = facts.closed or ("" if rule.acknowledge_password_fields else facts.closed_by_passwords)
		if closed:
			yield Finding(Message(_("this DocType stays closed: {0}."), closed), TABLE, row["idx"])
			continue
		for message, field in _problems(row, rule, facts, draft):
			yield Finding(message, TABLE, row["idx"], field)


def impossible_operations(facts: DocTypeFacts) -> frozenset[str]:
	"""What can't be done with a DocType, whoever asks."""
	impossible = frozenset() if facts.is_submittable else SUBMITTABLE_ONLY
	return impossible | NOT_FOR_SINGLES if facts.meta.issingle else impossible


def _problems(row: Row, rule: DocTypeRule, facts: DocTypeFacts, draft: Draft) -> Iterator[tuple[str, str]]:
	doctype = rule.doctype
	if not rule.operations:
		yield Message(_("choose an operation for {0}, or remove the row."), doctype), ""
	impossible = impossible_operations(facts) & rule.operations
	if impossible:
		named = ", ".join(o for o in OPERATIONS if o in impossible)
		yield Message(_("{0} can't do this: {1}."), doctype, named), ""
	try:
		row_filter.parse(rule.row_filter, facts.meta)
	except ValueError as e:
		yield e.args[0], "row_filter"
	unknown = [f for f in rule.print_formats if f not in facts.print_formats]
	if unknown:
		yield (
			Message(_("{0} has no print format {1} that is enabled."), doctype, ", ".join(unknown)),
			"print_formats",
		)
	if rule.acknowledge_print and not rule.print_formats:
		yield Message(_("name the print formats that may show hidden fields.")), "print_formats"
	sets = draft.sets(doctype)
	if CREATE in rule.operations and not row.get("acknowledge_hidden_required"):
		missing = [
			path
			for path in paths(facts.everything)
			if _must_be_given(facts, path) and _is_open(sets, path) and not _can_be_given(sets, path)
		]
		if missing:
			yield (
				Message(
					_(
						"documents can't be created without {0}, which can't be written here. Open these fields, or tick “Required fields may be hidden” if Frappe fills them."
					),
					", ".join(missing),
				),
				"",
			)
	if not row.get("acknowledge_hidden_name"):
		for made_of, what in ((facts.names, _("the name")), (facts.titles, _("the title"))):
			hidden = sorted(path for path in made_of if not shown(sets, path))
			if hidden:
				yield (
					Message(
						_(
							"{0} of the documents is made of {1}, which is hidden or masked here. Show these fields, or tick “Names and titles may show hidden fields”."
						),
						Message(what),
						", ".join(hidden),
					),
					"",
				)


def _must_be_given(facts: DocTypeFacts, path: str) -> bool:
	df = at(facts.everything, path)
	return df.required and df.writable and path not in facts.filled


def _is_open(sets, path: str) -> bool:
	"""Whether rows can be written at all, where the path is one of a row."""
	table_field, dot, _fieldname = path.rpartition(".")
	return not dot or _can_be_given(sets, table_field)


def _can_be_given(sets, path: str) -> bool:
	df = at(sets, path)
	return df is not None and df.writable
