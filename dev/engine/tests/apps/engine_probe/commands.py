"""A bench command, written as for a real bench."""

import click
import frappe
from frappe.commands import get_site, pass_context


@click.command("probe")
@click.argument("word")
@pass_context
def probe(context, word: str) -> None:
	frappe.init(get_site(context))
	frappe.connect()
	print(f"{word} {frappe.local.site} {frappe.db.count('Engine Probe')}")
	frappe.destroy()


commands = [probe]
