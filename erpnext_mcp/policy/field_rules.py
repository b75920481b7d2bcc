"""Which fields of a DocType a caller may know of: what Frappe shows him, narrowed by the profile's field rules. Pure.

Never relies on the engine's own checks of field names: v15 and v16 differ (a permlevel field is a value oracle in
filters and order on v15). Every argument that names a field is checked against the result first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from erpnext_mcp.access import FRAPPE_MASK, Field, FieldSets
from erpnext_mcp.masks import FULL
from erpnext_mcp.policy.filter_values import MOMENTS
from erpnext_mcp.policy.profile import MASKED, ONLY_ALLOWED, READ_ONLY, RESTRICTED, DocTypeRule, FieldRule

STANDARD_FIELDS = {
	"name": ("ID", "Data"),
	"owner": ("Created By", "Data"),
	"creation": ("Created On", "Datetime"),
	"modified": ("Last Updated On", "Datetime"),
	"modified_by": ("Last Updated By", "Data"),
	"docstatus": ("Document Status (0 draft, 1 submitted, 2 cancelled)", "Int"),
}
"""Fields of every document; `idx`, `parent*` and the underscored ones are never shown (DESIGN §5)."""

NOT_STORED_FOR_SINGLES = frozenset({"owner", "creation", "docstatus"})


@dataclass(frozen=True, eq=False)
class MetaField:
	"""A DocField as a value, without what only the form needs."""

	fieldname: str
	label: str
	fieldtype: str
	options: str
	permlevel: int
	required: bool
	read_only: bool
	stored: bool
	description: str
	in_list_view: bool
	is_table: bool
	filled: bool = False


@dataclass(frozen=True, eq=False)
class MetaDocType:
	"""A DocType's meta as a value: fields that hold something, Password fields left out."""

	name: str
	fields: tuple[MetaField, ...]
	title_field: str | None = None
	search_fields: tuple[str, ...] = ()
	issingle: bool = False

	@cached_property
	def tables(self) -> tuple[MetaField, ...]:
		return tuple(df for df in self.fields if df.is_table)


@dataclass(frozen=True)
class UserLevels:
	"""The permission levels of a DocType that a user may read and write; what Frappe masks for him, by table field."""

	read: frozenset[int]
	write: frozenset[int]
	masked: frozenset[tuple[str, str]] = frozenset()
	"""(table field or "", fieldname)"""


def resolve(
	meta: MetaDocType,
	children: Mapping[str, MetaDocType],
	levels: UserLevels,
	rule: DocTypeRule | None = None,
) -> FieldSets:
	"""The fields that a user may use under a rule; without one, as Frappe alone has it.

	:param children: the child DocTypes of the tables, by table field
	"""
	only_allowed = rule is not None and rule.field_mode == ONLY_ALLOWED
	own_rules: dict[str, FieldRule] = {}
	row_rules: dict[str, dict[str, FieldRule]] = {}
	for field_rule in rule.field_rules if rule else ():
		if field_rule.table_field:
			row_rules.setdefault(field_rule.table_field, {})[field_rule.fieldname] = field_rule
		else:
			own_rules[field_rule.fieldname] = field_rule

	fields: dict[str, Field] = {}
	for fieldname, (label, fieldtype) in STANDARD_FIELDS.items():
		if meta.issingle and fieldname in NOT_STORED_FOR_SINGLES:
			continue
		given = own_rules.get(fieldname)
		if fieldname != "name" and _hidden(given, only_allowed):
			continue
		mask = _mask_style(given) if fieldname != "name" else ""
		fields[fieldname] = Field(fieldname, label, fieldtype, mask=mask, stored=not meta.issingle)
	for df in meta.fields:
		given = own_rules.get(df.fieldname)
		if df.permlevel not in levels.read or _hidden(given, only_allowed):
			continue
		if not df.is_table:
			fields[df.fieldname] = _field(df, given, levels, "", stored=not meta.issingle)
		elif df.fieldname in children:
			writable = not df.read_only and not (given and given.rule == READ_ONLY)
			rows = _rows(
				children[df.fieldname],
				row_rules.get(df.fieldname, {}),
				only_allowed,
				levels,
				df.fieldname,
				writable,
			)
			fields[df.fieldname] = _field(df, given, levels, "", stored=False, rows=rows)

	def usable(names: Iterable[str]) -> list[str]:
		return [n for n in names if n in fields and fields[n].filterable]

	title = meta.title_field if meta.title_field in fields and not fields[meta.title_field].mask else None
	searched = usable(["name", *([title] if title else []), *meta.search_fields])
	# v15 takes what is searched for in a date for a date, and breaks.
	searched = [n for n in searched if fields[n].fieldtype not in MOMENTS]
	hidden_tables = {df.options for df in meta.fields if df.is_table and df.fieldname not in fields}
	return FieldSets(fields, title, tuple(dict.fromkeys(searched)), frozenset(hidden_tables))


def _hidden(rule: FieldRule | None, only_allowed: bool) -> bool:
	return rule.rule == RESTRICTED if rule else only_allowed


def _mask_style(rule: FieldRule | None) -> str:
	"""Empty for a field that no rule masks; a rule that was saved without a style masks in full."""
	return (rule.mask_style or FULL) if rule and rule.rule == MASKED else ""


def _rows(
	meta: MetaDocType,
	rules: Mapping[str, FieldRule],
	only_allowed: bool,
	levels: UserLevels,
	table_field: str,
	writable: bool,
) -> dict[str, Field]:
	"""The fields of a table's rows. Allowing a table allows its fields, unless rules name some; then only those."""
	names_some = only_allowed and any(r.rule != RESTRICTED for r in rules.values())
	label, fieldtype = STANDARD_FIELDS["name"]
	rows = {"name": Field("name", label, fieldtype)}
	for df in meta.fields:
		given = rules.get(df.fieldname)
		# Levels of rows are opened by the parent's permissions.
		if df.permlevel in levels.read and not df.is_table and not _hidden(given, names_some):
			rows[df.fieldname] = _field(df, given, levels, table_field, table_writable=writable)
	return rows


def _field(
	df: MetaField,
	rule: FieldRule | None,
	levels: UserLevels,
	table_field: str,
	*,
	stored: bool = True,
	rows: Mapping[str, Field] | None = None,
	table_writable: bool = True,
) -> Field:
	mask = ""
	if (table_field, df.fieldname) in levels.masked:
		mask = FRAPPE_MASK
	else:
		mask = _mask_style(rule)
	writable = (
		table_writable
		and df.permlevel in levels.write
		and not df.read_only
		and not mask
		and not (rule and rule.rule == READ_ONLY)
	)
	return Field(
		fieldname=df.fieldname,
		label=df.label,
		fieldtype=df.fieldtype,
		options=df.options,
		required=df.required,
		writable=writable,
		mask=mask,
		stored=stored and df.stored,
		description=df.description,
		in_list_view=df.in_list_view,
		filled=df.filled,
		rows=rows,
	)
