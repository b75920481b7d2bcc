"""Value conditions: what must hold of a document so that an operation is done (DESIGN §4). Pure.

Values are compared by the type of their field, never as text (T29): 1, "1" and 1.0 are one number, amounts are compared
to nine decimals as Frappe stores them, dates and times by what they mean, texts exactly.

Not set are None, the empty text and a missing key (T28). For numbers Frappe stores 0 then, so that is what is compared, and
0 counts as not set. What can't be compared, because the document or the condition holds something that is no value of the
field's type, holds no condition.
"""

import datetime
import operator
import re
from collections.abc import Iterable, Mapping
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from erpnext_mcp.policy import pattern
from erpnext_mcp.policy.field_rules import STANDARD_FIELDS, MetaDocType
from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.operations import DELETE
from erpnext_mcp.policy.profile import Condition

IN, NOT_IN = "in", "not in"
EQUAL, NOT_EQUAL = "=", "!="
BETWEEN = "between"
MATCHES = "matches"
SET, NOT_SET = "set", "not set"
ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

NUMBER, CHECK, DATE, DATETIME, TIME, TEXT, PRESENCE = (
	"number",
	"check",
	"date",
	"datetime",
	"time",
	"text",
	"presence",
)

KINDS = {
	**dict.fromkeys(("Int", "Long Int", "Float", "Currency", "Percent", "Rating", "Duration"), NUMBER),
	"Check": CHECK,
	"Date": DATE,
	"Datetime": DATETIME,
	"Time": TIME,
	**dict.fromkeys(
		(
			*("Data", "Link", "Dynamic Link", "Select", "Read Only", "Autocomplete", "Phone", "Barcode"),
			*("Small Text", "Text", "Long Text", "Text Editor", "Markdown Editor", "HTML Editor", "Code"),
			*("Color", "Icon", "Attach", "Attach Image"),
		),
		TEXT,
	),
	**dict.fromkeys(("Table", "Table MultiSelect", "JSON", "Geolocation", "Signature"), PRESENCE),
}
"""How the values of a field type are compared. Types that are not here, such as Password, can't be."""

WHOLE = frozenset({"Int", "Long Int"})

_ORDERED = (IN, NOT_IN, EQUAL, NOT_EQUAL, *ORDER, BETWEEN, SET, NOT_SET)
OPERATORS = {
	NUMBER: _ORDERED,
	DATE: _ORDERED,
	DATETIME: _ORDERED,
	TIME: _ORDERED,
	CHECK: (IN, NOT_IN, EQUAL, NOT_EQUAL),
	TEXT: (IN, NOT_IN, EQUAL, NOT_EQUAL, MATCHES, SET, NOT_SET),
	PRESENCE: (SET, NOT_SET),
}

MAX_VALUES = 500
"""Values of `in` and `not in`."""

_DATE = r"(\d{4})-(\d{2})-(\d{2})"
_CLOCK = r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?"
_DATETIME_TEXT = re.compile(rf"{_DATE}(?:[ T]{_CLOCK})?", re.ASCII)
_TIME_TEXT = re.compile(_CLOCK, re.ASCII)

_LONGEST_NUMBER = 40
_EXACT = Context(prec=60)
_NINE_DECIMALS = Decimal("1e-9")


def violations(
	conditions: Iterable[Condition],
	operation: str,
	document: Mapping[str, Any],
	fieldtypes: Mapping[str, str],
	state: str,
) -> list[Condition]:
	"""The conditions of an operation that a document does not hold; empty when all do.

	A condition on `table_field.fieldname` must hold in every row: an empty table holds every operator but `set`. A
	condition on a field that the DocType does not have (any more) is not held.

	:param document: by field name, tables as lists of such
	:param fieldtypes: from `fieldtypes()`
	:param state: `After` or `Before`: the state that the document is in. What is deleted has only one: for delete all
	        conditions are asked, whatever they say
	"""
	return [
		condition
		for condition in conditions
		if condition.operation == operation
		and (condition.document_state == state or operation == DELETE)
		and not _document_holds(condition, document, fieldtypes)
	]


