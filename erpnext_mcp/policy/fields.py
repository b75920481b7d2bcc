"""The fields of a DocType as one user sees them: Frappe's meta and permission levels, read for `field_rules.resolve`."""

import frappe
import frappe.share
from frappe.model import no_value_fields, table_fields

from erpnext_mcp import compat
from erpnext_mcp.access import FieldSets
from erpnext_mcp.policy import conditions, field_rules
from erpnext_mcp.policy.field_rules import MetaDocType, MetaField, UserLevels
from erpnext_mcp.policy.printing import shows_everything
from erpnext_mcp.policy.profile import DocTypeRule

VALUE_ATTRIBUTE = "_erpnext_mcp_value"
RESOLVED_ATTRIBUTE = "_erpnext_mcp_resolved"
TREE_COLUMNS = frozenset({"lft", "rgt", "old_parent"})


def resolve(doctype: str, user: str, rule: DocTypeRule | None = None) -> FieldSets:
	"""The fields of a DocType that a user may use, under a rule or as Frappe alone has it.

	What was resolved is kept on the meta object, so that it goes when Frappe drops that: v16 keeps metas in the process,
	v15 for a request. It depends on nothing of the user but his permission levels (T48).

	:raises frappe.DoesNotExistError: no such DocType
	"""
	meta = frappe.get_meta(doctype)
	value = meta_value(meta)
	children = {df.fieldname: meta_value(frappe.get_meta(df.options)) for df in value.tables}
	levels = user_levels(meta, user)
	kept = meta.__dict__.setdefault(RESOLVED_ATTRIBUTE, {})
	key = (id(rule), levels, tuple(id(c) for c in children.values()))
	if key not in kept:
		if len(kept) > 100:
			kept.clear()
		# Rule and children stand in the value, so that no other object gets their ids meanwhile.
		kept[key] = (field_rules.resolve(value, children, levels, rule), rule, children)
	return kept[key][0]


def hides_nothing(doctype: str, sets: FieldSets) -> bool:
	"""Whether everything that a DocType and its tables hold is there, and nothing of it masked."""
	value = meta_value(frappe.get_meta(doctype))
	children = {df.fieldname: meta_value(frappe.get_meta(df.options)) for df in value.tables}
	return shows_everything(sets, value, children)


def resolve_for_select(doctype: str, rule: DocTypeRule) -> FieldSets:
	"""What the operation *select* shows of a DocType: the name and the title, as far as Frappe's own permission *select*
	shows it (`Meta.get_search_fields`) and the rule neither hides nor masks it."""
	meta = frappe.get_meta(doctype)
	value = meta_value(meta)
	everything = field_rules.resolve(value, {}, UserLevels(frozenset({0}), frozenset(), _masked(meta)), rule)
	shown = {"name": everything.fields["name"]}
	if everything.title_field and everything.title_field in value.search_fields:
		shown[everything.title_field] = everything.fields[everything.title_field]
	return FieldSets(shown, everything.title_field if len(shown) > 1 else None, tuple(shown))


def meta_value(meta) -> MetaDocType:
	"""Frappe's meta as a value, made once per meta object."""
	value = meta.__dict__.get(VALUE_ATTRIBUTE)
	if value is None:
		value = meta.__dict__[VALUE_ATTRIBUTE] = MetaDocType(
			name=meta.name,
			fields=tuple(
				_meta_field(df, _is_kept_by_tree(meta, df)) for df in meta.fields if _holds_something(df)
			),
			title_field=meta.get_title_field(),
			search_fields=tuple(meta.get_search_fields()),
			issingle=bool(meta.issingle),
		)
	return value


def fieldtypes(doctype: str) -> dict[str, str]:
	"""The types of everything that a condition on a DocType can name (`conditions.fieldtypes`)."""
	value = meta_value(frappe.get_meta(doctype))
	children = {df.fieldname: meta_value(frappe.get_meta(df.options)) for df in value.tables}
	return conditions.fieldtypes(value, children)


def user_levels(meta, user: str) -> UserLevels:
	"""What a user's roles and shares open of a DocType, and what Frappe masks for him."""
	return UserLevels(permlevels(meta, "read", user), permlevels(meta, "write", user), _masked(meta))


def permlevels(meta, ptype: str, user: str) -> frozenset[int]:
	"""The permission levels of a DocType that a user's roles, or a share, open.

	As `frappe.model.meta.Meta.get_permitted_fieldnames` decides it, which asks for shares of the child DocType instead
	of its parent's on v15.

	:param ptype: `read` or `write`
	"""
	if user == "Administrator":
		return frozenset(range(10))
	levels = set(meta.get_permlevel_access(permission_type=ptype, user=user))
	if 0 not in levels and frappe.share.get_shared(meta.name, user, rights=[ptype], limit=1):
		levels.add(0)
	return frozenset(levels)


def _masked(meta) -> frozenset[tuple[str, str]]:
	masked = {("", fieldname) for fieldname in compat.masked_fields(meta)}
	for table in meta.get_table_fields():
		masked |= {(table.fieldname, f) for f in compat.masked_fields(frappe.get_meta(table.options))}
	return frozenset(masked)


def _holds_something(df) -> bool:
	if df.fieldtype in table_fields:
		return bool(df.options)
	return df.fieldtype not in no_value_fields and df.fieldtype != "Password"


def is_filled(df) -> bool:
	"""Whether Frappe fills a field that is left out of a new document (`frappe.model.create_new`).

	:param df: a DocField
	"""
	if df.default or df.fetch_from or df.fieldtype == "Check" or df.fieldtype in no_value_fields:
		return True
	return df.fieldtype == "Select" and bool((df.options or "").split("\n", 1)[0].strip())


def _is_kept_by_tree(meta, df) -> bool:
	"""Whether it is a column by which Frappe keeps a tree in order (`frappe.utils.nestedset`): ERPNext's forms hide them,
	but don't say that nobody writes them."""
	return df.fieldname in TREE_COLUMNS and meta.has_field("lft") and meta.has_field("rgt")


def _meta_field(df, kept_by_frappe: bool) -> MetaField:
	return MetaField(
		fieldname=df.fieldname,
		label=df.label or "",
		fieldtype=df.fieldtype,
		options=df.options or "",
		permlevel=df.permlevel or 0,
		required=bool(df.reqd),
		read_only=bool(df.read_only or df.fieldtype == "Read Only" or df.get("is_virtual") or kept_by_frappe),
		stored=not df.get("is_virtual"),
		description=df.description or "",
		in_list_view=bool(df.in_list_view),
		is_table=df.fieldtype in table_fields,
		filled=is_filled(df),
	)
