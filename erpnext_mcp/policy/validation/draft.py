"""A profile as it stands in its form, not yet saved and perhaps wrong in every way. Pure."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from erpnext_mcp.access import FieldSets
from erpnext_mcp.policy.operations import OPERATIONS
from erpnext_mcp.policy.profile import (
	AFTER,
	ALL_FIELDS,
	ASKED,
	LIMITS,
	Condition,
	DocTypeRule,
	FieldRule,
	Profile,
	lines,
)
from erpnext_mcp.policy.validation.facts import DocTypeFacts

Row = Mapping[str, Any]


class Draft:
	"""The values of a profile, and what there is to know of the DocTypes in it.

	:param values: by field name; tables are lists of rows with `idx`, times datetimes, values of conditions no text
	        any more but what it stands for
	:param facts_of: of a DocType; None when there is no such
	:param automatic_roles: roles that can't be chosen
	"""

	def __init__(
		self,
		values: Mapping[str, Any],
		facts_of: Callable[[str], DocTypeFacts | None],
		automatic_roles: Sequence[str] = (),
	):
		self.values = values
		self.automatic_roles = frozenset(automatic_roles)
		self._facts_of = facts_of
		self._facts: dict[str, DocTypeFacts | None] = {}
		self._sets: dict[str, FieldSets] = {}

	def rows(self, table: str) -> list[Row]:
		return list(self.values.get(table) or ())

	@cached_property
	def rules(self) -> dict[str, DocTypeRule]:
		"""The first rule for each DocType, with everything that belongs to it."""
		found: dict[str, DocTypeRule] = {}
		for row in self.rows("doctype_rules"):
			doctype = row.get("document_type")
			if not doctype or doctype in found:
				continue
			found[doctype] = DocTypeRule(
				doctype=doctype,
				operations=frozenset(o for o in OPERATIONS if row.get(f"can_{o}")),
				field_mode=row.get("field_mode") or ALL_FIELDS,
				field_rules=self._field_rules(doctype),
				conditions=tuple(
					condition(r) for r in self.rows("conditions") if r.get("document_type") == doctype
				),
				row_filter=(row.get("row_filter") or "").strip(),
				max_rows=row.get("max_rows") or 0,
				acknowledge_password_fields=bool(row.get("acknowledge_password_fields")),
				print_formats=lines(row.get("print_formats")),
				acknowledge_print=bool(row.get("acknowledge_print")),
				acknowledge_hidden_name=bool(row.get("acknowledge_hidden_name")),
				acknowledge_hidden_required=bool(row.get("acknowledge_hidden_required")),
				cache_documents=bool(row.get("cache_documents")),
				own_tools=bool(row.get("own_tools")),
				ask=frozenset(o for o in ASKED if row.get(f"ask_{o}")),
				tool_slug=row.get("tool_slug") or "",
			)
		return found

	def profile(self, name: str) -> Profile:
		"""What the policy would know of it once it is saved; of what is there twice, the first.

		:param name: under which it is or will be saved
		"""
		values = self.values

		def named(table: str, fieldname: str) -> list[str]:
			return [row[fieldname] for row in self.rows(table) if row.get(fieldname)]

		return Profile(
			name=name,
			enabled=bool(values.get("enabled")),
			read_only=bool(values.get("read_only")),
			priority=values.get("priority") or 0,
			users=frozenset(named("users", "user")),
			roles=frozenset(named("roles", "role")),
			clients=frozenset(named("clients", "client")),
			networks=tuple(named("networks", "network")),
			valid_from=values.get("valid_from"),
			valid_upto=values.get("valid_upto"),
			write_until=values.get("write_until"),
			ask=frozenset(o for o in ASKED if values.get(f"ask_{o}")),
			restrict_to_mcp=bool(values.get("restrict_to_mcp")),
			rules=self.rules,
			reports={
				row["report"]: bool(row.get("acknowledged"))
				for row in reversed(self.rows("report_rules"))
				if row.get("report")
			},
			limits={name: int(text) for name in LIMITS if (text := _number(values.get(name)))},
		)

	def _field_rules(self, doctype: str) -> tuple[FieldRule, ...]:
		"""The first one for each field."""
		found: dict[tuple[str, str], FieldRule] = {}
		for row in self.rows("field_rules"):
			if row.get("document_type") == doctype:
				given = field_rule(row)
				found.setdefault((given.table_field, given.fieldname), given)
		return tuple(found.values())

	def facts(self, doctype: str) -> DocTypeFacts | None:
		if doctype not in self._facts:
			self._facts[doctype] = self._facts_of(doctype)
		return self._facts[doctype]

	def sets(self, doctype: str) -> FieldSets:
		"""What the profile leaves of a DocType that it has a rule for and that exists."""
		if doctype not in self._sets:
			self._sets[doctype] = self.facts(doctype).under(self.rules[doctype])
		return self._sets[doctype]


def _number(value: Any) -> str:
	"""A limit as the form has it; empty where it is none."""
	text = "" if value is None else str(value).strip()
	return text if text.isascii() and text.isdigit() else ""


def field_rule(row: Row) -> FieldRule:
	return FieldRule(
		fieldname=row.get("fieldname") or "",
		rule=row.get("rule") or "",
		table_field=row.get("table_field") or "",
		mask_style=row.get("mask_style") or "",
	)


def condition(row: Row) -> Condition:
	return Condition(
		operation=row.get("operation") or "",
		field=row.get("field") or "",
		operator=row.get("operator") or "",
		value=row.get("value"),
		document_state=row.get("document_state") or AFTER,
	)
