"""bench --site S mcp attack --as USER: the known attacks against the profile that a user has."""

from typing import Any

import click
from frappe.commands import pass_context

from erpnext_mcp.cli.site import connected

CANT = 2
"""Exit status where nothing could be tried."""


@click.command("attack")
@click.option("--as", "user", required=True, metavar="USER", help="Whose profile is attacked.")
@click.option("--only", metavar="T04,T05", help="Only the attacks of these numbers.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--verbose", is_flag=True, help="Every call: the tool, the DocType, what it was answered with.")
@click.option("--read-only", is_flag=True, help="Leave out what would write, although it is undone.")
@click.option(
	"--most",
	default=10,
	show_default=True,
	type=click.IntRange(0),
	help="Fields or DocTypes per attack; 0: all.",
)
@click.option(
	"--ip", default="", help="Where the calls come from, for a profile that is open to some networks only."
)
@click.option(
	"--url", default="", help="The endpoint of a running server, to send it what needs no credentials."
)
@pass_context
def attack(
	context,
	user: str,
	only: str | None,
	as_json: bool,
	verbose: bool,
	read_only: bool,
	most: int,
	ip: str,
	url: str,
) -> None:
	"""Try the known attacks as USER, under the profile that applies to him, and say which held.

	Reads, and writes that are undone. Every call is an entry of the audit, marked as simulated. Ends with 1 if an attack
	did not hold, with 2 if none could be tried.
	"""
	import frappe

	from erpnext_mcp.attack import report
	from erpnext_mcp.attack.attacker import Attacker, NotRecorded, profile_of
	from erpnext_mcp.attack.catalogue import NUMBERS, run_all
	from erpnext_mcp.attack.ground_truth import GroundTruth
	from erpnext_mcp.attack.trial import Run
	from erpnext_mcp.attack.verdict import failed

	wanted = [n.strip().upper() for n in (only or "").split(",") if n.strip()]
	unknown = sorted(set(wanted) - set(NUMBERS))
	if unknown:
		raise click.UsageError(f"There is no attack {', '.join(unknown)}.")
	calls: list[dict[str, Any]] = []

	def heard(number: str, reply: Any) -> None:
		calls.append(
			{
				"attack": number,
				"tool": reply.tool,
				"doctype": str(reply.arguments.get("doctype", "")),
				"arguments": sorted(set(reply.arguments) - {"doctype"}),
				"answer": reply.code or "answered",
				"entry": reply.entry,
			}
		)

	with connected(context):
		if not frappe.db.exists("User", user):
			_stop(f"There is no user {user}.")
		attacker = Attacker(user, frappe.session.user, ip)
		profile, refusal = profile_of(attacker)
		if not profile:
			_stop(f"No call of {user} is let through: {refusal}")
		run = Run(attacker, GroundTruth(user, profile, ip), most, url, read_only, heard)
		try:
			verdicts = run_all(run, wanted)
		except NotRecorded as e:
			_stop(str(e))
		target = run.target
	if as_json:
		click.echo(report.as_json(target, verdicts, calls if verbose else ()))
	else:
		for call in calls if verbose else ():
			names = ", ".join(call["arguments"])
			click.echo(f"{call['attack']}  {call['answer']:<20} {call['tool']} {call['doctype']} ({names})")
		click.echo(report.table(target, verdicts))
	if failed(verdicts):
		raise click.exceptions.Exit(1)


def _stop(message: str) -> None:
	error = click.ClickException(message)
	error.exit_code = CANT
	raise error
