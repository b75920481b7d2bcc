"""Operators and values of filters, checked by the type of the field they compare. Pure."""

import datetime
import math
from collections.abc import Sequence
from typing import Any

from erpnext_mcp.access import Field
from erpnext_mcp.errors import InvalidArguments

COMPARISONS = frozenset({"=", "!=", ">", "<", ">=", "<="})
PATTERNS = frozenset({"like", "not like"})
MEMBERSHIPS = frozenset({"in", "not in"})
OPERATORS = COMPARISONS | PATTERNS | MEMBERSHIPS | {"between", "is"}

MAX_VALUES = 1000
MAX_TEXT = 1000

INTEGERS = frozenset({"Int", "Long Int", "Check"})
MOMENTS = frozenset({"Date", "Datetime", "Time"})
NUMBERS = INTEGERS | {"Currency", "Float", "Percent", "Rating", "Duration"}


def typed_value(field: Field, operator: Any, value: Any, argument: str) -> Any:
	"""The value of a filter as the field's type wants it.

	:param field: with an empty fieldtype, values are taken as they are
	:param operator: lower case, single spaces
	:raises InvalidArguments: an operator that is unknown or a value that the field can't be compared with
	"""
	if not isinstance(operator, str) or operator not in OPERATORS:
		raise InvalidArguments(
			f"{argument}: unknown operator for {field.fieldname}.",
			"Use one of " + ", ".join(sorted(OPERATORS)) + ".",
		)
	where = f"{argument}: {field.fieldname} {operator}"
	if operator == "is":
		if not isinstance(value, str) or value.lower() not in ("set", "not set"):
			raise InvalidArguments(f'{where} takes "set" or "not set".')
		return value.lower()
	if operator in MEMBERSHIPS or operator == "between":
		if not isinstance(value, Sequence) or isinstance(value, str):
			raise InvalidArguments(f"{where} takes an array of values.")
		if operator == "between" and len(value) != 2:
			raise InvalidArguments(f"{where} takes an array of two values, from and to.")
		if not value or len(value) > MAX_VALUES:
			raise InvalidArguments(f"{where} takes 1 to {MAX_VALUES} values.")
		return [_single(field, v, where) for v in value]
	if operator in PATTERNS:
		if field.fieldtype in NUMBERS | MOMENTS:
			raise InvalidArguments(f"{where}: only texts are compared by pattern.", "Use between, >= or <=.")
		if not isinstance(value, str):
			raise InvalidArguments(f"{where} takes a text with % as wildcard.")
		return _text(value, where)
	return _single(field, value, where)


def _single(field: Field, value: Any, where: str) -> Any:
	if value is None:
		raise InvalidArguments(f"{where}: null can't be compared.", 'Use ["is", "not set"] or ["is", "set"].')
	if isinstance(value, bool):
		value = int(value)
	if not isinstance(value, str | int | float):
		raise InvalidArguments(f"{where}: values are texts, numbers, true or false.")
	if not field.fieldtype:
		return value
	if field.fieldtype in NUMBERS:
		return _number(field, value, where)
	text = _text(str(value), where)
	if field.fieldtype == "Date":
		return _moment(text, where, "a date, YYYY-MM-DD", datetime.date.fromisoformat, 10)
	if field.fieldtype == "Datetime":
		return _moment(
			text, where, "a date and time, YYYY-MM-DD HH:MM:SS", datetime.datetime.fromisoformat, 26
		)
	return text


def _number(field: Field, value: Any, where: str) -> int | float:
	try:
		number = float(value)
	except (ValueError, OverflowError):
		number = math.nan
	if not math.isfinite(number):
		raise InvalidArguments(f"{where} takes a number.")
	if isinstance(value, int) or (field.fieldtype in INTEGERS and number.is_integer()):
		return int(value) if isinstance(value, int) else int(number)
	return number


def _text(value: str, where: str) -> str:
	if len(value) > MAX_TEXT:
		raise InvalidArguments(f"{where}: a text has at most {MAX_TEXT} characters.")
	if "\0" in value:
		raise InvalidArguments(f"{where}: a text has no NUL characters.")
	return value


def _moment(text: str, where: str, form: str, parse, length: int) -> str:
	if not text:
		return text  # an empty text stands for "not set", as everywhere in Frappe
	try:
		parse(text[:length])
	except ValueError:
		raise InvalidArguments(f"{where} takes {form}.") from None
	return text[:length]
