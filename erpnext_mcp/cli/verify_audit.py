"""bench --site S mcp verify-audit: whether the audit is as it was written."""

import sys

import click
from frappe.commands import pass_context

from erpnext_mcp.cli.files import named
from erpnext_mcp.cli.site import connected
from erpnext_mcp.cli.times import period


@click.command("verify-audit")
@period
@click.option("--heads", help="A file of export-audit --heads that was kept elsewhere, to compare with.")
@pass_context
def verify_audit(context, since: str | None, until: str | None, heads: str | None) -> None:
	"""Name the first audit entry or seal that was altered, inserted or removed.

	Exits with 1 when there is one. The chain of seals is always checked whole; --from and --to limit the entries
	that are read again.
	"""
	from erpnext_mcp.audit import export, table, verify
	from erpnext_mcp.cli.progress import progress

	try:
		file = named(heads).open(encoding="utf-8", newline="") if heads else None
	except OSError as e:
		raise click.ClickException(f"{named(heads)} can't be read: {e.strerror}.") from None
	with connected(context):
		try:
			with progress("Verifying seals", table.count_seals()) as told:
				kept = export.read_heads(file) if file else ()
				verdict = verify.verify(since or "", until or "", kept, told)
		except ValueError as e:
			raise click.ClickException(f"{heads} is no file of export-audit --heads: {e}.") from None
		finally:
			if file:
				file.close()
	if verdict.problem:
		click.echo(f"NOT AS WRITTEN: {verdict.problem}.")
		click.echo("This is the first thing found; nothing after it was looked at.")
		sys.exit(1)
	click.echo(
		f"{verdict.seals} seals follow one another; {verdict.entries} entries are as they were written."
	)
	if verdict.dropped:
		click.echo(f"The entries of {verdict.dropped} seals were dropped for their age.")
	if file:
		click.echo(f"{verdict.heads} heads in {heads} are still the site's.")
	click.echo(
		f"{verdict.unsealed} entries are not sealed yet: as written, but whether one was removed can't be told."
	)
	if not file:
		click.echo("Whether the newest seals were removed can only be told with --heads.")
