"""bench --site S mcp suspensions | lift: who was refused too often, and giving him his access back."""

import json

import click
import frappe
from frappe.commands import pass_context

from erpnext_mcp.cli.site import connected
from erpnext_mcp.limits import suspension


@click.command("suspensions")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@pass_context
def suspensions(context, form: str) -> None:
	"""List the users whose MCP access is suspended, or was paused by an administrator."""
	with connected(context):
		found = [{**row, "suspended_at": str(row.suspended_at)[:19]} for row in suspension.active()]
	if form == "json":
		click.echo(json.dumps(found, indent=1, ensure_ascii=False))
		return
	for row in found:
		if row["paused_by"]:
			click.echo(f"{row['user']}: since {row['suspended_at']}, paused by {row['paused_by']}")
			continue
		click.echo(
			f"{row['user']}: since {row['suspended_at']}, {row['refusals']} refusals within "
			f"{row['within_minutes']} min, the last: {row['reason']}"
		)
	if not found:
		click.echo("Nobody is suspended.")


@click.command("lift")
@click.argument("user")
@pass_context
def lift(context, user: str) -> None:
	"""Lift the suspension of USER, or let him go on who was paused; his next call goes through."""
	with connected(context):
		if not suspension.lift(user):
			raise click.ClickException(f"{user} is not suspended.")
		frappe.db.commit()
	click.echo(f"Lifted: {user} can use MCP again.")
