"""bench --site S mcp seal: seals the audit now, as the site's scheduler does every minute."""

import sys

import click
from frappe.commands import pass_context

from erpnext_mcp.cli.site import connected


@click.command("seal")
@pass_context
def seal(context) -> None:
	"""Seal the audit entries that are in no seal yet."""
	from erpnext_mcp.audit import seal as sealer
	from erpnext_mcp.audit import table
	from erpnext_mcp.cli.progress import progress

	with connected(context):
		with progress("Sealing", table.count_unsealed()) as told:
			done = sealer.seal(told)
		head = table.head()
	click.echo(f"Sealed {done.entries} entries in {done.seals} seals.")
	if head:
		click.echo(f"Head: seal {head.sequence} of {head.sealed_at}, {head.mac}")
	if done.foreign:
		click.echo(f"{done.foreign} of them were not written by this app as they are: see mcp verify-audit.")
		sys.exit(1)
