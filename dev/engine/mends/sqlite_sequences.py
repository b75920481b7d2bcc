"""Names counted by the database (`autoname: autoincrement`): SQLite has no sequences, and the wheel's statements for them fail.

The table's own AUTOINCREMENT counter says which number is next; SQLite moves it whenever a row is written, with a given name too.
"""

from typing import Any


def apply() -> None:
	from frappe.database.sqlite.database import SQLiteDatabase
	from frappe.utils import get_table_name

	def get_next_sequence_val(self, doctype: str, *args: Any, **kwargs: Any) -> int:
		table = get_table_name(doctype)
		last = self.sql("SELECT seq FROM sqlite_sequence WHERE name = %s FOR UPDATE", table, pluck=True)
		return (last[0] if last else 0) + 1

	SQLiteDatabase.get_next_sequence_val = get_next_sequence_val
	SQLiteDatabase.set_next_sequence_val = lambda self, *args, **kwargs: None
