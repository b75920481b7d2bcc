"""Rows of our own DocTypes that the server writes past their controllers, which refuse everybody."""

from collections.abc import Mapping
from typing import Any

import frappe


def insert(doctype: str, row: Mapping[str, Any]) -> None:
	"""A direct insert; the caller commits.

	:raises frappe.DuplicateEntryError: there is one of this name, also where the driver only says that something is not unique
	"""
	table = frappe.qb.DocType(doctype)
	try:
		frappe.qb.into(table).columns(*row).insert(*row.values()).run()
	except Exception as e:
		if not isinstance(e, frappe.DuplicateEntryError) and frappe.db.is_duplicate_entry(e):
			raise frappe.DuplicateEntryError(doctype, row["name"]) from e
		raise
