"""What the user is meant to see, read as Administrator from the profile's rows and from Frappe, and by none of the code that is
attacked: were a rule read wrongly there, it would be read wrongly here, too.

For who has the bench's command line; nothing of it is told but verdicts.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import frappe
import frappe.defaults
from frappe.model import no_value_fields, table_fields
from frappe.utils import cint, nowdate

from erpnext_mcp import compat
from erpnext_mcp.attack.target import (
	HIDDEN,
	MASKED,
	NUMBERS,
	OPEN,
	TEXTS,
	Canary,
	Surface,
	Target,
	TruthField,
)
from erpnext_mcp.desk.simulator.session import as_user

PROFILE = "MCP Permission Profile"
STANDARD = {
	"owner": "Data",
	"creation": "Datetime",
	"modified": "Datetime",
	"modified_by": "Data",
	"docstatus": "Int",
}
ALL_NAMES = 1_000
"""A DocType with no more documents than these is sorted into visible and not as a whole; of others, some."""
EDGE = 100
"""Documents that are taken from each end of a larger one."""
LOADED = 20
"""Documents of a kind whose values are looked at."""
SHORTEST = 6
"""Characters of a value that is taken for one of its own."""


class GroundTruth:
	"""The site as it is, for one user under one profile.

	:param profile: name of the profile that applies to him
	:param ip_address: where his calls come from
	"""

	def __init__(self, user: str, profile: str, ip_address: str = ""):
		self.user = user
		self.ip_address = ip_address
		self.doc = frappe.get_doc(PROFILE, profile)
		self._visible: dict[tuple[str, str], bool] = {}
		self._documents: dict[tuple[str, str], Mapping[str, Any] | None] = {}
		self._filters: dict[str, list[list[Any]] | None] = {}
		self._permitted: frozenset[str] = frozenset()
		"""Of the documents that were sorted last, those that Frappe shows the user."""
		self._as_user(self._read_user)
		self.target = self._target()
		self.canaries = self._canaries()

	# What one document is

	def is_visible(self, doctype: str, name: str) -> bool:
		"""Whether a document exists for the user: Frappe lets him read it, and it lies in the rows of the profile."""
		key = (doctype, name)
		if key not in self._visible:
			self._visible.update({(doctype, n): v for n, v in self._sorted(doctype, [name]).items()})
		return self._visible[key]

	def document(self, doctype: str, name: str) -> Mapping[str, Any] | None:
		"""All values of a document, its rows as lists; None where there is none."""
		key = (doctype, name)
		if key not in self._documents:
			try:
				self._documents[key] = frappe.get_doc(doctype, name).as_dict()
			except frappe.DoesNotExistError:
				frappe.clear_messages()
				self._documents[key] = None
		return self._documents[key]

	# What the profile opens

	def _read_user(self) -> None:
		self._facts: dict[str, dict[str, Any]] = {}
		for row in self.doc.doctype_rules:
			if not frappe.db.exists("DocType", row.document_type):
				continue
			meta = frappe.get_meta(row.document_type)
			reads = bool(frappe.has_permission(meta.name, "read"))
			levels = {ptype: self._levels(meta, ptype, reads) for ptype in ("read", "write")}
			masked = {("", f) for f in compat.masked_fields(meta)}
			for table in meta.get_table_fields():
				masked |= {(table.fieldname, f) for f in compat.masked_fields(frappe.get_meta(table.options))}
			self._facts[meta.name] = {
				"read": reads,
				"select": reads or bool(frappe.has_permission(meta.name, "select")),
				"levels": levels,
				"masked": masked,
			}

	def _levels(self, meta: Any, ptype: str, reads: bool) -> set[int]:
		if self.user == "Administrator":
			return set(range(10))
		return set(meta.get_permlevel_access(permission_type=ptype, user=self.user)) | (
			{0} if reads and ptype == "read" else set()
		)

	def _target(self) -> Target:
		surfaces = {}
		for row in self.doc.doctype_rules:
			if row.document_type in self._facts and not frappe.get_meta(row.document_type).istable:
				surface = self._surface(row)
				if surface.operations:
					surfaces[row.document_type] = surface
		named = {r.user for r in frappe.get_all("MCP Profile User", fields=["user"])}
		return Target(
			user=self.user,
			profile=self.doc.name,
			surfaces=surfaces,
			reports={r.report: bool(r.acknowledged) for r in self.doc.report_rules},
			closed=self._closed(surfaces),
			restricted=bool(self.doc.restrict_to_mcp),
			read_only=bool(self.doc.read_only),
			max_rows=cint(frappe.db.get_single_value("MCP Gateway Settings", "max_page_size")) or 100,
			named=frozenset(named),
		)

	def _closed(self, opened: Mapping[str, Any]) -> tuple[str, ...]:
		"""DocTypes outside the profile, those first that the user could read without it."""
		names = frappe.get_all(
			"DocType", filters={"istable": 0, "issingle": 0, "is_virtual": 0}, pluck="name", order_by="name"
		)
		in_profile = {row.document_type for row in self.doc.doctype_rules}
		outside = [n for n in names if n not in in_profile and n not in opened]

		def readable() -> list[str]:
			return [n for n in outside if frappe.has_permission(n, "read")]

		first = self._as_user(readable)
		return tuple([*first, *(n for n in outside if n not in first)][:40])

	def _surface(self, row: Any) -> Surface:
		meta = frappe.get_meta(row.document_type)
		facts = self._facts[meta.name]
		operations = frozenset(
			f.removeprefix("can_") for f, v in row.as_dict().items() if f.startswith("can_") and v
		)
		if not facts["read"]:
			operations &= {"select"}
		if not facts["select"]:
			operations = frozenset()
		fields, tables = self._fields(meta, row, operations)
		self._filters[meta.name] = self._row_filter(row.row_filter or "")
		listable = not meta.issingle and not meta.get("is_virtual")
		sampled = self._sample(meta.name) if listable and operations else []
		if meta.issingle:
			sampled = [meta.name]
		found = self._sorted(meta.name, sampled)
		self._visible.update({(meta.name, n): v for n, v in found.items()})
		shown = [n for n in sampled if found[n]]
		hidden = sorted((n for n in sampled if not found[n]), key=lambda n: n not in self._permitted)
		narrowed = bool(hidden) and hidden[0] in self._permitted
		return Surface(
			doctype=meta.name,
			operations=operations,
			fields=fields,
			tables=tables,
			visible=tuple(
				self._loaded(meta.name, [*shown[: LOADED // 2], *shown[LOADED // 2 :][-LOADED // 2 :]])
			),
			invisible=tuple(self._loaded(meta.name, hidden[:LOADED])),
			narrowed=narrowed,
			sampled=(*shown, *hidden),
			visible_names=frozenset(shown),
			single=bool(meta.issingle),
			listable=listable,
			submittable=bool(meta.is_submittable),
			numbered=(meta.autoname or "").lower() == "autoincrement",
			takes_name=(meta.autoname or "").lower() == "prompt",
			row_filter=(row.row_filter or "").strip(),
			ask=frozenset(
				o
				for o in ("delete", "submit", "cancel", "bulk")
				if row.get(f"ask_{o}") or self.doc.get(f"ask_{o}")
			),
			prints=bool(row.acknowledge_print),
			hidden_name=bool(row.acknowledge_hidden_name),
			conditions=tuple(c.as_dict() for c in self.doc.conditions if c.document_type == meta.name),
			row_filter_fields=tuple(f[0] for f in self._filters[meta.name] or ()),
		)

	def _fields(
		self, meta: Any, row: Any, operations: frozenset[str]
	) -> tuple[dict[str, TruthField], dict[str, dict[str, TruthField]]]:
		rules = {
			(r.table_field or "", r.fieldname): r
			for r in self.doc.field_rules
			if r.document_type == meta.name
		}
		only = row.field_mode == "Only Allowed"
		reads = "read" in operations
		selectable = {"name", meta.get_title_field()}

		def one(df: Any, table: str, only_allowed: bool) -> TruthField:
			rule = rules.get((table, df.fieldname))
			facts = self._facts[meta.name]
			closed = df.fieldtype == "Password" or cint(df.permlevel) not in facts["levels"]["read"]
			ruled_out = rule.rule == "Restricted" if rule else only_allowed
			if not table and not reads and df.fieldname not in selectable:
				ruled_out = True
			by_frappe = (table, df.fieldname) in facts["masked"]
			masked = by_frappe or bool(rule and rule.rule == "Masked")
			state = HIDDEN if closed or ruled_out else MASKED if masked else OPEN
			writable = (
				state == OPEN
				and not df.read_only
				and not df.get("is_virtual")
				and cint(df.permlevel) in facts["levels"]["write"]
				and not (rule and rule.rule == "Read Only")
			)
			return TruthField(
				df.fieldname,
				df.fieldtype,
				state,
				mask=("Frappe" if by_frappe else rule.mask_style or "Full") if state == MASKED else "",
				options=df.options or "",
				table=table,
				by_profile=ruled_out and not closed,
				writable=writable,
				fetch_from=df.fetch_from or "",
			)

		fields = {"name": TruthField("name", "Data", OPEN)}
		for fieldname, fieldtype in STANDARD.items():
			fields[fieldname] = one(
				frappe._dict(fieldname=fieldname, fieldtype=fieldtype, read_only=1), "", only
			)
		tables: dict[str, dict[str, TruthField]] = {}
		for df in meta.fields:
			if df.fieldtype in table_fields and df.options:
				fields[df.fieldname] = one(df, "", only)
				named = [r for (table, _f), r in rules.items() if table == df.fieldname]
				names_some = only and any(r.rule != "Restricted" for r in named)
				child = frappe.get_meta(df.options)
				tables[df.fieldname] = {"name": TruthField("name", "Data", OPEN, table=df.fieldname)} | {
					c.fieldname: one(c, df.fieldname, names_some)
					for c in child.fields
					if c.fieldtype not in no_value_fields and c.fieldtype not in table_fields
				}
			elif df.fieldtype not in no_value_fields or df.fieldtype == "Password":
				fields[df.fieldname] = one(df, "", only)
		return fields, tables

	# Which documents exist for the user

	def _sample(self, doctype: str) -> list[str]:
		names = frappe.get_all(doctype, pluck="name", order_by="name asc", limit=ALL_NAMES + 1)
		if len(names) > ALL_NAMES:
			newest, direction = compat.default_order()[0]
			names = [
				*names[:EDGE],
				*frappe.get_all(doctype, pluck="name", order_by="name desc", limit=EDGE),
				*frappe.get_all(doctype, pluck="name", order_by=f"{newest} {direction}", limit=EDGE),
			]

		def own() -> list[str]:
			return frappe.get_list(doctype, pluck="name", order_by="name asc", limit=EDGE)

		return list(dict.fromkeys(str(n) for n in [*names, *self._as_user(own)]))

	def _sorted(self, doctype: str, names: list[str]) -> dict[str, bool]:
		"""By name, whether each of these documents exists for the user."""
		if not names:
			return {}
		single = bool(frappe.get_meta(doctype).issingle)

		def permitted() -> set[str]:
			if single or frappe.get_meta(doctype).get("is_virtual"):
				return set(names) if frappe.has_permission(doctype, "read") else set()
			found = frappe.get_list(
				doctype,
				filters={"name": ["in", names]},
				pluck="name",
				order_by="name asc",
				limit=len(names),
			)
			listed = {str(n) for n in found}
			# What no list shows may still be read by its name: shares, hooks.
			for name in [n for n in names if n not in listed][:LOADED]:
				try:
					if frappe.get_doc(doctype, name).has_permission("read"):
						listed.add(name)
				except (frappe.DoesNotExistError, frappe.PermissionError):
					frappe.clear_messages()
			return listed

		allowed = self._as_user(permitted)
		self._permitted = frozenset(allowed)
		if not single and (own := self._filters.get(doctype, [])) != []:
			if own is None:
				allowed = set()
			else:
				found = frappe.get_all(
					doctype,
					filters=[*own, ["name", "in", names]],
					pluck="name",
					order_by="name asc",
					limit=len(names),
				)
				allowed &= {str(n) for n in found}
		return {name: name in allowed for name in names}

	def _row_filter(self, text: str) -> list[list[Any]] | None:
		"""A row filter as Frappe's own filters, placeholders filled in; None where one has no value, so that nothing matches."""
		if not text.strip():
			return []
		raw = json.loads(text)
		if isinstance(raw, dict):
			raw = [[f, *(v if isinstance(v, list) else ["=", v])] for f, v in raw.items()]
		elif raw and isinstance(raw[0], str):
			raw = [raw]
		found = []
		for part in raw:
			fieldname, operator, value = [p for p in part if p != "and"][-3:]
			values: list[Any] = []
			for one in value if isinstance(value, list) else [value]:
				filled = self._placeholder(one)
				if filled is None:
					return None
				values += filled
			if not isinstance(value, list) and len(values) > 1:
				operator = {"=": "in", "!=": "not in"}.get(operator, operator)
				found.append([fieldname, operator, values])
			else:
				found.append([fieldname, operator, values if isinstance(value, list) else values[0]])
		return found

	def _placeholder(self, value: Any) -> list[Any] | None:
		text = value.strip() if isinstance(value, str) else ""
		if not (text.startswith("{{") and text.endswith("}}")):
			return [value]
		name = text[2:-2].strip()
		if name == "user":
			return [self.user]
		if name == "today":
			return [nowdate()]
		key = name.partition(".")[2]
		return [v for v in frappe.defaults.get_user_default_as_list(key, self.user) or [] if v] or None

	def _loaded(self, doctype: str, names: Iterable[str]) -> list[Mapping[str, Any]]:
		return [d for d in (self.document(doctype, n) for n in names) if d is not None]

	# Values that no answer may hold

	def _canaries(self) -> list[Canary]:
		seen = self._visible_texts()
		found: dict[str, Canary] = {}
		for surface in self.target.surfaces.values():
			for doc in surface.visible:
				for field in surface.own(HIDDEN, MASKED):
					self._note(found, field, doc.get(field.fieldname), surface.doctype, seen)
				for table, rows in surface.tables.items():
					closed = surface.fields[table].state != OPEN
					for row in doc.get(table) or ():
						for field in rows.values():
							if closed or field.state != OPEN:
								self._note(found, field, row.get(field.fieldname), surface.doctype, seen)
			for doc in surface.invisible:
				for field in (f for f in surface.fields.values() if f.fieldname not in surface.tables):
					self._note(found, field, doc.get(field.fieldname), surface.doctype, seen)
		return list(found.values())

	def _note(self, found: dict[str, Canary], field: TruthField, value: Any, doctype: str, seen: str) -> None:
		text = canary_text(field, value)
		if text and text not in found and text.casefold() not in seen:
			found[text] = Canary(text, f"{doctype}.{field.path}")

	def _visible_texts(self) -> str:
		"""All that the user is meant to see of the sample, in one text."""
		parts: list[str] = [self.user]
		if frappe.db.exists("DocType", "Company"):  # the default one is told by get_system_info
			parts += frappe.get_all("Company", pluck="name", limit=50)
		parts += [f.label or "" for s in self.target.surfaces for f in frappe.get_meta(s).fields]
		parts += [str(f.options or "") for s in self.target.surfaces for f in frappe.get_meta(s).fields]
		parts += [*self.target.surfaces]
		# What an administrator has written there is told by get_doctype_permissions.
		parts += [str(filters) for filters in self._filters.values()]
		parts += [str(row.value or "") for row in self.doc.conditions]
		for surface in self.target.surfaces.values():
			for doc in surface.visible:
				parts += [str(doc.get(f.fieldname)) for f in surface.own(OPEN)]
				for table, rows in surface.tables.items():
					if surface.fields[table].state == OPEN:
						parts += [
							str(row.get(f.fieldname))
							for row in doc.get(table) or ()
							for f in rows.values()
							if f.state == OPEN
						]
		return "\n".join(parts).casefold()

	def _as_user(self, function: Any) -> Any:
		return as_user(self.user, function, self.ip_address)


def canary_text(field: TruthField, value: Any) -> str:
	"""How a value would be recognised in an answer; empty for what is too short or too common to be recognised. Pure."""
	if value in (None, "", 0) or field.fieldname in ("docstatus", "owner", "modified_by"):
		return ""
	if field.fieldtype in TEXTS or field.fieldtype in ("Attach", "Attach Image", "Barcode"):
		text = str(value).strip()
		return text[:200] if len(text) >= SHORTEST and not text.isspace() else ""
	if field.fieldtype in NUMBERS:
		text = repr(float(value)).removesuffix(".0") if field.fieldtype != "Int" else str(value)
		return (
			text
			if len(text.replace(".", "").replace("-", "").strip("0")) >= SHORTEST - 2
			and len(text) >= SHORTEST
			else ""
		)
	return ""
