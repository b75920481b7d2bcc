"""Says of every DocType which generation of its documents this is, so that an answer of an older one is not given again.

A generation is a random token in Redis, not a number: one that Redis has lost never comes back. Whatever changes a
document puts a new one, before its commit and after it: before, so that nothing older is left if the process dies while
it commits; after, because somebody may have read the old state in between and kept it as the new one.
"""

import frappe
from redis.exceptions import RedisError

EVERYTHING = "*"
"""The generation of what decides over all DocTypes: changed, every answer is old."""
DECISIVE = frozenset(
	{
		"Custom DocPerm",
		"Custom Field",
		"Custom Role",
		"DefaultValue",
		"DocField",
		"DocPerm",
		"DocShare",
		"DocType",
		"Domain Settings",
		"Has Role",
		"Module Profile",
		"Property Setter",
		"Role",
		"Role Profile",
		"Server Script",
		"System Settings",
		"User",
		"User Group",
		"User Permission",
		"User Type",
		"Workflow",
	}
)
"""DocTypes whose documents say who may see what. Profiles and settings have a revision of their own (`policy.store`)."""

KEY = "erpnext_mcp:generations"
"""A hash of DocType → token."""
PENDING = "_erpnext_mcp_pending"
"""Attribute of the database connection: whose generations the transaction has changed."""


def document_changed(doc, method: str | None = None, *_arguments) -> None:
	"""For Frappe's document events: `on_change` follows every insert, save, submit, cancel and `db_set`.

	Costs two round trips for the first document of a DocType in a transaction, none for the next ones. Whether any rule
	caches is not asked: to know it for sure costs as much.
	"""
	names = {doc.doctype}
	# A row that is saved by itself is part of its document's answer.
	if doc.get("parenttype"):
		names.add(doc.parenttype)
	# A new name is written into the documents that link to it by SQL.
	if doc.doctype in DECISIVE or method == "after_rename":
		names.add(EVERYTHING)
	changed(names)


def changed(names: set[str]) -> None:
	"""Ends generations, within the transaction that changes something and once more after its commit."""
	db = frappe.local.db
	pending: set[str] = db.__dict__.setdefault(PENDING, set())
	# Callbacks go with a rollback: what is pending without one is of a transaction that never was.
	if _committed not in db.after_commit._functions:
		pending.clear()
		db.after_commit.add(_committed)
	new = names - pending
	if new:
		pending |= new
		_renew(new)


def _committed() -> None:
	pending = frappe.local.db.__dict__.get(PENDING)
	if pending:
		names = set(pending)
		pending.clear()
		_renew(names)


def _renew(names: set[str]) -> None:
	"""While Redis is away nothing is kept either; what was kept before goes with the time it is kept for."""
	token = frappe.generate_hash(length=12)
	try:
		# Not `hset`: Frappe's pickles.
		frappe.cache.execute_command(
			"HSET", frappe.cache.make_key(KEY), *(part for name in sorted(names) for part in (name, token))
		)
	except RedisError:
		return
