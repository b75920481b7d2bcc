"""From a caller to what he may do: the profile that applies, the DocTypes it opens, the access to one of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import frappe
import frappe.permissions
import frappe.share
from frappe.utils import now_datetime

from erpnext_mcp.access import Access, FieldSets
from erpnext_mcp.errors import NotPermitted, Paused, ReadOnly, Suspended, Unsupported, doctype_not_found
from erpnext_mcp.policy import judge
from erpnext_mcp.policy.candidates import DISABLED, OTHER_NETWORK, hindrance
from erpnext_mcp.policy.deny_list import denied_reason
from erpnext_mcp.policy.fields import fieldtypes, resolve, resolve_for_select
from erpnext_mcp.policy.operations import (
	FRAPPE_PERMISSION,
	OPERATIONS,
	READ,
	READING,
	SELECT,
	SUBMITTABLE_ONLY,
)
from erpnext_mcp.policy.profile import MASKED, Profile, choose
from erpnext_mcp.policy.row_filter import row_filter
from erpnext_mcp.policy.store import Policy, Settings

ASK = "Ask the site's administrator."
RESUMED = "Only an administrator can let it go on. Don't try again until then."


@dataclass(frozen=True)
class Grant:
	"""The profile that applies to a user, under the site's settings."""

	user: str
	profile: Profile
	settings: Settings
	asked_read_only: bool = False
	asked_doctypes: frozenset[str] | None = None
	"""What the request itself gives up: no writes, all DocTypes but these. Their rules go on to hold, for links and rows."""

	@property
	def read_only(self) -> bool:
		return (
			self.asked_read_only
			or self.settings.read_only
			or (self.profile.read_only and self.profile.is_read_only(now_datetime()))
		)

	@property
	def is_narrowed(self) -> bool:
		return self.asked_read_only or self.asked_doctypes is not None

	def operations(self, doctype: str) -> frozenset[str]:
		"""What the user may do with a DocType: profile ∩ what the DocType can ∩ Frappe. Empty: it does not exist."""
		if self.closed_because(doctype):
			return frozenset()
		rule = self.profile.rules[doctype]
		possible = rule.operations & READING if self.read_only else rule.operations
		if not frappe.get_meta(doctype).is_submittable:
			possible = possible - SUBMITTABLE_ONLY
		return frozenset(o for o in possible if self._frappe_allows(doctype, o))

	def closed_because(self, doctype: str) -> str | None:
		"""Why the profile opens nothing of a DocType, for the administrator; None when it opens something."""
		if self.asked_doctypes is not None and doctype not in self.asked_doctypes:
			return "the request leaves it out"
		rule = self.profile.rules.get(doctype)
		if rule is None:
			return f"profile {self.profile.name} has no rule for it"
		try:
			meta = frappe.get_meta(doctype)
		except frappe.DoesNotExistError:
			frappe.clear_last_message()
			return "there is no such DocType any more"
		return denied_reason(meta, rule.acknowledge_password_fields)

	def _frappe_allows(self, doctype: str, operation: str) -> bool:
		return any(self._has_permission(doctype, ptype) for ptype in FRAPPE_PERMISSION[operation])

	def _has_permission(self, doctype: str, ptype: str) -> bool:
		"""As `frappe.has_permission` says, which is not asked where it is bound to say no: it would look for shares of each DocType
		(0.35 ms) and put together a message that nobody reads, with all translations of the site (1 ms)."""
		meta = frappe.get_meta(doctype)
		if not meta.istable and not meta.issingle:
			roles = frappe.permissions.get_role_permissions(meta, user=self.user)
			by_role = roles.get(ptype) or (ptype == "select" and roles.get("read"))
			if not by_role and doctype not in self._shared_doctypes:
				return False
		return frappe.has_permission(doctype, ptype, user=self.user)

	@cached_property
	def _shared_doctypes(self) -> frozenset[str]:
		"""The DocTypes of which anything is shared with the user."""
		return frozenset(frappe.share.get_shared_doctypes(self.user))

	def asks_before(self, doctype: str) -> frozenset[str]:
		"""What of a DocType a person is asked before (`policy.profile.ASKED`)."""
		rule = self.profile.rules.get(doctype)
		return self.profile.ask | (rule.ask if rule else frozenset())

	def doctypes(self) -> dict[str, list[str]]:
		"""The DocTypes that exist for the user, by name, each with its operations in their usual order.

		As of the first time the grant was asked, which lasts for one call: a list of tools asks several times.
		"""
		return dict(self._doctypes)

	@cached_property
	def _doctypes(self) -> dict[str, list[str]]:
		found = {}
		for doctype in sorted(self.profile.rules):
			operations = self.operations(doctype)
			if operations:
				found[doctype] = [o for o in OPERATIONS if o in operations]
		return found

	def access(self, doctype: str, *wanted: str) -> Access:
		"""Decides an operation on a DocType.

		:param wanted: operations of which the first that the user has is taken
		:raises NotFound: the DocType does not exist for the user, whatever the reason (T13)
		:raises Unsupported: it is that of a table which the user sees in other DocTypes (T33)
		:raises NotPermitted: it does, but none of these operations
		:raises ReadOnly: the profile opens one of them, but nothing can be written now
		"""
		operations = self.operations(doctype)
		if not operations:
			reason = (
				self.closed_because(doctype) or f"{self.user} has no permission in Frappe for what it opens"
			)
			if parents := self._parents_of_rows(doctype):
				raise Unsupported(
					f"{doctype} is a kind of rows, not of documents.",
					"Read and write them within their document: " + ", ".join(parents) + ".",
					reason=reason,
					parents=parents,
				)
			raise doctype_not_found(reason)
		operation = next((o for o in wanted if o in operations), None)
		if operation is None:
			if self.read_only and self.profile.rules[doctype].operations.intersection(wanted):
				raise ReadOnly("Your access is read-only now: nothing can be written.", ASK)
			raise NotPermitted(
				f"You may not {wanted[0]} {doctype}.",
				"Allowed for you: " + ", ".join(o for o in OPERATIONS if o in operations) + ".",
			)
		rule = self.profile.rules[doctype]
		fields = (
			resolve_for_select(doctype, rule) if operation == SELECT else resolve(doctype, self.user, rule)
		)

		def check_conditions(operation: str, document: Mapping[str, Any], state: str) -> None:
			if rule.conditions:
				judge.check(rule.conditions, operation, document, fieldtypes(doctype), state, fields)

		return Access(
			user=self.user,
			doctype=doctype,
			operation=operation,
			operations=operations,
			fields=fields,
			row_filter=row_filter(doctype, rule.row_filter, self.user),
			max_rows=min(rule.max_rows or self.settings.max_page_size, self.settings.max_page_size),
			never_kept=frozenset((f.table_field, f.fieldname) for f in rule.field_rules if f.rule == MASKED),
			mask_scope=self.profile.name,
			takes_name=(frappe.get_meta(doctype).autoname or "").lower() == "prompt",
			check_conditions=check_conditions,
			conditioned=frozenset(c.operation for c in rule.conditions),
			link_target=self.link_target,
			hides=self.hides,
		)

	def _parents_of_rows(self, child: str) -> list[str]:
		"""The DocTypes that the user can read and that show him a table of such rows."""
		return [
			doctype
			for doctype, operations in self.doctypes().items()
			if READ in operations
			and any(
				table.options == child
				for table in resolve(doctype, self.user, self.profile.rules[doctype]).tables
			)
		]

	def link_target(self, doctype: str) -> Access:
		"""What a link to a DocType may point to, beyond what Frappe lets the user select: the rows of its rule (DESIGN §5).

		:returns: an access that opens no field
		"""
		rule = self.profile.rules.get(doctype)
		rows = row_filter(doctype, rule.row_filter, self.user) if rule else ()
		return Access(self.user, doctype, SELECT, frozenset({SELECT}), FieldSets(), row_filter=rows)

	def hides(self, doctypes: Iterable[str]) -> bool:
		"""Whether the profile shows less of any of these DocTypes than Frappe does, where a rule names them."""
		rules = (self.profile.rules.get(doctype) for doctype in doctypes)
		return any(rule.hides_or_masks or rule.row_filter for rule in rules if rule)


