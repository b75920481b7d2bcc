"""A configuration as the source of a PermissionManager: needs no site. Pure."""

import datetime
from collections.abc import Mapping
from typing import Any

from erpnext_mcp.policy.field_rules import STANDARD_FIELDS
from erpnext_mcp.policy.interchange.config import read_config
from erpnext_mcp.policy.interchange.notes import UNRESOLVED
from erpnext_mcp.policy.profile import ONLY_ALLOWED, RESTRICTED, Condition, DocTypeRule
from erpnext_mcp.policy.source import FIXED, HIDDEN, OPEN

NEVER_SHOWN = frozenset(
	{"doctype", "idx", "parent", "parenttype", "parentfield", "flags", "lft", "rgt", "old_parent"}
)
"""What Frappe keeps in documents for itself, beside everything that starts with an underscore."""


class ConfigSource:
	"""Knows of no field what it is: all exist, and all can be written that the rules don't close.

	:raises ValueError: something is not understood; names every place
	"""

	refusal = ""

	def __init__(self, config: Mapping[str, Any]):
		found = read_config(config)
		wrong = found.notes.of(UNRESOLVED)
		if wrong:
			# What is not understood may be a restriction: nothing is better than half of a policy.
			raise ValueError("The configuration is not understood. " + "; ".join(map(str, wrong)))
		self._rules = {doctype: rule for doctype, rule in found.rules.items() if rule.operations}

	def doctypes(self) -> list[str]:
		return sorted(self._rules)

	def operations(self, doctype: str) -> frozenset[str]:
		return self._rules[doctype].operations if doctype in self._rules else frozenset()

	def rule(self, doctype: str) -> DocTypeRule:
		return self._rules[doctype]

	def readable(self, doctype: str) -> list[str]:
		rule = self._rules[doctype]
		if rule.field_mode != ONLY_ALLOWED:
			return ["*"]
		allowed = (f.fieldname for f in rule.field_rules if not f.table_field and f.rule != RESTRICTED)
		return ["name", *allowed]

	def hides_some(self, doctype: str) -> bool:
		return self._rules[doctype].hides_or_masks

	def state(self, doctype: str, table_field: str, fieldname: str) -> str:
		if not isinstance(fieldname, str) or fieldname.startswith("_") or fieldname in NEVER_SHOWN:
			return HIDDEN
		if not self._shows(self._rules[doctype], table_field, fieldname):
			return HIDDEN
		return FIXED if fieldname in STANDARD_FIELDS else OPEN

	@staticmethod
	def _shows(rule: DocTypeRule, table_field: str, fieldname: str) -> bool:
		if fieldname == "name":
			return True
		rules = {f.fieldname: f.rule for f in rule.field_rules if f.table_field == table_field}
		# Allowing a table allows its fields, unless rules name some; then only those.
		only_named = rule.field_mode == ONLY_ALLOWED and (
			not table_field or any(r != RESTRICTED for r in rules.values())
		)
		return rules[fieldname] != RESTRICTED if fieldname in rules else not only_named

	def is_table(self, doctype: str, fieldname: str, value: Any) -> bool:
		rule = self._rules[doctype]
		named = {f.table_field for f in rule.field_rules} | {
			c.field.rpartition(".")[0] for c in rule.conditions
		}
		if fieldname in named:
			return True
		return isinstance(value, Mapping) or (
			isinstance(value, list | tuple) and any(isinstance(row, Mapping) for row in value)
		)

	def fieldtypes(self, doctype: str) -> dict[str, str]:
		"""Guessed from the values that conditions compare with."""
		values: dict[str, list[Any]] = {}
		for condition in self._rules[doctype].conditions:
			values.setdefault(condition.field, []).extend(_values(condition))
		return {name: _fieldtype(found) for name, found in values.items()}

	def new_document(self, doctype: str) -> dict[str, Any]:
		return {}


def _values(condition: Condition) -> list[Any]:
	return condition.value if isinstance(condition.value, list) else [condition.value]


def _fieldtype(values: list[Any]) -> str:
	if all(isinstance(v, int | float) for v in values):
		return "Float"
	return "Datetime" if all(_is_moment(v) for v in values) else "Data"


def _is_moment(value: Any) -> bool:
	try:
		return isinstance(value, str) and bool(datetime.datetime.fromisoformat(value))
	except ValueError:
		return False
