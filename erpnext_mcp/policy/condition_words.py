"""A value condition as a sentence for whoever has to hold it. Pure; only for conditions on fields that he may read."""

from typing import Any

from erpnext_mcp.policy.profile import Condition

WORDS = {
	"in": "must be one of {0}",
	"not in": "must be none of {0}",
	"=": "must be {0}",
	"!=": "must not be {0}",
	"<": "must be less than {0}",
	"<=": "must be at most {0}",
	">": "must be more than {0}",
	">=": "must be at least {0}",
	"matches": "must match the pattern {0}",
	"set": "must be set",
	"not set": "must be empty",
}


def sentence(condition: Condition) -> str:
	"""`customer_group must be one of Individual, Commercial.`"""
	if condition.operator == "between":
		low, high = condition.value
		return f"{condition.field} must be between {_said(low)} and {_said(high)}."
	return f"{condition.field} {WORDS[condition.operator].format(_said(condition.value))}."


def _said(value: Any) -> str:
	if isinstance(value, list | tuple):
		return ", ".join(_said(v) for v in value)
	return '""' if value in ("", None) else str(value)
