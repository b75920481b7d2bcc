"""Gives a stamp to the audit entries of before there were stamps: from now on one without is not this app's."""

import frappe

from erpnext_mcp.audit import chain, keys, table
from erpnext_mcp.audit.entry import COLUMNS

PAGE = 1000


def execute() -> None:
	key = keys.current()
	while rows := table.unstamped(PAGE):
		for row in rows:
			table.set_stamp(row["name"], chain.stamp(chain.canonical(row, COLUMNS), key))
		frappe.db.commit()
