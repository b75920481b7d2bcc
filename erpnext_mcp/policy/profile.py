"""A permission profile as a value, and the choice of the one that applies to a call. Pure: no database."""

import datetime
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from erpnext_mcp.policy.operations import CANCEL, DELETE, SUBMIT

ALL_FIELDS = "All Fields"
ONLY_ALLOWED = "Only Allowed"

ALLOWED = "Allowed"
RESTRICTED = "Restricted"
READ_ONLY = "Read Only"
MASKED = "Masked"
FIELD_RULES = (ALLOWED, RESTRICTED, READ_ONLY, MASKED)

LIMITS = ("reads_per_minute", "reads_per_hour", "writes_per_minute", "writes_per_hour", "rows_per_hour")
"""What a user may ask for, over all his clients: fields of settings and profile alike."""
CLIENT_LIMITS = (
	"client_reads_per_minute",
	"client_reads_per_hour",
	"client_writes_per_minute",
	"client_writes_per_hour",
)
"""The same for what he asks with one client: fields of the settings alone."""

LONGEST_TTL = 3600
"""Seconds that an answer is kept at most."""

AFTER = "After"
BEFORE = "Before"


@dataclass(frozen=True)
class FieldRule:
	"""What a profile does with one field; `table_field` is set for a field of a table's rows."""

	fieldname: str
	rule: str
	table_field: str = ""
	mask_style: str = ""


@dataclass(frozen=True)
class Condition:
	"""What must hold for an operation. `field` may be `table_field.fieldname`: then in every row."""

	operation: str
	field: str
	operator: str
	value: Any = None
	document_state: str = AFTER


def lines(text: str | None) -> tuple[str, ...]:
	"""The names in a text that has one a line, each once."""
	return tuple(dict.fromkeys(line.strip() for line in (text or "").splitlines() if line.strip()))


BULK = "bulk"
ASKED = (DELETE, SUBMIT, CANCEL, BULK)
"""What a person can be asked before."""


@dataclass(frozen=True)
class DocTypeRule:
	"""What a profile opens of one DocType.

	`row_filter` is the JSON text as it was written; `max_rows` 0 means the settings' own.
	"""

	doctype: str
	operations: frozenset[str]
	field_mode: str = ALL_FIELDS
	field_rules: tuple[FieldRule, ...] = ()
	conditions: tuple[Condition, ...] = ()
	row_filter: str = ""
	max_rows: int = 0
	acknowledge_password_fields: bool = False
	print_formats: tuple[str, ...] = ()
	"""The only print formats that may be used; empty: all of the DocType."""
	acknowledge_print: bool = False
	"""Those formats may show what is hidden or masked."""
	acknowledge_hidden_name: bool = False
	"""Known when it was saved: names and titles may show hidden fields. Decides nothing later."""
	acknowledge_hidden_required: bool = False
	"""The same: what is required may be hidden."""
	cache_documents: bool = False
	own_tools: bool = False
	ask: frozenset[str] = frozenset()
	"""What a person is asked before (ASKED)."""
	tool_slug: str = ""
	"""What stands for the DocType in the names of its own tools (`policy.tool_names`)."""

	@property
	def hides_or_masks(self) -> bool:
		"""Whether anybody sees less of the DocType's fields than Frappe shows him."""
		return self.field_mode == ONLY_ALLOWED or any(
			f.rule in (RESTRICTED, MASKED) for f in self.field_rules
		)


