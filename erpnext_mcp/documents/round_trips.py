"""Statements that would change nothing are not sent: of a short call, most of the time is spent waiting for answers.

Frappe ends and begins transactions whether or not anything was done in between. A connection without autocommit begins
one by itself with the first statement, so that `start transaction` says nothing new, and neither does a commit or a
rollback after which nothing was sent.
"""

from typing import Any

ENDS = frozenset({"commit", "rollback", "commit and chain", "rollback and chain"})
BEGIN = "start transaction"
BEGIN_READ_ONLY = "start transaction read only"
LONGEST = len(BEGIN_READ_ONLY) + 4
"""Characters of a statement that could be one of these."""
ATTRIBUTE = "_erpnext_mcp_economy"
SENDER = {"pymysql": "_execute_command", "MySQLdb": "query"}
"""By driver: what every statement passes, whichever cursor it came by."""


class Economy:
	"""Watches one connection of MariaDB, and answers in place of the server what has no effect.

	:param db: Frappe's database object of the current request, connected without autocommit
	:param is_clean: whether it is known that no transaction is open
	:param time_limit: seconds that a statement may take on it, if that is known
	"""

	def __init__(self, db: Any, is_clean: bool, time_limit: float | None = None):
		self._db, self._connection = db, db._conn
		self._sql, self._shadowed = db.sql, db.__dict__.get("sql")
		self.sent = 0
		"""Commands that went to the server."""
		self._at_last_end = 0 if is_clean else -1
		self._read_only = False
		self.time_limit = time_limit
		self._sender = SENDER[type(self._connection).__module__.partition(".")[0]]
		send = getattr(self._connection, self._sender)

		def counted(*args: Any, **kwargs: Any) -> Any:
			self.sent += 1
			return send(*args, **kwargs)

		setattr(self._connection, self._sender, counted)
		db.sql = self.sql
		setattr(db, ATTRIBUTE, self)

	@staticmethod
	def of(db: Any) -> "Economy | None":
		"""The one that watches the connection which a database object has now."""
		found = db.__dict__.get(ATTRIBUTE)
		return found if found is not None and found._connection is db._conn else None

	@property
	def is_clean(self) -> bool:
		"""Whether no transaction is open: nothing was sent since the last one ended."""
		# What the server itself said last; with autocommit, a transaction has to be begun.
		return (
			self.sent == self._at_last_end and not self._read_only and not self._connection.get_autocommit()
		)

	def sql(self, query: Any, *args: Any, **kwargs: Any) -> Any:
		"""In the place of `Database.sql`."""
		if type(query) is not str or len(query) > LONGEST or self._db._conn is not self._connection:
			return self._sql(query, *args, **kwargs)
		statement = query.strip().lower()
		controls = statement in ENDS or statement in (BEGIN, BEGIN_READ_ONLY)
		if controls and statement != BEGIN_READ_ONLY and self.is_clean:
			return ()
		answer = self._sql(query, *args, **kwargs)
		if controls:
			self._at_last_end = self.sent
			if not statement.endswith("chain"):
				self._read_only = statement == BEGIN_READ_ONLY
		return answer

	def let_go(self) -> None:
		"""Leaves the connection, and Frappe's object, as they were."""
		self._connection.__dict__.pop(self._sender, None)
		self._db.__dict__.pop(ATTRIBUTE, None)
		if self._db.__dict__.get("sql") == self.sql:
			if self._shadowed is None:
				del self._db.sql
			else:
				self._db.sql = self._shadowed
