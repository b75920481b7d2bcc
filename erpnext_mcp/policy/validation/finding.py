"""One thing that is to be said about a profile, and where in its form. Pure."""

from dataclasses import dataclass

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