def fieldtypes(meta: MetaDocType, children: Mapping[str, MetaDocType]) -> dict[str, str]:
	"""The types of everything that a condition can name: `fieldname` and `table_field.fieldname`.

	:param children: the child DocTypes of the tables, by table field
	"""
	types = {fieldname: fieldtype for fieldname, (_label, fieldtype) in STANDARD_FIELDS.items()}
	types |= {df.fieldname: df.fieldtype for df in meta.fields}
	for table_field, child in children.items():
		types |= {f"{table_field}.{df.fieldname}": df.fieldtype for df in child.fields}
	return types


def _document_holds(condition: Condition, document: Mapping[str, Any], types: Mapping[str, str]) -> bool:
	fieldtype = types.get(condition.field)
	if fieldtype is None:
		return False
	table_field, dot, fieldname = condition.field.partition(".")
	if not dot:
		return holds(condition, fieldtype, document.get(condition.field))
	rows = document.get(table_field) or ()
	if not rows:
		return condition.operator != SET
	return all(holds(condition, fieldtype, row.get(fieldname)) for row in rows)


def holds(condition: Condition, fieldtype: str, value: Any) -> bool:
	"""Whether one value holds a condition.

	:param value: as a document has it: what Frappe stores, or the text or JSON that a caller sent; None for a missing key
	"""
	kind = KINDS.get(fieldtype)
	if kind is None or condition.operator not in OPERATORS[kind]:
		return False
	try:
		found = _found(kind, fieldtype, value)
		if kind in (NUMBER, CHECK) and found is None:
			found = Decimal(0)
		return _compare(kind, fieldtype, found, condition.operator, condition.value)
	except ValueError:
		return False


def _compare(kind: str, fieldtype: str, found: Any, operator: str, value: Any) -> bool:
	if operator in (SET, NOT_SET):
		return (found is not None and found != 0) == (operator == SET)
	if operator in (IN, NOT_IN):
		wanted = [_wanted(kind, fieldtype, v, unset=True) for v in _values(operator, value)]
		return (found in wanted) == (operator == IN)
	if operator in (EQUAL, NOT_EQUAL):
		return (found == _wanted(kind, fieldtype, value)) == (operator == EQUAL)
	if operator == MATCHES:
		return pattern.compiled(_pattern(value)).matches(found or "")
	if operator == BETWEEN:
		low, high = _bounds(kind, fieldtype, value)
		return found is not None and low <= found <= high
	wanted = _wanted(kind, fieldtype, value)
	return found is not None and ORDER[operator](found, wanted)


def check(condition: Condition, fieldtype: str) -> Message | None:
	"""What is wrong with a condition on a field of this type, for the administrator; None when it can be evaluated."""
	kind = KINDS.get(fieldtype)
	if kind is None:
		return Message(_("a field of type {0} can't be compared"), fieldtype)
	operator, value = condition.operator, condition.value
	if operator not in OPERATORS[kind]:
		return Message(
			_("{0} can't be used with a field of type {1}, use one of: {2}"),
			operator,
			fieldtype,
			", ".join(OPERATORS[kind]),
		)
	if operator in (SET, NOT_SET):
		return None if value is None else Message(_("{0} takes no value"), operator)
	try:
		if operator in (IN, NOT_IN):
			for v in _values(operator, value):
				_wanted(kind, fieldtype, v, unset=True)
		elif operator == MATCHES:
			pattern.compiled(_pattern(value))
		elif operator == BETWEEN:
			_bounds(kind, fieldtype, value)
		else:
			_wanted(kind, fieldtype, value)
	except ValueError as e:
		return e.args[0]
	return None


def _values(operator: str, value: Any) -> list:
	if not isinstance(value, list | tuple):
		raise ValueError(Message(_('{0} takes a list, such as ["A", "B"]'), operator))
	if not 1 <= len(value) <= MAX_VALUES:
		raise ValueError(Message(_("{0} takes 1 to {1} values"), operator, MAX_VALUES))
	return list(value)


def _bounds(kind: str, fieldtype: str, value: Any) -> tuple[Any, Any]:
	if not isinstance(value, list | tuple) or len(value) != 2:
		raise ValueError(Message(_("{0} takes a list of two values, from and to"), BETWEEN))
	low, high = (_wanted(kind, fieldtype, v) for v in value)
	if low > high:
		raise ValueError(Message(_("{0}: the first value is larger than the second"), BETWEEN))
	return low, high


def _pattern(value: Any) -> str:
	if not isinstance(value, str) or not value:
		raise ValueError(Message(_("{0} takes a pattern, such as {1}"), MATCHES, '"SO-.*"'))
	return value


