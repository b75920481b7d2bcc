"""One thing that is to be said about a profile, and where in its form. Pure."""

from dataclasses import dataclass

from erpnext_mcp.policy.message import Message, _

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True)
class Finding:
	"""`message` is a Message, or a text that is not translated.

	:param table: field name of the child table; empty for the profile itself
	:param row: number of the row as the form shows it; 0 for the table as a whole
	:param field: field name of the row, or of the profile, where there is one to look at
	"""

	message: str
	table: str = ""
	row: int = 0
	field: str = ""
	severity: str = ERROR


def no_doctype_rule(doctype: str, table: str, row: int) -> Finding:
	"""A row is about a DocType that the profile does not open."""
	message = Message(
		_("there is no DocType Rule for {0}: without one it is closed, and this row has no effect."), doctype
	)
	return Finding(message, table, row)
