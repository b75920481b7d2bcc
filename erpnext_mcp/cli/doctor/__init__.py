"""bench --site S mcp doctor: whether an agent would get through, and what to do where not."""

import json

import click
from frappe.commands import pass_context

from erpnext_mcp.cli.doctor.finding import FAIL, OK, WARN, Finding
from erpnext_mcp.cli.site import connected

MARKS = {OK: ("ok", "green"), WARN: ("warn", "yellow"), FAIL: ("FAIL", "red")}


@click.command("doctor")
@click.option("--url", help="Where clients reach the endpoint; the site's own address is taken otherwise.")
@click.option("--offline", is_flag=True, help="Don't call the endpoint.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@pass_context
def doctor(context, url: str | None, offline: bool, form: str) -> None:
	"""Check settings, profiles, credentials, database, Redis, jobs and the endpoint; say what to do. Changes nothing.

	Ends with 1 if something keeps agents out or leaves the audit unproven.
	"""
	from erpnext_mcp.cli.doctor import endpoint, site

	with connected(context):
		found: list[Finding] = site.findings()
		if not offline:
			found += endpoint.findings(url or endpoint.own_url())
	if form == "json":
		click.echo(json.dumps([f.as_dict() for f in found], indent=1, ensure_ascii=False))
	else:
		for f in found:
			mark, colour = MARKS[f.state]
			click.echo(click.style(f"{mark:<5}", fg=colour) + f"{f.about}: {f.message}")
			if f.advice:
				click.echo(f"     → {f.advice}")
	if any(f.state == FAIL for f in found):
		raise click.exceptions.Exit(1)
