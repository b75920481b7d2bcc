"""What a caller may be told of the restrictions that hold for him: only what concerns fields he can read (T66). Pure."""

from typing import Any

from erpnext_mcp.access import Access, FieldSets, Filter
from erpnext_mcp.policy.profile import Condition, DocTypeRule


def restrictions(access: Access, rule: DocTypeRule) -> dict[str, Any]:
	"""`{conditions[], row_filter[], other_restrictions}`: the last says that there is more than is shown.

	Row filters come with their placeholders filled in, as filters of the list tools.
	"""
	conditions = [c for c in rule.conditions if c.operation in access.operations]
	told = [c for c in conditions if is_readable(access.fields, c.field)]
	rows = access.row_filter or ()
	shown = [f for f in rows if is_readable(access.fields, f.fieldname)]
	return {
		"conditions": [_condition(c) for c in told],
		"row_filter": [_filter(f) for f in shown],
		"other_restrictions": (
			len(told) < len(conditions) or len(shown) < len(rows) or access.row_filter is None
		),
	}


def is_readable(fields: FieldSets, fieldname: str) -> bool:
	"""Whether the value itself is open to the caller; `table_field.fieldname` is one of a table's rows."""
	table_field, _, row_field = fieldname.rpartition(".")
	if table_field:
		table = fields.fields.get(table_field)
		field = table.rows.get(row_field) if table and table.rows else None
	else:
		field = fields.fields.get(fieldname)
	return field is not None and not field.mask


def _condition(condition: Condition) -> dict[str, Any]:
	told: dict[str, Any] = {
		"operation": condition.operation,
		"field": condition.field,
		"operator": condition.operator,
	}
	if condition.value is not None:
		told["value"] = condition.value
	if condition.document_state != "After":
		told["document"] = condition.document_state.lower()
	return told


def _filter(condition: Filter) -> list[Any]:
	return [condition.fieldname, condition.operator, condition.value]
