"""bench --site S mcp export-audit: the audit, or the heads of its seals, for other programs."""

import click
from frappe.commands import pass_context

from erpnext_mcp.cli.files import named
from erpnext_mcp.cli.site import connected
from erpnext_mcp.cli.times import period

EVERY = 500
"""Rows between two words of progress."""


@click.command("export-audit")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), default="jsonl", show_default=True)
@click.option(
	"--heads",
	is_flag=True,
	help="The seals' numbers, times and MACs instead of entries: to be kept elsewhere, for verify-audit.",
)
@period
@click.option("--output", help="File to write; else it is printed.")
@pass_context
def export_audit(
	context, form: str, heads: bool, since: str | None, until: str | None, output: str | None
) -> None:
	"""Write audit entries as CSV or JSON lines.

	JSON lines are exact. In CSV, what a spreadsheet would take for a formula has an apostrophe before it.
	"""
	from erpnext_mcp.audit import export, table
	from erpnext_mcp.cli.progress import progress

	since, until = since or "", until or ""
	with connected(context), table.snapshot():
		if heads:
			rows, columns, length = export.heads(since, until), export.HEAD_COLUMNS, table.count_seals()
		else:
			rows, columns = export.entries(since, until), export.COLUMNS
			length = table.count(since, until)
		try:
			# Line ends are CSV's own.
			file = named(output).open("w", encoding="utf-8", newline="") if output else None
		except OSError as e:
			raise click.ClickException(f"{named(output)} can't be written: {e.strerror}.") from None
		written = 0
		try:
			with progress("Exporting", length) as told:
				for line in export.lines(rows, form, columns):
					if file:
						file.write(line)
					else:
						click.echo(line, nl=False)
					written += 1
					if written % EVERY == 0:
						told(EVERY)
				told(written % EVERY)
		except OSError as e:
			raise click.ClickException(f"{output or 'The output'} can't be written: {e.strerror}.") from None
		finally:
			if file:
				file.close()
	if output:
		count = written - (form == export.CSV)
		click.echo(f"{count} {'heads' if heads else 'entries'} are in {named(output)}.")
