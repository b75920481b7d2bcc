"""Letting go of bound credentials: by giving them back to the rest of the site, or by ending them."""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.utils.password import remove_encrypted_password

from erpnext_mcp.policy import store
from erpnext_mcp.policy.binding import API_KEY, Credential, forget


def release() -> list[str]:
	"""Clears "restrict to MCP" in all profiles; returns their names. The caller commits.

	Written past the form's validation: a profile that has become invalid must not keep its credentials.
	"""
	released = [p.name for p in store.read().profiles if p.restrict_to_mcp]
	for name in released:
		profile = frappe.get_doc(store.PROFILE, name)
		profile.db_set("restrict_to_mcp", 0)
		profile.add_comment("Info", text=_("cleared Restrict to MCP from the command line"))
	forget()
	store.changed()
	return released


def revoke(credentials: Iterable[Credential]) -> None:
	"""Ends them for good: API secrets are removed, tokens revoked, and codes not yet exchanged for tokens are void.
	The caller commits."""
	for credential in credentials:
		if credential.kind == API_KEY:
			remove_encrypted_password("User", credential.user, "api_secret")
			frappe.db.set_value("User", credential.user, "api_secret", None, update_modified=False)
		else:
			frappe.db.set_value("OAuth Bearer Token", credential.name, "status", "Revoked")
			frappe.db.set_value(
				"OAuth Authorization Code",
				{"user": credential.user, "client": credential.client, "validity": "Valid"},
				"validity",
				"Invalid",
			)
