"""Hidden fields that are shown all the same, because another DocType of the profile fetches them (T69). Pure."""

from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.validation.draft import Draft
from erpnext_mcp.policy.validation.facts import at, shown
from erpnext_mcp.policy.validation.finding import WARNING, Finding


def findings(draft: Draft) -> list[Finding]:
	found = []
	for row in draft.rows("doctype_rules"):
		doctype = row.get("document_type")
		facts = draft.facts(doctype) if doctype in draft.rules else None
		if facts is None:
			continue
		for path, (source, fieldname) in facts.fetched.items():
			if shown(draft.sets(doctype), path) and _hidden_by_rule(draft, source, fieldname):
				message = Message(
					_(
						"{0} of {1} is a copy of {2} of {3}, which is hidden or masked there. Hide it here as well."
					),
					path,
					doctype,
					fieldname,
					source,
				)
				found.append(Finding(message, "doctype_rules", row["idx"], severity=WARNING))
	return found


def _hidden_by_rule(draft: Draft, doctype: str, fieldname: str) -> bool:
	facts = draft.facts(doctype) if doctype in draft.rules else None
	if facts is None or at(facts.everything, fieldname) is None:
		return False
	return not shown(draft.sets(doctype), fieldname)
