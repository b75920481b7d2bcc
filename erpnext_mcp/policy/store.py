"""Reads profiles and settings from the site, and keeps them in the process until somebody changes one.

A change is effective at the next call on every worker and machine (T48, T58): each write of a profile or of the
settings, before and after its commit, puts a new revision into Redis, and what a process keeps is good for one revision
only. Without Redis nothing is kept. A warm call costs one GET and no database query.
"""

import datetime
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import frappe
from frappe.utils import cint, get_datetime
from redis.exceptions import RedisError

from erpnext_mcp.policy.operations import OPERATIONS
from erpnext_mcp.policy.profile import (
	ASKED,
	CLIENT_LIMITS,
	LIMITS,
	LONGEST_TTL,
	Condition,
	DocTypeRule,
	FieldRule,
	Profile,
	lines,
)

PROFILE = "MCP Permission Profile"
SETTINGS = "MCP Gateway Settings"
SUSPENSION = "MCP Suspension"
CLIENT = "MCP Client"

REVISION_KEY = "erpnext_mcp:policy_revision"
LONGEST_KEPT = 60
"""Seconds after which a process looks whether anything was changed, whatever Redis says: a writer may have died between commit
and revision."""
LONGEST_UNREAD = 3600
"""Seconds after which it reads everything again: somebody may have changed it by SQL, past Frappe."""

TABLES = (
	PROFILE,
	"MCP Profile User",
	"MCP Profile Role",
	"MCP Profile Client",
	"MCP Profile Network",
	"MCP Report Rule",
	"MCP DocType Rule",
	"MCP Field Rule",
	"MCP Condition",
)
STATE = " union all ".join(
	(
		*(f"select '{table}', count(*), max(modified), 0, '' from `tab{table}`" for table in TABLES),
		f"select '{SUSPENSION}', count(*), max(modified), sum(lifted), '' from `tab{SUSPENSION}`",
		f"select '{CLIENT}', count(*), max(modified), sum(paused) + sum(registered), '' from `tab{CLIENT}`",
		f"select '{SETTINGS}', 1, null, 0, value from `tabSingles` where doctype = '{SETTINGS}' and field = 'modified'",
	)
)
"""What is different once anything that `read` reads is: one statement, where that takes fifteen."""


@dataclass(frozen=True)
class Settings:
	"""MCP Gateway Settings as a value. Sizes are rows, `max_answer_bytes` bytes, `query_time_limit` and
	`request_timeout` seconds.

	`limits` are LIMITS and CLIENT_LIMITS by name, 0 for none. `suspend_after` refusals by policy within `suspend_within`
	minutes suspend a user; 0: never. `cache_ttl` is seconds, `cache_size` entries.
	"""

	enabled: bool
	read_only: bool
	default_profile: str | None
	default_page_size: int
	max_page_size: int
	max_answer_bytes: int
	query_time_limit: int
	request_timeout: int
	require_https: bool
	log_reads: bool
	text_log: bool
	audit_retention_days: int
	log_values: bool
	allowed_origins: frozenset[str]
	server_instructions: str
	any_oauth_client: bool
	registered_oauth_clients: bool
	oauth_registration: bool
	oauth_clients: frozenset[str]
	limits: Mapping[str, int]
	suspend_after: int
	suspend_within: int
	cache_enabled: bool
	cache_ttl: int
	cache_size: int

	@property
	def caches(self) -> bool:
		"""Whether answers may be kept where a rule says so."""
		return self.cache_enabled and self.cache_ttl > 0 and self.cache_size > 0


