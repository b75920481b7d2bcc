"""What the scheduler of the site calls (hooks.py)."""

import frappe

from erpnext_mcp.audit import retention, seal, verified
from erpnext_mcp.desk import onboarding
from erpnext_mcp.limits import notices
from erpnext_mcp.limits.notices import _
from erpnext_mcp.policy import store

TOLD_OF_THE_AUDIT = ("MCP Administrator", "System Manager")


def seal_audit() -> None:
	"""Every minute: seals the audit entries that are new; and ticks what of the onboarding has happened."""
	seal.seal()
	onboarding.refresh()
	frappe.db.commit()


def drop_old_audit_entries() -> None:
	"""Every day: drops the entries of seals that are older than the settings keep them."""
	retention.drop_older_than(store.read().settings.audit_retention_days)


def verify_audit() -> None:
	"""Every day: goes through the audit, and tells the administrators of what is wrong, once."""
	found, is_news = verified.run()
	if not is_news:
		return
	notices.tell(
		TOLD_OF_THE_AUDIT,
		_("The MCP audit is not as it was written. {0}"),
		found.problem,
		frappe.local.site,
		message=_(
			"<p>The daily verification of the MCP audit has found: {0}. It stops at the first thing that is wrong.</p>"
			"<p>1. Keep a backup of the database as it is now: it is evidence.</p>"
			"<p>2. Run <code>bench --site {1} mcp verify-audit</code> on the server, with <code>--heads FILE</code> if you "
			"keep heads of the audit elsewhere.</p>"
			"<p>3. If the site's encryption key was replaced, name the former one in the site's config as "
			"<code>mcp_audit_former_keys</code>. Otherwise find out who could write to the database.</p>"
			"<p>You are told of each finding once.</p>"
		),
	)
	frappe.db.commit()
