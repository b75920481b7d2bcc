"""A rule as rows of the tables of an MCP Permission Profile. Pure."""

import json
from collections.abc import Iterable
from typing import Any

from erpnext_mcp.policy.operations import OPERATIONS
from erpnext_mcp.policy.profile import ASKED, DocTypeRule

TABLES = ("doctype_rules", "field_rules", "conditions")


def rows_of(rules: Iterable[DocTypeRule]) -> dict[str, list[dict[str, Any]]]:
	"""The rows of all rules: {table field: rows}."""
	tables: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
	for rule in rules:
		tables["doctype_rules"].append(
			{
				"document_type": rule.doctype,
				**{f"can_{o}": int(o in rule.operations) for o in OPERATIONS},
				"field_mode": rule.field_mode,
				"row_filter": rule.row_filter,
				"max_rows": rule.max_rows,
				"acknowledge_password_fields": int(rule.acknowledge_password_fields),
				"print_formats": "\n".join(rule.print_formats),
				"acknowledge_print": int(rule.acknowledge_print),
				"cache_documents": int(rule.cache_documents),
				"own_tools": int(rule.own_tools),
				**{f"ask_{o}": int(o in rule.ask) for o in ASKED},
			}
		)
		tables["field_rules"] += [
			{
				"document_type": rule.doctype,
				"table_field": f.table_field,
				"fieldname": f.fieldname,
				"rule": f.rule,
				"mask_style": f.mask_style,
			}
			for f in rule.field_rules
		]
		tables["conditions"] += [
			{
				"document_type": rule.doctype,
				"operation": c.operation,
				"field": c.field,
				"operator": c.operator,
				"value": value_text(c.value),
				"document_state": c.document_state,
			}
			for c in rule.conditions
		]
	return tables


def value_text(value: Any) -> str:
	"""A condition's value as the form holds it: JSON, empty for none. `store.condition_value` reads it back."""
	return "" if value is None else json.dumps(value, ensure_ascii=False)
