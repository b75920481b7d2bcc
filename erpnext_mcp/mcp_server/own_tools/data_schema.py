"""The JSON Schema of what a caller may write of one DocType: its writable fields, typed, with their choices. Pure.

Tells nothing that get_doctype_schema and get_doctype_permissions would not tell the same caller (T66): choices come from
Select options and from conditions on fields that he can read, never from documents.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from erpnext_mcp.access import Access, Field
from erpnext_mcp.documents.text import clean
from erpnext_mcp.mcp_server.tool import object_schema
from erpnext_mcp.policy.conditions import CHECK, EQUAL, IN, KINDS, NUMBER, TEXT
from erpnext_mcp.policy.describe import is_readable
from erpnext_mcp.policy.operations import CREATE
from erpnext_mcp.policy.profile import AFTER, Condition
from erpnext_mcp.policy.written_values import FILES

TYPES: dict[str, dict[str, Any]] = {
	**{fieldtype: {"type": "integer"} for fieldtype in ("Int", "Long Int")},
	**{fieldtype: {"type": "number"} for fieldtype in ("Float", "Currency", "Percent", "Rating", "Duration")},
	"Check": {"type": ["boolean", "integer"], "minimum": 0, "maximum": 1},
	"Date": {"type": "string", "format": "date"},
	"Datetime": {"type": "string", "format": "date-time"},
	"Time": {"type": "string", "format": "time"},
	"JSON": {"type": ["string", "object", "array"], "items": {}},
}
"""By field type; all others take text."""

OF_THE_SITE = {
	"Datetime": "YYYY-MM-DD HH:MM:SS, site's time zone",
	"Time": "HH:MM:SS, site's time zone",
}
"""`date-time` and `time` of JSON Schema have an offset; Frappe's have none."""

FILLED_BY_ERPNEXT = frozenset(
	{
		*("company", "currency", "conversion_rate", "source_exchange_rate", "target_exchange_rate"),
		*("selling_price_list", "buying_price_list", "price_list_currency", "plc_conversion_rate"),
		*(
			"debit_to",
			"credit_to",
			"paid_from",
			"paid_to",
			"income_account",
			"expense_account",
			"cost_center",
		),
		*("item_name", "description", "uom", "stock_uom", "conversion_factor", "rate", "schedule_date"),
	}
)
"""Required fields that ERPNext mostly fills by itself (of the user's defaults, the party, the item, the price list) before
Frappe looks for what is missing. To demand them would have models make up exchange rates; where nothing fills them, the
call says so."""

MOST_CHOICES = 100
LONGEST_LABEL = 80


@dataclass(frozen=True)
class _Scope:
	"""What the schemas of all fields of one tool have in common."""

	creating: bool
	allowed: Mapping[str, list[Any]]
	"""The values that conditions leave, by `fieldname` or `table_field.fieldname`."""
	is_known: Callable[[str], bool]


def data_schema(
	access: Access, conditions: Iterable[Condition], is_known: Callable[[str], bool]
) -> dict[str, Any]:
	"""The strict schema of the argument `data`.

	:param access: to create or to update
	:param conditions: of the profile's rule, of any operation
	:param is_known: whether a DocType exists for the caller; links to others are shown without their target
	"""
	fields = access.fields.fields
	scope = _Scope(access.operation == CREATE, _allowed(access, conditions), is_known)
	schema = _object(fields, "", scope)
	if scope.creating and access.takes_name:
		schema["properties"] = {"name": {"type": "string"}, **schema["properties"]}
		schema["required"] = ["name", *schema.get("required", [])]
	if not scope.creating:
		schema["description"] = "null empties a field"
	return schema


def remove_schema(access: Access) -> dict[str, Any]:
	"""The strict schema of the argument `remove`: names of rows by table; without properties where there is no table."""
	names = {"type": "array", "items": {"type": "string"}}
	return object_schema({f.fieldname: names for f in access.fields.tables if _is_open(f)})


def _object(fields: Mapping[str, Field], table_field: str, scope: _Scope) -> dict[str, Any]:
	properties: dict[str, Any] = {}
	required: list[str] = []
	if table_field:
		properties["name"] = {"type": "string"}
	for field in fields.values():
		if not _is_open(field):
			continue
		properties[field.fieldname] = _field(field, fields, table_field, scope)
		if scope.creating and _must_be_sent(field):
			required.append(field.fieldname)
	return object_schema(properties, tuple(required))


