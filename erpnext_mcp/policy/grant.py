"""From a caller to what he may do: the profile that applies, the DocTypes it opens, the access to one of them."""

from dataclasses import dataclass

import frappe

from erpnext_mcp.access import Access
from erpnext_mcp.errors import NotPermitted, doctype_not_found
from erpnext_mcp.policy.deny_list import denied_reason
from erpnext_mcp.policy.fields import resolve
from erpnext_mcp.policy.operations import FRAPPE_PERMISSION, OPERATIONS, READING, SUBMITTABLE_ONLY
from erpnext_mcp.policy.profile import Profile, choose
from erpnext_mcp.policy.store import Settings, load_profiles


@dataclass(frozen=True)
class Grant:
	"""The profile that applies to a user, under the site's settings."""

	user: str
	profile: Profile
	settings: Settings

	@property
	def read_only(self) -> bool:
		return self.profile.read_only or self.settings.read_only

	def operations(self, doctype: str) -> frozenset[str]:
		"""What the user may do with a DocType: profile ∩ what the DocType can ∩ Frappe. Empty: it does not exist."""
		rule = self.profile.rules.get(doctype)
		if rule is None or not frappe.db.exists("DocType", doctype, cache=True):
			return frozenset()
		meta = frappe.get_meta(doctype)
		if denied_reason(meta, rule.acknowledge_password_fields):
			return frozenset()
		possible = rule.operations & READING if self.read_only else rule.operations
		if not meta.is_submittable:
			possible = possible - SUBMITTABLE_ONLY
		return frozenset(
			o for o in possible if frappe.has_permission(doctype, FRAPPE_PERMISSION[o], user=self.user)
		)

	def doctypes(self) -> dict[str, list[str]]:
		"""The DocTypes that exist for the user, by name, each with its operations in their usual order."""
		found = {}
		for doctype in sorted(self.profile.rules):
			operations = self.operations(doctype)
			if operations:
				found[doctype] = [o for o in OPERATIONS if o in operations]
		return found

	def access(self, doctype: str, operation: str) -> Access:
		"""Decides one operation on one DocType.

		:raises NotFound: the DocType does not exist for the user, whatever the reason (T13)
		:raises NotPermitted: it does, but not this operation
		"""
		operations = self.operations(doctype)
		if not operations:
			raise doctype_not_found()
		if operation not in operations:
			raise NotPermitted(
				f"You may not {operation} {doctype}.",
				"Allowed for you: " + ", ".join(o for o in OPERATIONS if o in operations) + ".",
			)
		return Access(self.user, doctype, operation, operations, resolve(doctype, self.user))


def grant_for(user: str, settings: Settings) -> Grant:
	"""The profile that applies to a user.

	:raises NotPermitted: none applies, or the one that does is disabled
	"""
	profile = choose(load_profiles(), user, frappe.get_roles(user), settings.default_profile)
	hint = "Ask the site's administrator for an MCP Permission Profile that names you or one of your roles."
	if profile is None:
		raise NotPermitted("No MCP Permission Profile applies to you.", hint, reason="no profile")
	if not profile.enabled:
		raise NotPermitted(
			"Your MCP access is switched off.",
			"Ask the site's administrator.",
			reason=f"profile {profile.name} is disabled",
		)
	return Grant(user, profile, settings)