def grant_for(
	user: str, policy: Policy, client: str | None = None, ip_address: str = "", credential: str = ""
) -> Grant:
	"""The profile that applies to a user.

	:param client: OAuth client of the token; None for API keys
	:param ip_address: by Frappe's rule for trusted proxies
	:param credential: what he comes with (`mcp_server.caller.Caller.credential`)
	:raises Paused: an administrator has stopped him, or what he comes with
	:raises NotPermitted: none applies; or the one that does is disabled, out of date, or not for calls from there
	:raises Suspended: his access was ended, whichever client he comes with (T74)
	"""
	if user in policy.paused:
		raise Paused("Your MCP access was paused by an administrator of the site.", RESUMED, reason="paused")
	if credential in policy.paused_clients:
		raise Paused(
			"This client was paused by an administrator of the site.",
			RESUMED,
			reason=f"client paused: {credential}",
		)
	if user in policy.suspended:
		raise Suspended(
			"Your MCP access is suspended: too many calls were refused.",
			"Only an administrator of the site can lift it. Don't try again until then.",
			reason="suspended",
		)
	if client is not None and not policy.settings.any_oauth_client and client not in policy.listed_clients:
		raise NotPermitted(
			"This OAuth client is not allowed to use MCP here.",
			ASK,
			reason=f"OAuth client {client} is not listed",
		)
	profile = choose(policy.profiles, user, frappe.get_roles(user), policy.settings.default_profile, client)
	if profile is None:
		raise NotPermitted(
			"No MCP Permission Profile applies to you.",
			"Ask the site's administrator for an MCP Permission Profile that names you or one of your roles.",
			reason="no profile",
		)
	hindered = hindrance(profile, now_datetime(), ip_address)
	if hindered == OTHER_NETWORK:
		raise NotPermitted(
			"MCP access is not open to you from this network.",
			ASK,
			reason=f"{ip_address} is in no network of profile {profile.name}",
		)
	if hindered:
		is_off = "is disabled" if hindered == DISABLED else "is outside its dates"
		raise NotPermitted("Your MCP access is switched off.", ASK, reason=f"profile {profile.name} {is_off}")
	return Grant(user, profile, policy.settings)