def _is_open(field: Field) -> bool:
	if not field.writable or field.fieldtype in FILES:
		return False
	return field.rows is None or any(_is_open(f) for f in field.rows.values())


def _must_be_sent(field: Field) -> bool:
	is_filled = not field.is_table and (field.filled or field.fieldname in FILLED_BY_ERPNEXT)
	return field.required and not is_filled


def _field(field: Field, siblings: Mapping[str, Field], table_field: str, scope: _Scope) -> dict[str, Any]:
	description = {"description": words} if (words := _words(field, siblings, scope)) else {}
	if field.rows is not None:
		return {"type": "array", "items": _object(field.rows, field.fieldname, scope), **description}
	schema = dict(TYPES.get(field.fieldtype, {"type": "string"}))
	allowed = scope.allowed.get(f"{table_field}.{field.fieldname}" if table_field else field.fieldname)
	choices = _choices(field, allowed)
	if choices:
		schema["enum"] = choices
	if not scope.creating and not field.required and field.fieldtype != "Check":
		kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
		schema["type"] = [*kinds, "null"]
		if choices and (allowed is None or "" in choices):
			schema["enum"] = [*choices, None]
	return schema | description


def _words(field: Field, siblings: Mapping[str, Field], scope: _Scope) -> str:
	"""What the name of a field does not say: its label where it is another, what it links to, how it is written."""
	words = []
	label = clean(field.label, LONGEST_LABEL)
	if re.sub(r"\W+", "_", label.lower()).strip("_") != field.fieldname:
		words.append(label)
	if field.fieldtype == "Link" and scope.is_known(field.options):
		words.append(f"link to {clean(field.options, LONGEST_LABEL)}")
	elif field.fieldtype == "Dynamic Link" and field.options in siblings:
		words.append(f"link to the DocType in {field.options}")
	elif field.fieldtype in OF_THE_SITE:
		words.append(OF_THE_SITE[field.fieldtype])
	return "; ".join(filter(None, words))


def _choices(field: Field, allowed: list[Any] | None) -> list[Any] | None:
	"""The values that a field takes, where they are few; None where they can't be listed."""
	choices = allowed
	if field.fieldtype == "Select":
		options = list(dict.fromkeys(o.strip() for o in field.options.split("\n")))
		if any(options):
			choices = [o for o in options if allowed is None or o in allowed]
	if not choices or len(choices) > MOST_CHOICES:
		return None
	# A choice must be sent as it is: one that can't be shown as it is (T56) is not offered.
	shown = [c for c in choices if not isinstance(c, str) or clean(c, 140) == c]
	return shown if any(c != "" for c in shown) else None


def _allowed(access: Access, conditions: Iterable[Condition]) -> dict[str, list[Any]]:
	found: dict[str, list[Any]] = {}
	for condition in conditions:
		if (
			condition.operation != access.operation
			or condition.document_state != AFTER
			or condition.operator not in (IN, EQUAL)
			or not is_readable(access.fields, condition.field)
		):
			continue
		values = _values(_at(access, condition.field), condition)
		if values is not None:
			before = found.get(condition.field)
			found[condition.field] = values if before is None else [v for v in before if v in values]
	return found


def _at(access: Access, path: str) -> Field:
	table_field, dot, fieldname = path.rpartition(".")
	fields = access.fields.fields
	return (fields[table_field].rows or {})[fieldname] if dot else fields[path]


def _values(field: Field, condition: Condition) -> list[Any] | None:
	"""The values of a condition as they are sent; None where one value can be written in several ways, as dates can."""
	kind = KINDS.get(field.fieldtype)
	values = condition.value if condition.operator == IN else [condition.value]
	try:
		if kind == TEXT:
			return ["" if v is None else str(v) for v in values]
		if kind in (NUMBER, CHECK):
			return [_number(v) for v in values]
	except (TypeError, ValueError):
		pass  # no value of this type any more: the condition itself will say so
	return None


def _number(value: Any) -> int | float:
	number = float(value)
	return int(number) if number.is_integer() else number
