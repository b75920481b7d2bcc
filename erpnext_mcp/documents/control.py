"""Takes transaction control away from hooks: a commit in the middle of a call would leave half of it (T24).

The methods are shadowed on the connection object of this thread, so nobody else's transaction is touched. Hooks may
swallow what is raised here; therefore every attempt is also remembered, and the call is refused at its end.
"""

import re
import sys
from typing import Any

import frappe

from erpnext_mcp.errors import Unsupported

COMMENT = re.compile(r"\s*(?:/\*(?!M?!).*?\*/|--[^\n]*\n|#[^\n]*\n)", re.DOTALL)
"""MariaDB runs what stands in `/*! ... */`: that is no comment."""
CONTROL = re.compile(
	r"""(?ix) \s* (?:
	(?:/\*M?!\d*\s*)? (?:
	commit | end | begin | start | stop | rollback (?!\s+(?:work\s+)?to\b) | set\b.*\bautocommit | set\s+password
	| (?:create (?:\s+or\s+replace)?|drop) (?!\s+temporary\b)(?!\s+or\b) | alter | truncate | rename
	| lock\s+tables? | unlock\s+tables?
	| grant | revoke | analyze | optimize | repair | check\s+table | cache\s+index | load\s+index
	| flush | reset | change\s+master | shutdown | xa
	) \b )"""
)
"""Statements that end a transaction, or that commit it without a word (MariaDB: statements that cause an implicit
commit; temporary tables don't)."""

SHADOWED = ("sql", "commit", "rollback", "sql_ddl", "begin")

SAVEPOINT = "erpnext_mcp_call"
"""Set at the start: it is gone when the transaction was ended, whichever way (a stored procedure, the driver's own
connection, a connection that was lost and made anew)."""
SAVEPOINT_GONE = 1305


class TransactionControl:
	"""Shadows the transaction control of `frappe.local.db` from `start` until `end`."""

	def __init__(self) -> None:
		self.db: Any = frappe.local.db
		self.attempts: list[str] = []
		"""Who tried what: for the audit."""
		self.lost: Exception | None = None
		"""A deadlock: the database has rolled back everything already, whoever swallowed the exception."""
		self._shadowed: dict[str, Any] = {}
		"""What others had put in the same places."""

	def start(self) -> None:
		self.db.savepoint(SAVEPOINT)
		self._shadowed = {name: self.db.__dict__[name] for name in SHADOWED if name in self.db.__dict__}
		self._sql, self._rollback = self.db.sql, self.db.rollback
		self.db.sql = self.sql
		self.db.commit = self.commit
		self.db.rollback = self.rollback
		self.db.sql_ddl = self.sql_ddl
		self.db.begin = self.begin

	def end(self) -> None:
		for name in SHADOWED:
			self.db.__dict__.pop(name, None)
		self.db.__dict__.update(self._shadowed)

	def check(self) -> None:
		"""Whether the transaction is still the one that was started.

		:raises Exception: the deadlock that undid it
		:raises Unsupported: somebody tried to end it
		"""
		if self.lost is not None:
			raise self.lost
		if frappe.local.db is not self.db:
			self.attempts.append("another database connection was left in place")
		elif not self._savepoint_is_there():
			self.attempts.append("around Frappe's database layer")
		if self.attempts:
			raise refusal(self.attempts[0])

	def _savepoint_is_there(self) -> bool:
		try:
			self.db.release_savepoint(SAVEPOINT)
		except Exception as e:
			if SAVEPOINT_GONE in e.args[:1] or "no such savepoint" in str(e):
				return False
			raise
		self.db.savepoint(SAVEPOINT)
		return True

	def sql(self, query: Any, *args: Any, **kwargs: Any) -> Any:
		if kwargs.get("run", True) and ends_transaction(str(query)):
			raise self._refused(str(query).strip()[:40])
		if kwargs.get("auto_commit"):
			kwargs["auto_commit"] = 0
			self._refused("sql(auto_commit)")
		try:
			return self._sql(query, *args, **kwargs)
		except frappe.QueryDeadlockError as e:
			self.lost = e
			raise

	def commit(self, *args: Any, **kwargs: Any) -> None:
		# Nothing is raised: the caller of commit would hardly expect it, and the call is refused at its end anyway.
		self._refused("commit")

	def begin(self, *args: Any, **kwargs: Any) -> None:
		self._refused("begin")

	def rollback(self, *args: Any, save_point: str | None = None, **kwargs: Any) -> None:
		if save_point:
			return self._rollback(save_point=save_point)
		raise self._refused("rollback")

	def sql_ddl(self, query: Any, *args: Any, **kwargs: Any) -> None:
		raise self._refused("sql_ddl")

	def _refused(self, what: str) -> Unsupported:
		self.attempts.append(f"{what} by {_who()}")
		return refusal(self.attempts[-1])


def refusal(reason: str) -> Unsupported:
	"""What a call is told that met a commit, a rollback or a change of tables."""
	return Unsupported(
		"This can't be done here: something on this site wants to save in the middle of it, so it could end half done.",
		"Do it in ERPNext itself, or ask the site's administrator.",
		reason=f"transaction control in a hook: {reason}",
	)


def ends_transaction(query: str) -> bool:
	"""Whether a statement commits or rolls back, by itself or implicitly."""
	while match := COMMENT.match(query):
		query = query[match.end() :]
	return bool(CONTROL.match(query))


def _who() -> str:
	"""The nearest caller outside of this file and of Frappe's database layer: `module.function`."""
	frame = sys._getframe(1)
	while frame is not None:
		module = frame.f_globals.get("__name__", "")
		if module != __name__ and not module.startswith("frappe.database"):
			return f"{module}.{frame.f_code.co_name}"
		frame = frame.f_back  # type: ignore[assignment]
	return "somebody"
