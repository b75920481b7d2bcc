"""bench --site S mcp undo ENTRY: takes an update back, from the values that the audit keeps of it."""

import json
from typing import Any

import click
from frappe.commands import pass_context

from erpnext_mcp.cli.messages import one_line
from erpnext_mcp.cli.site import connected

TOOL = "bench mcp undo"
UPDATE = "update"


class NotUndone(click.ClickException):
	"""Nothing was changed, and why: one reason or several."""

	def __init__(self, *reasons: str) -> None:
		super().__init__("\n  ".join(("It can't be undone:", *reasons)))
		self.reasons = reasons


@click.command("undo")
@click.argument("entry")
@click.option(
	"--user", required=True, help="Who undoes it: in ERPNext it is his change, with his permissions."
)
@click.option("--dry-run", is_flag=True, help="Do everything but keep nothing.")
@click.option("--partly", is_flag=True, help="Save even if some values don't come out as they were.")
@click.option("--yes", "-y", is_flag=True, help="Don't ask.")
@pass_context
def undo(context, entry: str, user: str, dry_run: bool, partly: bool, yes: bool) -> None:
	"""Take back the update that the MCP Audit Entry ENTRY tells of, by a normal save of the document.

	Only where values were kept (Log Values in MCP Gateway Settings) and are still what the update left.
	"""
	with connected(context):
		import frappe

		if not frappe.db.exists("User", {"name": user, "enabled": 1}):
			raise click.ClickException(f"There is no enabled user {user}.")
		row, record = _read(entry)
		doctype, name = row.reference_doctype, row.reference_name
		_check(_found(doctype, name), record)
		_show(row, record)
		if not (yes or dry_run):
			click.confirm(f"Save {doctype} {name} with these values, as {user}?", abort=True)
		left = _undo(user, row, record, dry_run, partly)
	for line in left:
		click.echo(f"Not as it was: {line}")
	click.echo("Dry run, nothing was saved." if dry_run else f"{doctype} {name} was saved.")


def why_not(row: Any) -> str | None:
	"""Why an audit entry tells of nothing that could be undone; None when it may. Pure.

	:param row: what has its columns
	"""
	if row.outcome != "Allowed":
		return f"It was {row.outcome.lower()}, so nothing was changed."
	if row.dry_run:
		return "It was a dry run, so nothing was changed."
	if row.operation != UPDATE:
		return f"Only an update can be undone, and this was: {row.operation or row.tool}."
	if not row.changes:
		return "Its values were not kept, or nothing was changed. Log Values in MCP Gateway Settings keeps those to come."
	return None


def _read(entry: str) -> tuple[Any, dict[str, Any]]:
	import frappe

	try:
		row = frappe.get_doc("MCP Audit Entry", entry)
	except frappe.DoesNotExistError:
		raise click.ClickException(f"There is no MCP Audit Entry {entry}.") from None
	reason = why_not(row)
	if reason:
		raise NotUndone(reason)
	return row, json.loads(row.changes)


def _found(doctype: str, name: str, **options: Any) -> Any:
	import frappe

	try:
		return frappe.get_doc(doctype, name, **options)
	except (frappe.DoesNotExistError, ImportError):
		raise NotUndone("The document does not exist any more: it was deleted or renamed.") from None


def _check(doc: Any, record: dict[str, Any]) -> None:
	from erpnext_mcp.documents.undo import obstacles

	found = obstacles(doc, record)
	if found:
		raise NotUndone(*found)


def _show(row: Any, record: dict[str, Any]) -> None:
	from erpnext_mcp.documents.changes import described
	from erpnext_mcp.documents.undo import reversed_record

	click.echo(f"{row.timestamp}  {row.user}, {row.tool}: {row.reference_doctype} {row.reference_name}")
	for line in described(reversed_record(record)):
		click.echo(f"  {line}")


def _undo(user: str, row: Any, record: dict[str, Any], dry_run: bool, partly: bool) -> list[str]:
	"""Saves the document and writes the audit entry, in one transaction; what failed is written down as well.

	:returns: what did not come out as it was
	"""
	import frappe

	from erpnext_mcp.audit import entry as audit
	from erpnext_mcp.documents.transactions import writing
	from erpnext_mcp.policy import store

	keeps_values = store.read().settings.log_values

	def entry(outcome: str, reason: str = "", changes: dict[str, Any] | None = None) -> audit.Entry:
		return _entry(user, row, record, dry_run, outcome, f"undoes {row.name}" + reason, changes)

	frappe.set_user(user)
	try:
		with writing() as transaction:
			try:
				changes, left = _save(row, record, dry_run, partly)
			finally:
				transaction.check()
			if not dry_run:
				audit.write([entry(audit.ALLOWED, changes=changes if keeps_values else None)])
				transaction.commit()
	except Exception as e:
		refused = isinstance(e, NotUndone | frappe.PermissionError)
		problem = e if isinstance(e, NotUndone) else NotUndone(_said(e))
		audit.write([entry(audit.REFUSED if refused else audit.FAILED, f": {'; '.join(problem.reasons)}")])
		frappe.db.commit()
		raise problem from e
	if dry_run:
		audit.write([entry(audit.ALLOWED)])
		frappe.db.commit()
	return left


def _said(error: Exception) -> str:
	from erpnext_mcp.errors import CallError

	return error.reason if isinstance(error, CallError) else one_line(error) or type(error).__name__


def _save(row: Any, record: dict[str, Any], dry_run: bool, partly: bool) -> tuple[dict[str, Any], list[str]]:
	"""Saves it; gives what changed, of the fields of the record, and what did not come out as it was."""
	from erpnext_mcp.documents import workflow_states
	from erpnext_mcp.documents.changes import differences, hidden
	from erpnext_mcp.documents.side_effects import check_dry_run
	from erpnext_mcp.documents.undo import remaining, take_back

	if dry_run:
		check_dry_run(row.reference_doctype)
	doc = _found(row.reference_doctype, row.reference_name, for_update=True)
	_check(doc, record)
	doc.check_permission("write")
	if not workflow_states.may_edit(doc):
		raise NotUndone("In its present workflow state the document can't be edited by this user.")
	before = doc.as_dict()
	take_back(doc, record)
	doc.save()
	saved = _found(row.reference_doctype, row.reference_name)
	left = remaining(saved, record)
	if left and not partly:
		raise NotUndone(*left, "With --partly it is saved all the same.")
	changes = differences(doc.doctype, before, saved.as_dict(), hidden(doc.doctype, frozenset()))
	return {fieldname: change for fieldname, change in changes.items() if fieldname in record}, left


def _entry(
	user: str,
	row: Any,
	record: dict[str, Any],
	dry_run: bool,
	outcome: str,
	reason: str,
	changes: dict[str, Any] | None,
) -> Any:
	from erpnext_mcp.audit import entry as audit
	from erpnext_mcp.mcp_server.caller import Caller

	caller = Caller(user, "command line", client_name=TOOL)
	return audit.Entry(
		name=audit.new_name(),
		user=user,
		outcome=outcome,
		tool=TOOL,
		operation=UPDATE,
		dry_run=int(dry_run),
		reason=reason,
		reference_doctype=row.reference_doctype,
		reference_name=row.reference_name,
		field_names=list(record),
		row_count=1 if outcome == audit.ALLOWED else 0,
		transport=caller.transport,
		client_name=caller.client_name,
		session=caller.session,
		changes=changes,
	)
