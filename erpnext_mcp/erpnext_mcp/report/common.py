"""What the reports on the audit have in common: their columns, and texts that the desk can show."""

from collections.abc import Iterable
from typing import Any

from frappe import _

Column = dict[str, Any]
Row = dict[str, Any]

OUTCOME_COLORS = {"allowed": "#48bb74", "refused": "#ecac4b", "failed": "#e24c4c"}

_MARKUP = str.maketrans({"<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def column(fieldname: str, label: str, fieldtype: str = "Data", width: int = 120, **more: Any) -> Column:
	"""One column; `label` is translated already."""
	found = {"fieldname": fieldname, "label": label, "fieldtype": fieldtype, "width": width, **more}
	# Where the first row has none, the desk takes a text for a number.
	return {"align": "left", **found} if fieldtype == "Data" else found


def counts() -> list[Column]:
	"""Calls, and what came of them."""
	return [
		column("calls", _("Calls"), "Int", 90),
		column("allowed", _("Allowed"), "Int", 90),
		column("refused", _("Refused"), "Int", 90),
		column("failed", _("Failed"), "Int", 90),
	]


def shown(rows: Iterable[Row]) -> list[Row]:
	"""Rows that can be shown: the desk takes the texts of a report for HTML, and clients choose some of these themselves."""
	return [{fieldname: text(value) for fieldname, value in row.items()} for row in rows]


def text(value: Any) -> Any:
	"""A text in which nothing is markup; anything else as it is. An `&` stays: exports show it as it was."""
	return value.translate(_MARKUP) if isinstance(value, str) else value
