"""What validation has to know of a DocType beside its fields, as a value. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from string import Formatter

from erpnext_mcp.access import Field, FieldSets
from erpnext_mcp.policy import conditions
from erpnext_mcp.policy.field_rules import MetaDocType, UserLevels, resolve
from erpnext_mcp.policy.profile import DocTypeRule

ALL_LEVELS = UserLevels(frozenset(range(10)), frozenset(range(10)))
"""A user from whom Frappe hides nothing: what is missing then is missing by the rule."""


@dataclass(frozen=True)
class RolePermission:
	"""One line of a DocType's permissions in Frappe. `rights` are permission types (`frappe.permissions.rights`)."""

	role: str
	permlevel: int
	rights: frozenset[str]
	if_owner: bool = False


@dataclass(frozen=True, eq=False)
class DocTypeFacts:
	"""Fields are named by paths here: `fieldname`, or `table_field.fieldname` for the rows of a table.

	`closed` says why no profile opens the DocType, `closed_by_passwords` why one without the acknowledgement doesn't;
	both are empty when it does. `known` are all fields, also those that are never shown. `filled` are those that Frappe
	fills when they are left out. `fetched` says of which DocType's field a field is a copy.
	"""

	meta: MetaDocType
	children: Mapping[str, MetaDocType] = field(default_factory=dict)
	is_submittable: bool = False
	closed: str = ""
	closed_by_passwords: str = ""
	known: frozenset[str] = frozenset()
	select_options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
	filled: frozenset[str] = frozenset()
	names: frozenset[str] = frozenset()
	titles: frozenset[str] = frozenset()
	fetched: Mapping[str, tuple[str, str]] = field(default_factory=dict)
	print_formats: frozenset[str] = frozenset()
	permissions: tuple[RolePermission, ...] = ()

	@cached_property
	def types(self) -> dict[str, str]:
		"""Field types of everything that a condition can name."""
		return conditions.fieldtypes(self.meta, self.children)

	@cached_property
	def everything(self) -> FieldSets:
		"""What can be seen at all, without any rule."""
		return self.under(None)

	def under(self, rule: DocTypeRule | None) -> FieldSets:
		"""What a rule leaves of it."""
		return resolve(self.meta, self.children, ALL_LEVELS, rule)


def at(sets: FieldSets, path: str) -> Field | None:
	"""The field at a path; None when it is hidden."""
	table_field, dot, fieldname = path.rpartition(".")
	if not dot:
		return sets.fields.get(fieldname)
	table = sets.fields.get(table_field)
	return table.rows.get(fieldname) if table and table.rows is not None else None


def shown(sets: FieldSets, path: str) -> bool:
	"""Whether the value at a path is readable as it is."""
	found = at(sets, path)
	return found is not None and not found.mask


def paths(sets: FieldSets) -> list[str]:
	"""The paths of all fields that are not hidden."""
	found = []
	for fieldname, df in sets.fields.items():
		found.append(fieldname)
		found += [f"{fieldname}.{row_field}" for row_field in df.rows or ()]
	return found


def naming_fields(autoname: str, series: Iterable[str], fieldnames: Iterable[str]) -> frozenset[str]:
	"""The fields from which the name of a document is made, as `frappe.model.naming` reads them.

	:param series: options of the field `naming_series`
	:param fieldnames: fields of the DocType; other parts of a name are dates, numbers and plain text
	"""
	kind, colon, rest = autoname.partition(":")
	kind = kind.lower()
	parts: list[str] = []
	if colon and kind == "field":
		parts = [rest]
	elif colon and kind == "format":
		for braced in re.findall(r"\{([^{}]*)\}", rest):
			parts += braced.split(".")
	elif colon and kind == "naming_series":
		parts = [part for line in series for part in line.split(".")]
	elif "#" in autoname:
		parts = autoname.split(".")
	return frozenset(part.strip("{} ") for part in parts).intersection(fieldnames)


def title_fields(title_field: str | None, template: str, fieldnames: Iterable[str]) -> frozenset[str]:
	"""The fields from which the title of a document is made.

	:param title_field: as the DocType says
	:param template: options or default of the field `title`, such as `{customer_name}`; only used if that is the title
	"""
	if not title_field:
		return frozenset()
	named = {title_field}
	if title_field == "title":
		try:
			named |= {
				re.split(r"[.\[]", name)[0]
				for _text, name, _spec, _conversion in Formatter().parse(template)
				if name
			}
		except ValueError:
			pass  # no template, a default text with a brace in it
	return frozenset(named.intersection(fieldnames))
