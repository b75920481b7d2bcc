"""bench --site S mcp import-profile FILE: a permission profile from a JSON file, with a report of what became of it."""

import click
from frappe.commands import pass_context

from erpnext_mcp.cli.files import named
from erpnext_mcp.cli.messages import one_line
from erpnext_mcp.cli.site import connected


@click.command("import-profile")
@click.argument("file", required=False)
@click.option("--preset", help="Import a profile that comes with the app, instead of a file.")
@click.option("--name", help="Name of the profile, instead of the one in the file.")
@click.option("--replace", is_flag=True, help="Replace a profile of that name.")
@click.option("--dry-run", is_flag=True, help="Do everything but keep nothing.")
@pass_context
def import_profile(
	context, file: str | None, preset: str | None, name: str | None, replace: bool, dry_run: bool
) -> None:
	"""Make an MCP Permission Profile of a JSON FILE: one of export-profile, or a permissions configuration.

	What the site does not know is left out and reported, and the profile stays disabled until somebody has seen to it.
	"""
	from erpnext_mcp.policy.interchange import presets, save

	if bool(file) == bool(preset):
		raise click.ClickException(
			f"Name a file, or --preset with one of {', '.join(presets.preset_names())}."
		)
	try:
		draft = save.read(presets.preset_text(preset) if preset else named(file).read_text(encoding="utf-8"))
	except OSError as e:
		raise click.ClickException(f"{named(file)} can't be read: {e.strerror}.") from None
	except ValueError as e:
		raise click.ClickException(f"{preset or file}: {e}.") from None
	with connected(context):
		import frappe

		try:
			imported = save.import_profile(draft, name, replace)
		except ValueError as e:
			raise click.ClickException(f"Nothing was saved: {e}.") from None
		except (frappe.ValidationError, frappe.NameError) as e:
			raise click.ClickException(f"Nothing was saved: {one_line(e)}") from None
		if dry_run:
			frappe.db.rollback()
		else:
			frappe.db.commit()
	_report(imported, dry_run)


def _report(imported, dry_run: bool) -> None:
	from erpnext_mcp.policy.interchange.notes import CHANGED, CHECK, IGNORED, UNRESOLVED

	for kind, title in (
		(CHANGED, "Taken over in another form:"),
		(CHECK, "Worth a look:"),
		(IGNORED, "Not taken over, no matter of profiles:"),
		(UNRESOLVED, "Left out, to be resolved:"),
	):
		notes = imported.notes.of(kind)
		if notes:
			click.echo(title)
			for note in notes:
				click.echo(f"  {note}")
	done = "replaced" if imported.replaced else "made"
	state = "enabled" if imported.enabled else "disabled"
	if dry_run:
		click.echo(f"Dry run, nothing was saved. Profile {imported.name} would be {done}, {state}.")
	else:
		click.echo(f"Profile {imported.name} was {done}. It is {state}.")
	if imported.notes.blocks:
		click.echo("Whoever it names is denied until it is enabled: see to what was left out first.")