@dataclass(frozen=True)
class Profile:
	"""One MCP Permission Profile.

	`revision` is the time it was last saved, as text; `users`, `roles` and `clients` say whom it names; times are the
	site's, naive as Frappe stores them.
	"""

	name: str
	enabled: bool = True
	read_only: bool = False
	priority: int = 0
	revision: str = ""
	users: frozenset[str] = frozenset()
	roles: frozenset[str] = frozenset()
	clients: frozenset[str] = frozenset()
	networks: tuple[str, ...] = ()
	valid_from: datetime.datetime | None = None
	valid_upto: datetime.datetime | None = None
	write_until: datetime.datetime | None = None
	restrict_to_mcp: bool = False
	rules: Mapping[str, DocTypeRule] = field(default_factory=dict)
	ask: frozenset[str] = frozenset()
	"""What a person is asked before, of every DocType (ASKED)."""
	reports: Mapping[str, bool] = field(default_factory=dict)
	"""Reports it opens: whether it is acknowledged that field rules don't cover their output."""
	limits: Mapping[str, int] = field(default_factory=dict)
	"""Of LIMITS those that it sets itself, smaller or larger than the settings; 0: no limit."""

	@property
	def names_somebody(self) -> bool:
		return bool(self.users or self.roles or self.clients)

	def matches(self, user: str, roles: frozenset[str], client: str | None) -> bool:
		"""Entries of one kind are alternatives; of several kinds each needs a match."""
		return (
			self.names_somebody
			and (not self.users or user in self.users)
			and (not self.roles or bool(self.roles & roles))
			and (not self.clients or client in self.clients)
		)

	@property
	def level(self) -> int:
		"""How specific it is, smaller is stronger: user and client, user, role and client, role, client."""
		if self.users:
			return 0 if self.clients else 1
		if self.roles:
			return 2 if self.clients else 3
		return 4

	def is_read_only(self, now: datetime.datetime) -> bool:
		"""Read-only with a write window: writes until then."""
		return self.read_only and not (self.write_until is not None and now < self.write_until)

	def out_of_date(self, now: datetime.datetime) -> bool:
		return bool(
			(self.valid_from and now < self.valid_from) or (self.valid_upto and now > self.valid_upto)
		)

	def lets_in(self, ip_address: str) -> bool:
		"""Whether a call may come from this address; what is no address is let in only where any is."""
		return not self.networks or in_networks(ip_address, self.networks)


def in_networks(ip_address: str, networks: Iterable[str]) -> bool:
	"""Whether an address lies in one of the networks (`203.0.113.7`, `192.0.2.0/24`, `2001:db8::/32`).

	An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) counts as the IPv4 address it is.
	"""
	try:
		address = ipaddress.ip_address(ip_address)
	except ValueError:
		return False
	mapped = getattr(address, "ipv4_mapped", None)
	address = mapped or address
	return any(address in ipaddress.ip_network(n, strict=False) for n in networks)


def choose(
	profiles: Iterable[Profile],
	user: str,
	roles: Iterable[str],
	default: str | None = None,
	client: str | None = None,
) -> Profile | None:
	"""The one profile that applies to a user (DESIGN §4), or None.

	Whether it is enabled, in date and reached from its networks is not asked here: a winner that is not denies, it never
	falls through to a wider one (T75).

	:param roles: the user's roles, automatic ones included
	:param default: name of the default profile of the settings; never applies to Administrator
	:param client: OAuth client that the token was issued to; None for API keys
	"""
	profiles = list(profiles)
	matching = matching_profiles(profiles, user, roles, client)
	if matching:
		return matching[0]
	if user == "Administrator":
		return None
	return next((p for p in profiles if p.name == default), None) if default else None


def matching_profiles(
	profiles: Iterable[Profile], user: str, roles: Iterable[str], client: str | None = None
) -> list[Profile]:
	"""The profiles that name a user, the one that wins first; parameters as of `choose`."""
	roles = frozenset(roles)
	found = [p for p in profiles if p.matches(user, roles, client)]
	if user == "Administrator":
		# Has every role: only being named as a user counts (T76).
		found = [p for p in found if user in p.users]
	return sorted(found, key=lambda p: (p.level, -p.priority, p.name))


def binds(profile: Profile, user: str, roles: Iterable[str], client: str | None) -> bool:
	"""Whether a profile binds a credential to the MCP endpoint (DESIGN §9): it restricts, and names its user, one of its
	roles or its client. Any of them is enough, whatever its dates, networks and switch (T40, T72)."""
	return profile.restrict_to_mcp and (
		user in profile.users or bool(profile.roles.intersection(roles)) or client in profile.clients
	)
