"""Field values as JSON: dates and times as ISO text, numbers as numbers, nothing that needs Frappe to be read."""

import datetime
import decimal
import json
from typing import Any

from frappe.utils import cint, flt

NUMBERS = frozenset({"Currency", "Float", "Percent", "Rating", "Duration"})
INTEGERS = frozenset({"Int", "Long Int", "Check"})
CONVERTED = NUMBERS | INTEGERS | {"JSON"}
"""Of which a text is not what is answered."""


def plain(value: Any, fieldtype: str = "") -> Any:
	"""A value of a document as JSON-compatible data.

	:param fieldtype: Frappe's; makes the answer the same for what the database driver gives as text or number
	:returns: str, int, float, bool, None, or for JSON fields the parsed data
	"""
	kind = type(value)
	# A document has hundreds of values, and nearly all of them are what they should be.
	if value is None or (kind is str and fieldtype not in CONVERTED):
		return value
	if fieldtype in INTEGERS:
		return value if kind is int else cint(value)
	if fieldtype in NUMBERS:
		return value if kind is float else flt(value)
	if isinstance(value, datetime.datetime):
		return value.isoformat(sep=" ")
	if isinstance(value, datetime.date | datetime.time):
		return value.isoformat()
	if isinstance(value, datetime.timedelta):
		return _clock(value)
	if isinstance(value, decimal.Decimal):
		return float(value)
	if isinstance(value, bytes):
		return value.decode("utf-8", "replace")
	if fieldtype == "JSON" and isinstance(value, str):
		try:
			return json.loads(value)
		except ValueError:
			return value
	if isinstance(value, str | int | float | bool):
		return value
	if isinstance(value, dict | list):
		return json.loads(json.dumps(value, default=str))
	return str(value)


def _clock(value: datetime.timedelta) -> str:
	"""`HH:MM:SS`, and microseconds where there are any: the MariaDB driver gives Time columns as a span of time."""
	sign = "-" if value < datetime.timedelta() else ""
	seconds, microseconds = divmod(abs(value) // datetime.timedelta(microseconds=1), 1_000_000)
	text = f"{sign}{seconds // 3600:02d}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
	return f"{text}.{microseconds:06d}" if microseconds else text


def plain_name(name: Any) -> str:
	"""Names are text in every answer, autoincrement numbers too."""
	return str(name)
