"""Values that come back from SQLite, and the functions of MariaDB that Frappe's own queries call.

* The columns `creation` and `modified` are declared DATETIME, but the wheel converts only TIMESTAMP: they came back as text,
  and everything that compares them with a datetime fails.
* A Time field is a timedelta on MariaDB; Frappe's formatters and controllers expect that.
* `regexp` fails on NULL; on MariaDB the row simply doesn't match. `locate`, `concat` and `now` don't exist.
* `like` knows no backslash before `%` and `_`, and lower case of ASCII letters only; on MariaDB both are as one expects.
* Rows come as a list; MariaDB's driver gives a tuple, which callers compare with `()`.
"""

import datetime
import functools
import re
import sqlite3
from typing import Any


def apply() -> None:
	from frappe.database.sqlite.database import SQLiteDatabase

	SQLiteDatabase._transform_result = lambda self, result: tuple(result)


def register_converters() -> None:
	"""How the declared type of a column makes a Python value."""
	for type_, convert in {
		"date": datetime.date.fromisoformat,
		"datetime": datetime.datetime.fromisoformat,
		"timestamp": datetime.datetime.fromisoformat,
		"time": as_timedelta,
	}.items():
		sqlite3.register_converter(type_, lambda value, convert=convert: convert(value.decode()))


def register_functions(connection: sqlite3.Connection) -> None:
	connection.create_function("regexp", 2, matches, deterministic=True)
	connection.create_function("regexp_replace", 3, replaced, deterministic=True)
	connection.create_function("like", 2, is_like, deterministic=True)
	connection.create_function("locate", 2, position, deterministic=True)
	connection.create_function("concat", -1, joined, deterministic=True)
	connection.create_function("now", 0, lambda: str(datetime.datetime.now()))


def as_timedelta(text: str) -> datetime.timedelta:
	"""`9:05:00` or `09:05:00.25` as MariaDB's driver gives it."""
	hours, minutes, seconds = ([*text.split(":"), "0", "0"])[:3]
	return datetime.timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))


def matches(expression: str, item: Any) -> bool:
	return item is not None and re.search(expression, str(item)) is not None


def is_like(pattern: Any, text: Any) -> bool | None:
	"""MariaDB's LIKE without regard to case; a backslash takes the meaning from the wildcard behind it."""
	if pattern is None or text is None:
		return None
	return like_expression(str(pattern)).fullmatch(str(text)) is not None


@functools.lru_cache(maxsize=256)
def like_expression(pattern: str) -> re.Pattern[str]:
	wildcards = {"%": ".*", "_": "."}
	parts = re.findall(r"\\.|.", pattern, re.DOTALL)
	return re.compile(
		"".join(wildcards.get(part) or re.escape(part[1:] if len(part) == 2 else part) for part in parts),
		re.IGNORECASE | re.DOTALL,
	)


def replaced(text: Any, pattern: str, replacement: str) -> str | None:
	return None if text is None else re.sub(pattern, replacement, str(text))


def position(needle: Any, text: Any) -> int | None:
	"""MariaDB's LOCATE: the first position counted from 1, without regard to case; 0 where it doesn't occur."""
	if needle is None or text is None:
		return None
	return str(text).casefold().find(str(needle).casefold()) + 1


def joined(*values: Any) -> str | None:
	"""MariaDB's CONCAT: NULL if anything is."""
	return None if None in values else "".join(map(str, values))