@dataclass(frozen=True)
class Policy:
	"""Everything an administrator has decided, as of one revision."""

	settings: Settings
	profiles: tuple[Profile, ...]
	suspended: frozenset[str] = frozenset()
	"""Users whose access was ended by too many refusals."""
	paused: frozenset[str] = frozenset()
	"""Users whom an administrator has paused."""
	paused_clients: frozenset[str] = frozenset()
	"""The credentials that he has."""
	registered_clients: frozenset[str] = frozenset()
	"""OAuth clients that have registered themselves here."""
	revision: str | None = field(default=None, compare=False)
	"""None when Redis could not be reached: nothing that is made from it can be kept."""

	@property
	def listed_clients(self) -> frozenset[str]:
		"""OAuth clients that the settings or any profile name, and those registered here where the settings let them in."""
		registered = self.registered_clients if self.settings.registered_oauth_clients else frozenset()
		return self.settings.oauth_clients.union(registered, *(p.clients for p in self.profiles))


HELD = "erpnext_mcp_policy"
"""On `frappe.local`: (request, policy)."""


@dataclass(frozen=True)
class _Kept:
	"""The policy of one revision, and when it was read and looked at. Holds nothing of any user (T49)."""

	revision: str
	policy: Policy
	state: Any
	read_at: float
	seen_at: float


_kept: dict[str, _Kept] = {}
"""By site."""
_loads: dict[str, list[int]] = {}
"""By site: how often the policy was there, and how often it was read from the database."""


def load() -> Policy:
	"""The site's policy as of now; for a request that has called `hold`, as of then.

	May roll back: call it before anything of the call is written.
	"""
	held = getattr(frappe.local, HELD, None)
	if held is not None and held[0] is getattr(frappe.local, "request", None):
		return held[1]
	return _load()


def hold() -> Policy:
	"""The site's policy as of now, for the rest of the current HTTP request: one question to Redis, not one for each that asks.

	To be called by who answers requests that are one call each.
	"""
	policy = _load()
	setattr(frappe.local, HELD, (frappe.local.request, policy))
	return policy


def _load() -> Policy:
	site = frappe.local.site
	revision = _revision()
	kept, now = _kept.get(site), time.monotonic()
	loads = _loads.setdefault(site, [0, 0])
	is_current = kept is not None and kept.revision == revision
	if is_current and now - kept.seen_at < LONGEST_KEPT:
		loads[0] += 1
		return kept.policy
	# The revision was read first, and the rows are read in a new snapshot: they are at least as new as it.
	frappe.db.rollback()
	state = _state()
	if is_current and now - kept.read_at < LONGEST_UNREAD and state == kept.state:
		loads[0] += 1
		_kept[site] = replace(kept, seen_at=now)
		return kept.policy
	loads[1] += 1
	policy = replace(read(), revision=revision)
	if revision:
		_kept[site] = _Kept(revision, policy, state, now, now)
	return policy


def _state() -> Any:
	return frappe.db.sql(STATE)


def statistics() -> dict[str, int]:
	"""`{hits, misses}` of this process."""
	hits, misses = _loads.get(frappe.local.site, (0, 0))
	return {"hits": hits, "misses": misses}


def read() -> Policy:
	"""The policy as this transaction sees it, from the database."""
	return Policy(_settings(), tuple(_profiles()), *_suspended(), *_clients())


def changed() -> None:
	"""To be called by whoever writes a profile, the settings, a suspension or a client, within his transaction."""
	setattr(frappe.local, HELD, None)
	_new_revision()
	frappe.db.after_commit.add(_new_revision)


def document_changed(doc: Any = None, method: str | None = None) -> None:
	"""Document event of what is held against the database for each revision: users (`known_users`) and DocTypes (`limits.own_cache`)."""
	changed()


def _revision() -> str | None:
	"""The current revision; None when Redis can't be reached."""
	try:
		found = frappe.cache.get(frappe.cache.make_key(REVISION_KEY))
	except RedisError:
		return None
	return found.decode() if found else _new_revision()


def _new_revision() -> str | None:
	revision = frappe.generate_hash(length=16)
	try:
		frappe.cache.set(frappe.cache.make_key(REVISION_KEY), revision)
	except RedisError:
		return None
	return revision


