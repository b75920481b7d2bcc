"""Reads profiles and settings from the site. The only module of the policy that loads its doctypes."""

from dataclasses import dataclass

import frappe
from frappe.utils import cint

from erpnext_mcp.policy.operations import OPERATIONS
from erpnext_mcp.policy.profile import DocTypeRule, Profile

PROFILE = "MCP Permission Profile"
SETTINGS = "MCP Gateway Settings"


@dataclass(frozen=True)
class Settings:
	"""MCP Gateway Settings as a value. Sizes are rows, `max_answer_bytes` bytes, `query_time_limit` seconds."""

	enabled: bool
	read_only: bool
	default_profile: str | None
	default_page_size: int
	max_page_size: int
	max_answer_bytes: int
	query_time_limit: int
	log_reads: bool
	allowed_origins: frozenset[str]
	server_instructions: str


def load_settings() -> Settings:
	"""The site's settings; what was never saved has its default from the DocType."""
	doc = frappe.get_cached_doc(SETTINGS)

	def number(fieldname: str) -> int:
		value = doc.get(fieldname)
		return cint(doc.meta.get_field(fieldname).default if value is None else value)

	max_page_size = max(1, number("max_page_size"))
	return Settings(
		enabled=bool(number("enabled")),
		read_only=bool(number("read_only")),
		default_profile=doc.default_profile or None,
		default_page_size=min(max(1, number("default_page_size")), max_page_size),
		max_page_size=max_page_size,
		max_answer_bytes=max(1, number("max_answer_kb")) * 1024,
		query_time_limit=max(0, number("query_time_limit")),
		log_reads=bool(number("log_reads")),
		allowed_origins=frozenset((doc.allowed_origins or "").split()),
		server_instructions=(doc.server_instructions or "").strip(),
	)


def load_profiles() -> list[Profile]:
	"""All profiles of the site, from the database: a change is effective at the next call, wherever it was made (T58)."""
	users = _values("MCP Profile User", "user")
	roles = _values("MCP Profile Role", "role")
	rules: dict[str, dict[str, DocTypeRule]] = {}
	operations = {f"can_{o}": o for o in OPERATIONS}
	for row in _rows(
		"MCP DocType Rule", "parent", "document_type", "acknowledge_password_fields", *operations
	):
		rules.setdefault(row.parent, {})[row.document_type] = DocTypeRule(
			doctype=row.document_type,
			operations=frozenset(o for fieldname, o in operations.items() if row[fieldname]),
			acknowledge_password_fields=bool(row.acknowledge_password_fields),
		)
	return [
		Profile(
			name=row.name,
			enabled=bool(row.enabled),
			read_only=bool(row.read_only),
			priority=cint(row.priority),
			revision=str(row.modified),
			users=frozenset(users.get(row.name, ())),
			roles=frozenset(roles.get(row.name, ())),
			rules=rules.get(row.name, {}),
		)
		for row in _rows(PROFILE, "name", "enabled", "read_only", "priority", "modified")
	]


def _values(doctype: str, fieldname: str) -> dict[str, list[str]]:
	values: dict[str, list[str]] = {}
	for row in _rows(doctype, "parent", fieldname):
		values.setdefault(row.parent, []).append(row[fieldname])
	return values


def _rows(doctype: str, *fields: str) -> list:
	"""All rows of one of our tables. Not by get_all: on v15 it drops columns whose names contain `_assign`."""
	table = frappe.qb.DocType(doctype)
	return frappe.qb.from_(table).select(*(table[f] for f in fields)).run(as_dict=True)
