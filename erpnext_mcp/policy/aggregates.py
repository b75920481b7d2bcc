"""The grammar of aggregating calls: functions, groups and order, checked against the fields of the caller (T09). Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from erpnext_mcp.access import Aggregate, FieldSets
from erpnext_mcp.errors import InvalidArguments
from erpnext_mcp.policy.filter_values import NUMBERS
from erpnext_mcp.policy.query import check_field

FUNCTIONS = ("count", "count_distinct", "sum", "avg", "min", "max")
NUMERIC_ONLY = frozenset({"sum", "avg"})

ALIAS = re.compile(r"[a-z][a-z0-9_]{0,59}")


def parse_group_by(group_by: Sequence[str] | None, sets: FieldSets) -> tuple[str, ...]:
	"""Bare names of fields that can be grouped by, each once."""
	return tuple(
		dict.fromkeys(check_field(f, sets.filterable, "group by", "group_by") for f in group_by or ())
	)


def parse_aggregates(
	aggregates: Sequence[Mapping[str, Any]], group_by: Sequence[str], sets: FieldSets
) -> tuple[Aggregate, ...]:
	"""`{function, field?, as?}` as typed aggregates; `count` counts documents without a field.

	:raises InvalidArguments: a function that the field's type has not, a name twice
	:raises FieldNotPermitted: a field that is hidden or masked: min and max would tell its values
	"""
	parsed: list[Aggregate] = []
	taken = set(group_by)
	for aggregate in aggregates:
		function = aggregate["function"]
		if "field" not in aggregate and function != "count":
			raise InvalidArguments(f"aggregates: {function} needs a field.")
		fieldname = check_field(
			aggregate.get("field", "name"), sets.filterable, f"take the {function} of", "aggregates"
		)
		if function in NUMERIC_ONLY and sets.fields[fieldname].fieldtype not in NUMBERS:
			raise InvalidArguments(f"aggregates: {fieldname} is no number; {function} needs one.")
		alias = aggregate.get("as") or (
			"count" if "field" not in aggregate else f"{function}_{fieldname}"[:60]
		)
		if not ALIAS.fullmatch(alias):
			raise InvalidArguments("aggregates: as is a name of lower-case letters, digits and underscores.")
		if alias in taken:
			raise InvalidArguments(f"aggregates: {alias} stands twice in the answer.", "Name it with as.")
		taken.add(alias)
		parsed.append(Aggregate(function, fieldname, alias))
	if len(parsed) > 1 and any(a.function == "count_distinct" for a in parsed):
		raise InvalidArguments(
			"aggregates: count_distinct stands alone.", "Ask for the other aggregates in another call."
		)
	return tuple(parsed)
