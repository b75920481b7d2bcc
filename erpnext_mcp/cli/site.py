"""What every command of ours needs: the one site it was called for, connected."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe.commands import get_site


@contextmanager
def connected(context) -> Iterator[str]:
	"""The site of a command line, initialised and connected as Administrator; nothing is committed here.

	:param context: what `frappe.commands.pass_context` hands to a command
	:raises click.UsageError: Frappe's own, when no site is named
	"""
	site = get_site(context)
	frappe.init(site)
	try:
		frappe.connect()
		yield site
	finally:
		frappe.destroy()
