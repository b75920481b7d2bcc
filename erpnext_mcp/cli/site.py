"""What every command of ours needs: the one site it was called for, connected."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
import frappe
from frappe.commands import get_site


@contextmanager
def connected(context) -> Iterator[str]:
	"""The site of a command line, initialised and connected as Administrator; nothing is committed here.

	:param context: what `frappe.commands.pass_context` hands to a command
	:raises click.ClickException: the app is not installed there
	:raises click.UsageError: Frappe's own, when no site is named
	"""
	site = get_site(context)
	frappe.init(site)
	try:
		frappe.connect()
		if "erpnext_mcp" not in frappe.get_installed_apps():
			raise click.ClickException(f"erpnext_mcp is not installed on {site}.")
		yield site
	finally:
		frappe.destroy()
