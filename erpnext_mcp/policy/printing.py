"""What a print could show that the caller can't read (T62): print formats compute what they show, like reports. Pure."""

from collections.abc import Mapping

from erpnext_mcp.access import FieldSets
from erpnext_mcp.errors import NotPermitted
from erpnext_mcp.policy.field_rules import NOT_STORED_FOR_SINGLES, STANDARD_FIELDS, MetaDocType
from erpnext_mcp.policy.profile import DocTypeRule


def shows_everything(sets: FieldSets, meta: MetaDocType, children: Mapping[str, MetaDocType]) -> bool:
	"""Whether nothing of a DocType and its tables is hidden or masked.

	:param sets: what the caller may read of it
	:param children: the child DocTypes of the tables, by table field
	"""
	standard = set(STANDARD_FIELDS).difference(NOT_STORED_FOR_SINGLES if meta.issingle else ())
	for fieldname in (*standard, *(df.fieldname for df in meta.fields)):
		found = sets.fields.get(fieldname)
		if found is None or found.mask:
			return False
		if found.rows is None:
			continue
		for df in children[fieldname].fields:
			row_field = found.rows.get(df.fieldname)
			if not df.is_table and (row_field is None or row_field.mask):
				return False
	return True


def check_print(rule: DocTypeRule, everything_is_shown: bool) -> None:
	"""Refuses a print that could show what is hidden or masked.

	:raises NotPermitted: the rule neither names print formats nor acknowledges what they show
	"""
	if everything_is_shown or (rule.print_formats and rule.acknowledge_print):
		return
	raise NotPermitted(
		f"{rule.doctype} can't be printed: the print could show fields that are hidden or masked for you.",
		"Ask the site's administrator to name print formats, and to acknowledge that, in the DocType Rule of your MCP Permission Profile.",
		reason="fields are hidden or masked, and the rule does not name and acknowledge print formats",
	)
