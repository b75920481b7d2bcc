"""Queries on SQLite: what is sent to the database.

* The wheel writes the values into the text of the query: `it's 100%` is stored as something else, and a tuple fails. Here
  they are bound.
* It turns every back-quote into a double quote, inside string literals too, and SQLite takes a double-quoted name that
  doesn't exist for a string. SQLite knows back-quotes: they stay.
"""

import datetime
import re
from collections.abc import Iterator
from typing import Any

_PLACEHOLDER = re.compile(r"%\((\w+)\)s|%s|%%")
_FOR_UPDATE = re.compile(r"\s+for\s+update(\s+nowait|\s+skip\s+locked)?\s*;?\s*$", re.IGNORECASE)


def apply() -> None:
	from frappe.database.sqlite import database

	def execute_query(self, query: str, values: Any = None):
		query, locks = without_for_update(query)
		if locks:
			self.lock_for_writing()
		if values is None:
			return self.execute(query)
		return self.execute(*bound(query, values))

	database.SQLiteDatabase.execute_query = execute_query
	database.modify_query = str


def without_for_update(query: str) -> tuple[str, bool]:
	"""The query as SQLite knows it, and whether it asked for a lock."""
	query, found = _FOR_UPDATE.subn("", query)
	return query, bool(found)


def bound(query: str, values: Any) -> tuple[str, list[Any]]:
	"""Frappe's `%s` and `%(name)s` as SQLite's `?`, and the values in that order; sequences become lists of values."""
	parameters: list[Any] = []
	positional: Iterator[Any] = iter(()) if isinstance(values, dict) else iter(values)

	def placeholder(match: re.Match[str]) -> str:
		if match.group() == "%%":
			return "%"
		value = values[match.group(1)] if match.group(1) else next(positional)
		if isinstance(value, list | tuple | set | frozenset):
			parameters.extend(map(adapted, value))
			return f"({', '.join('?' * len(value))})"
		parameters.append(adapted(value))
		return "?"

	return _PLACEHOLDER.sub(placeholder, query), parameters


def adapted(value: Any) -> Any:
	"""The value as Frappe stores it on SQLite."""
	match value:
		case bool():
			return int(value)
		case None | int() | float() | str() | bytes():
			return value
		case datetime.datetime():
			return value.isoformat(" ")
		case datetime.date() | datetime.time():
			return value.isoformat()
	return str(value)