def _settings() -> Settings:
	"""What was never saved has its default from the DocType."""
	doc = frappe.get_doc(SETTINGS)

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
		request_timeout=max(0, number("request_timeout")),
		require_https=bool(number("require_https")),
		log_reads=bool(number("log_reads")),
		text_log=bool(number("text_log")),
		audit_retention_days=max(0, number("audit_retention_days")),
		log_values=bool(number("log_values")),
		allowed_origins=frozenset((doc.allowed_origins or "").split()),
		server_instructions=(doc.server_instructions or "").strip(),
		any_oauth_client=doc.oauth_clients_allowed == "Any",
		registered_oauth_clients=doc.oauth_clients_allowed == "Listed and Registered",
		oauth_registration=bool(number("oauth_registration")),
		oauth_clients=frozenset(row.client for row in doc.oauth_clients),
		limits={name: max(0, number(name)) for name in (*LIMITS, *CLIENT_LIMITS)},
		suspend_after=max(0, number("suspend_after")),
		suspend_within=max(1, number("suspend_within")),
		cache_enabled=bool(number("cache_enabled")),
		cache_ttl=min(max(0, number("cache_ttl")), LONGEST_TTL),
		cache_size=max(0, number("cache_size")),
	)


def _suspended() -> tuple[frozenset[str], frozenset[str]]:
	"""Users who were refused too often, and users whom an administrator has paused."""
	table = frappe.qb.DocType(SUSPENSION)
	rows = frappe.qb.from_(table).select(table.user, table.paused_by).where(table.lifted == 0).run()
	return frozenset(user for user, by in rows if not by), frozenset(user for user, by in rows if by)


def _clients() -> tuple[frozenset[str], frozenset[str]]:
	"""Credentials that an administrator has paused, and OAuth clients that have registered themselves."""
	table = frappe.qb.DocType(CLIENT)
	query = frappe.qb.from_(table).select(
		table.credential, table.oauth_client, table.paused, table.registered
	)
	rows = query.where((table.paused == 1) | (table.registered == 1)).run(as_dict=True)
	return (
		frozenset(row.credential for row in rows if row.paused),
		frozenset(row.oauth_client for row in rows if row.registered and row.oauth_client),
	)


def _profiles() -> list[Profile]:
	users = _values("MCP Profile User", "user")
	roles = _values("MCP Profile Role", "role")
	clients = _values("MCP Profile Client", "client")
	networks = _values("MCP Profile Network", "network")
	reports = {
		parent: {row.report: bool(row.acknowledged) for row in rows}
		for parent, rows in _grouped("MCP Report Rule", "report", "acknowledged").items()
	}
	rules = _rules()
	return [
		Profile(
			name=row.name,
			enabled=bool(row.enabled),
			read_only=bool(row.read_only),
			priority=cint(row.priority),
			revision=str(row.modified),
			users=frozenset(users.get(row.name, ())),
			roles=frozenset(roles.get(row.name, ())),
			clients=frozenset(clients.get(row.name, ())),
			networks=tuple(networks.get(row.name, ())),
			valid_from=_moment(row.valid_from),
			valid_upto=_moment(row.valid_upto),
			write_until=_moment(row.write_until),
			restrict_to_mcp=bool(row.restrict_to_mcp),
			rules=rules.get(row.name, {}),
			reports=reports.get(row.name, {}),
			ask=frozenset(o for o in ASKED if row[f"ask_{o}"]),
			limits={name: cint(row[name]) for name in LIMITS if row[name]},
		)
		for row in _rows(
			PROFILE,
			"name",
			"enabled",
			"read_only",
			"priority",
			"modified",
			"valid_from",
			"valid_upto",
			"write_until",
			"restrict_to_mcp",
			*(f"ask_{o}" for o in ASKED),
			*LIMITS,
		)
	]


