"""What the scheduler of the site calls (hooks.py)."""

from erpnext_mcp.audit import retention, seal
from erpnext_mcp.policy import store


def seal_audit() -> None:
	"""Every minute: seals the audit entries that are new."""
	seal.seal()


def drop_old_audit_entries() -> None:
	"""Every day: drops the entries of seals that are older than the settings keep them."""
	retention.drop_older_than(store.read().settings.audit_retention_days)
