"""bench --site S mcp stdio --user U: the server for a client on the same machine."""

import click
import frappe
from frappe.commands import pass_context

from erpnext_mcp.cli.site import connected


@click.command("stdio")
@click.option("--user", required=True, help="Whom all calls are made as.")
@pass_context
def stdio(context, user: str) -> None:
	"""Serve MCP on standard input and output, to the client that starts this command.

	Nothing but MCP messages is written to standard output. Ends when the client closes its end.
	"""
	with connected(context) as site:
		if not frappe.db.exists("User", {"name": user, "enabled": 1}) or user == "Guest":
			raise click.ClickException(f"There is no enabled user {user} on {site}.")
	from erpnext_mcp.mcp_server import frames
	from erpnext_mcp.mcp_server.stdio import StdioServer

	incoming, outgoing = frames.take_over()
	try:
		StdioServer(site, user).serve(incoming, outgoing)
	except KeyboardInterrupt:
		pass
