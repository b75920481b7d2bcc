"""The wheel is written for Frappe's fork of pypika; PyPI's builder of SQLite queries lacks what that fork adds.

* It insists on a value wrapper of its own: "got multiple values for keyword argument 'wrapper_cls'".
* `for_update()` takes no `nowait` and `skip_locked`. FOR UPDATE stays in the text: sqlite_transactions takes the lock there.
* `.ignore()` writes MariaDB's INSERT IGNORE.
* Names are put in double quotes, and SQLite takes "no_such_column" for a string: a wrong name passes as a value instead of
  failing. In back-quotes it is an error, as on MariaDB.
"""


def before_import() -> None:
	from pypika.dialects import SQLLiteQueryBuilder, SQLLiteValueWrapper
	from pypika.enums import Dialects
	from pypika.queries import QueryBuilder

	def __init__(self, **kwargs):
		kwargs.setdefault("wrapper_cls", SQLLiteValueWrapper)
		QueryBuilder.__init__(self, dialect=Dialects.SQLLITE, **kwargs)
		self._insert_or_replace = False

	def for_update(self, nowait=False, skip_locked=False, of=()):
		return QueryBuilder.for_update(self)

	def _insert_sql(self, **kwargs):
		return QueryBuilder._insert_sql(self, **kwargs).replace("INSERT IGNORE", "INSERT OR IGNORE", 1)

	for method in (__init__, for_update, _insert_sql):
		setattr(SQLLiteQueryBuilder, method.__name__, method)
	SQLLiteQueryBuilder.QUOTE_CHAR = "`"
