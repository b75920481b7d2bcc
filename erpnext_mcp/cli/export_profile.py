"""bench --site S mcp export-profile NAME: a permission profile as a JSON file, to keep, compare or bring to another site."""

import click
from frappe.commands import pass_context

from erpnext_mcp.cli.files import named
from erpnext_mcp.cli.site import connected


@click.command("export-profile")
@click.argument("name")
@click.option("--output", help="File to write; else it is printed.")
@pass_context
def export_profile(context, name: str, output: str | None) -> None:
	"""Write the MCP Permission Profile NAME as JSON."""
	with connected(context):
		import frappe

		from erpnext_mcp.policy.interchange import save

		if not frappe.db.exists("MCP Permission Profile", name):
			raise click.ClickException(f"There is no MCP Permission Profile {name}.")
		text = save.export_profile(name)
	if not output:
		click.echo(text, nl=False)
		return
	path = named(output)
	try:
		path.write_text(text, encoding="utf-8")
	except OSError as e:
		raise click.ClickException(f"{path} can't be written: {e.strerror}.") from None
	click.echo(f"Profile {name} is in {path}.")