def _wanted(kind: str, fieldtype: str, value: Any, unset: bool = False) -> Any:
	"""The value of a condition in the form that is compared.

	:param unset: whether null and "" are values too; never for numbers
	:raises ValueError: with a Message: it is no value of the type
	"""
	if value is None or value == "":
		if unset and kind not in (NUMBER, CHECK):
			return None
		raise ValueError(
			Message(_("a value is missing; for empty fields there are {0} and {1}"), SET, NOT_SET)
		)
	if kind == TEXT:
		# The form has no quotes: 12345 is a text there. 1.50 and true would not be what was written.
		if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
			return str(value)
		raise ValueError(Message(_("{0} is not a text, put it in double quotes"), value))
	if kind == CHECK and value not in (0, 1, "0", "1"):
		raise ValueError(Message(_("{0} is not 1 or 0"), value))
	if kind == NUMBER and isinstance(value, bool):
		raise ValueError(Message(_("{0} is not a number"), str(value).lower()))
	if fieldtype in WHOLE and _number(value) != int(_number(value)):
		raise ValueError(Message(_("{0} is not a whole number"), value))
	return _found(kind, fieldtype, value)


def _found(kind: str, fieldtype: str, value: Any) -> Any:
	"""A value of a document in the form that is compared; None when it is not set.

	:raises ValueError: with a Message: it is no value of the type
	"""
	if kind == PRESENCE:
		return value or None
	if value is None or value == "":
		return None
	if kind == TEXT:
		if isinstance(value, bool):
			return str(int(value))
		if isinstance(value, str | int | float | Decimal):
			return str(value)
		raise ValueError(Message(_("{0} is not a text, put it in double quotes"), value))
	if kind == CHECK:
		return Decimal(int(_number(value)) != 0)
	if kind == NUMBER:
		number = _number(value)
		return Decimal(int(number)) if fieldtype in WHOLE else number
	return {DATE: _date, DATETIME: _datetime, TIME: _time}[kind](value)


def _number(value: Any) -> Decimal:
	"""To nine decimals, as the columns of Frappe have them; so 0.1 + 0.2 is 0.3."""
	try:
		if isinstance(value, str) and len(value) > _LONGEST_NUMBER:
			raise ValueError
		if not isinstance(value, str | int | float | Decimal):
			raise ValueError
		number = Decimal(str(value) if isinstance(value, float) else value)
		if not number.is_finite():
			raise ValueError
		return number.quantize(_NINE_DECIMALS, context=_EXACT)
	except (ValueError, InvalidOperation):
		raise ValueError(Message(_("{0} is not a number"), value)) from None


def _date(value: Any) -> datetime.date:
	return _datetime(value).date()


def _datetime(value: Any) -> datetime.datetime:
	if isinstance(value, datetime.datetime) and value.tzinfo is None:
		return value
	if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
		return datetime.datetime(value.year, value.month, value.day)
	match = _DATETIME_TEXT.fullmatch(value.strip()) if isinstance(value, str) else None
	try:
		if not match:
			raise ValueError
		year, month, day, hour, minute, second, fraction = match.groups(default="0")
		return datetime.datetime(
			*map(int, (year, month, day, hour, minute, second)), microsecond=_microseconds(fraction)
		)
	except ValueError:
		raise ValueError(
			Message(_("{0} is not a date, write it like 2026-01-31 or 2026-01-31 14:30:00"), value)
		) from None


def _time(value: Any) -> datetime.timedelta:
	"""As the time since midnight, which is how MariaDB's driver gives it."""
	if isinstance(value, datetime.timedelta):
		return value
	if isinstance(value, datetime.time):
		value = value.isoformat()
	match = _TIME_TEXT.fullmatch(value.strip()) if isinstance(value, str) else None
	if match:
		hour, minute, second, fraction = match.groups(default="0")
		if int(hour) < 24 and int(minute) < 60 and int(second) < 60:
			return datetime.timedelta(
				hours=int(hour),
				minutes=int(minute),
				seconds=int(second),
				microseconds=_microseconds(fraction),
			)
	raise ValueError(Message(_("{0} is not a time, write it like 14:30:00"), value))


def _microseconds(fraction: str) -> int:
	return int(fraction[:6].ljust(6, "0"))
