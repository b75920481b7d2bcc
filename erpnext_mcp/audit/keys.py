"""The site's keys for the audit: from its encryption key, and from those it had before."""

from functools import cache

import frappe
from frappe.utils.password import get_encryption_key

from erpnext_mcp.audit.chain import Keys

FORMER = "mcp_audit_former_keys"
"""In the site's config: encryption keys that the site had, for what was sealed with them."""


def current() -> Keys:
	"""The keys that new entries and seals get."""
	return _keys(get_encryption_key())


def accepted() -> dict[str, Keys]:
	"""By id: the keys that entries and seals may have been made with."""
	found = [current(), *(_keys(key) for key in frappe.conf.get(FORMER) or ())]
	return {keys.id: keys for keys in found}


@cache
def _keys(encryption_key: str) -> Keys:
	return Keys.of(encryption_key)
