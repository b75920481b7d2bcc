"""Values to be written, by the type of their field. Pure.

Frappe reads "12,5" as 12 and "tomorrow" as an error of the database: what a field can't hold is refused here, in words.
"""

import datetime
import json
import math
from typing import Any

from erpnext_mcp.access import Field
from erpnext_mcp.errors import InvalidArguments
from erpnext_mcp.masks import is_mask
from erpnext_mcp.policy.conditions import WHOLE

NUMBERS = frozenset({"Currency", "Float", "Percent", "Rating", "Duration"})
FILES = frozenset({"Attach", "Attach Image"})
"""Files can't be sent: what could be written is only that there is none."""
NAMING_SERIES = "naming_series"
MAX_TEXT = 1_000_000
"""Characters of one value."""
TOO_LARGE_WHOLE = 2**63
TOO_LARGE = 10**12
"""Columns of numbers hold twelve digits before the point."""


def written_value(field: Field, value: Any, where: str) -> Any:
	"""A value as Frappe takes it; None empties the field.

	:param where: how an error names the place: `data.qty`, `data.items[0].qty`
	:raises InvalidArguments: it is no value of the field's type
	"""
	if is_mask(value):
		raise InvalidArguments(
			f"{where}: this is a mask, not a value.", "Leave the field out to keep what it holds."
		)
	if field.fieldtype in FILES:
		if value in (None, ""):
			return None
		raise InvalidArguments(f"{where}: files can't be attached here yet; the field can only be emptied.")
	if value is None:
		return None
	if field.fieldtype == "JSON":
		return _json(value, where)
	if isinstance(value, dict | list):
		raise InvalidArguments(f"{where}: takes one value, not an {_kind(value)}.")
	if field.fieldtype == "Check":
		return _check(value, where)
	if field.fieldtype in WHOLE or field.fieldtype in NUMBERS:
		return _number(value, field.fieldtype in WHOLE, where)
	text = _text(str(int(value)) if isinstance(value, bool) else str(value), where)
	if field.fieldtype == "Date":
		return _moment(text, where, datetime.date.fromisoformat, "a date, YYYY-MM-DD")
	if field.fieldtype == "Datetime":
		return _datetime(text, where)
	if field.fieldtype == "Time":
		return _moment(text, where, _clock, "a time, HH:MM:SS")
	# A naming series of one's own could name the document after its hidden fields: "X-.{tax_id}.-.####" (T69).
	if field.fieldtype == "Select" or field.fieldname == NAMING_SERIES:
		return _choice(field, text, where)
	return text


def _kind(value: Any) -> str:
	return "object" if isinstance(value, dict) else "array"


def _text(text: str, where: str) -> str:
	if "\0" in text or len(text) > MAX_TEXT:
		raise InvalidArguments(f"{where}: too long, or with a NUL character in it.")
	return text


def _json(value: Any, where: str) -> str | None:
	"""The database refuses a text that is no JSON, and what JSON does not know: NaN."""
	if value == "":
		return None
	try:
		text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, allow_nan=False)
		json.loads(text, parse_constant=_no_constant)
	except (ValueError, RecursionError):
		raise InvalidArguments(f"{where}: takes JSON.") from None
	return _text(text, where)


def _no_constant(name: str) -> None:
	raise ValueError(name)


def _check(value: Any, where: str) -> int:
	if value in (0, 1, "0", "1"):  # True and False are 1 and 0
		return int(value)
	raise InvalidArguments(f"{where}: takes 1 or 0.")


def _number(value: Any, whole: bool, where: str) -> int | float | None:
	if value == "":
		return None
	try:
		number = math.nan if isinstance(value, bool) else float(value)
	except (ValueError, OverflowError):
		number = math.nan
	# float() also reads 1_000 and full-width digits.
	if not math.isfinite(number) or (
		isinstance(value, str) and not set(value.strip()) <= set("+-.0123456789eE")
	):
		raise InvalidArguments(f"{where}: takes a number, with a point before the decimals.")
	if abs(number) >= (TOO_LARGE_WHOLE if whole else TOO_LARGE):
		raise InvalidArguments(f"{where}: the number is too large.")
	if not whole:
		return value if isinstance(value, int) else number
	if not number.is_integer():
		raise InvalidArguments(f"{where}: takes a whole number.")
	# A float holds no more than 15 digits for sure.
	digits = str(value).strip()
	return int(digits) if digits.lstrip("+-").isdigit() else int(number)


def _moment(text: str, where: str, parse: Any, form: str) -> str | None:
	text = text.strip()
	if not text:
		return None
	try:
		return parse(text).isoformat()
	except ValueError:
		raise InvalidArguments(f"{where}: takes {form}.") from None


def _clock(text: str) -> datetime.time:
	if text.startswith("24"):
		raise ValueError("midnight is 00:00")  # Python 3.13 and later take it
	time = datetime.time.fromisoformat(text)
	if time.tzinfo is not None:
		raise ValueError("a time of day has no time zone")
	return time


def _datetime(text: str, where: str) -> str | None:
	text = text.strip()
	if not text:
		return None
	try:
		moment = datetime.datetime.fromisoformat(text)
	except ValueError:
		moment = None
	if moment is None or moment.tzinfo is not None:
		raise InvalidArguments(
			f"{where}: takes a date and time, YYYY-MM-DD HH:MM:SS, in the site's time zone.",
			"get_system_info tells the time zone.",
		)
	return moment.isoformat(sep=" ")


def _choice(field: Field, text: str, where: str) -> str:
	choices = [o.strip() for o in field.options.split("\n")]
	if field.fieldname != NAMING_SERIES and not any(choices):
		return text
	if text.strip() in choices or (text == "" and not field.required):
		return text.strip()
	choices = [c for c in choices if c]
	told = f"takes one of {', '.join(choices)}" if choices else "has no choices, leave it to ERPNext"
	raise InvalidArguments(f"{where}: {told}.", choices=choices)
