"""bench --site S mcp release: gives bound credentials back to the rest of the site."""

import click
import frappe
from frappe.commands import pass_context

from erpnext_mcp.cli import credentials
from erpnext_mcp.cli.site import connected
from erpnext_mcp.policy import store
from erpnext_mcp.policy.binding import bound_credentials
from erpnext_mcp.policy.release import release as release_all


@click.command("release")
@click.option("--yes", "-y", is_flag=True, help="Don't ask.")
@pass_context
def release(context, yes: bool) -> None:
	"""Clear Restrict to MCP in all profiles, so that their users' API keys and tokens work everywhere again.

	Without it, uninstalling the app revokes them.
	"""
	with connected(context):
		profiles = sorted(p.name for p in store.read().profiles if p.restrict_to_mcp)
		if not profiles:
			click.echo("No profile restricts anybody to MCP; nothing to release.")
			return
		click.echo(f"Profiles with Restrict to MCP: {', '.join(profiles)}")
		bound = credentials.summary(bound_credentials())
		click.echo(f"Credentials bound to MCP by them: {len(bound) or 'none'}")
		for credential in bound:
			click.echo(f"  {credentials.line(credential)}")
		if not yes:
			click.confirm("They will work on the whole site again. Continue?", abort=True)
		release_all()
		frappe.db.commit()
		click.echo(f"Released. Restrict to MCP is off in: {', '.join(profiles)}")