def _rules() -> dict[str, dict[str, DocTypeRule]]:
	"""The DocType rules by profile and DocType, each with its field rules and conditions."""
	fields: dict[tuple[str, str], list[FieldRule]] = {}
	for parent, rows in _grouped(
		"MCP Field Rule", "document_type", "table_field", "fieldname", "rule", "mask_style"
	).items():
		for row in rows:
			fields.setdefault((parent, row.document_type), []).append(
				FieldRule(row.fieldname, row.rule, row.table_field or "", row.mask_style or "")
			)
	conditions: dict[tuple[str, str], list[Condition]] = {}
	for parent, rows in _grouped(
		"MCP Condition", "document_type", "operation", "field", "operator", "value", "document_state"
	).items():
		for row in rows:
			conditions.setdefault((parent, row.document_type), []).append(
				Condition(
					row.operation, row.field, row.operator, condition_value(row.value), row.document_state
				)
			)
	operations = {f"can_{o}": o for o in OPERATIONS}
	rules: dict[str, dict[str, DocTypeRule]] = {}
	for parent, rows in _grouped(
		"MCP DocType Rule",
		"document_type",
		"field_mode",
		"row_filter",
		"max_rows",
		"acknowledge_password_fields",
		"print_formats",
		"acknowledge_print",
		"acknowledge_hidden_name",
		"acknowledge_hidden_required",
		"cache_documents",
		"own_tools",
		"tool_slug",
		*(f"ask_{o}" for o in ASKED),
		*operations,
	).items():
		for row in rows:
			key = (parent, row.document_type)
			rules.setdefault(parent, {})[row.document_type] = DocTypeRule(
				doctype=row.document_type,
				operations=frozenset(o for fieldname, o in operations.items() if row[fieldname]),
				field_mode=row.field_mode,
				field_rules=tuple(fields.get(key, ())),
				conditions=tuple(conditions.get(key, ())),
				row_filter=(row.row_filter or "").strip(),
				max_rows=cint(row.max_rows),
				acknowledge_password_fields=bool(row.acknowledge_password_fields),
				print_formats=lines(row.print_formats),
				acknowledge_print=bool(row.acknowledge_print),
				acknowledge_hidden_name=bool(row.acknowledge_hidden_name),
				acknowledge_hidden_required=bool(row.acknowledge_hidden_required),
				cache_documents=bool(row.cache_documents),
				own_tools=bool(row.own_tools),
				ask=frozenset(o for o in ASKED if row[f"ask_{o}"]),
				tool_slug=row.tool_slug or "",
			)
	return rules


def tool_slugs() -> dict[str, str]:
	"""The slugs that were given to DocTypes, of all profiles; as this transaction sees them."""
	slugs: dict[str, str] = {}
	for rows in _grouped("MCP DocType Rule", "document_type", "tool_slug").values():
		for row in rows:
			if row.tool_slug:
				# One slug a DocType; the smallest, should two saves at the same moment have given two.
				slugs[row.document_type] = min(row.tool_slug, slugs.get(row.document_type, row.tool_slug))
	return slugs


def condition_value(text: str | None):
	"""The value of a condition as it was written: JSON, or a plain text without quotes; None when empty."""
	if text is None or not text.strip():
		return None
	try:
		return json.loads(text)
	except (ValueError, RecursionError):
		return text.strip()


def _moment(value) -> datetime.datetime | None:
	return get_datetime(value) if value else None


def _values(doctype: str, fieldname: str) -> dict[str, list[str]]:
	return {parent: [row[fieldname] for row in rows] for parent, rows in _grouped(doctype, fieldname).items()}


def _grouped(doctype: str, *fields: str) -> dict[str, list]:
	"""The rows of one of the child tables of profiles, by profile, in their order."""
	grouped: dict[str, list] = {}
	for row in sorted(_rows(doctype, "parent", "parenttype", "idx", *fields), key=lambda r: r.idx):
		if row.parenttype == PROFILE:
			grouped.setdefault(row.parent, []).append(row)
	return grouped


def _rows(doctype: str, *fields: str) -> list:
	"""All rows of one of our tables. Not by get_all: on v15 it drops columns whose names contain `_assign`."""
	table = frappe.qb.DocType(doctype)
	return frappe.qb.from_(table).select(*(table[f] for f in fields)).run(as_dict=True)
