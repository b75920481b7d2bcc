"""bench --site S mcp undo: what can be taken back from the audit, and why not."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import frappe
import pytest
from click.testing import CliRunner, Result

from erpnext_mcp.cli.undo import TOOL, why_not
from erpnext_mcp.commands import commands

PROFILE = "MCP Test Undo"
NAME = "MCP Undo"
OLD, NEW = "https://old.example.com", "https://new.example.com"


@pytest.fixture
def undo(call, world, changed, site, last_entry) -> Iterator[SimpleNamespace]:
	"""A customer that MASTER updates with values logged. update(**data) → the entry's name; run(entry, *options) → Result."""
	world.profile(
		PROFILE,
		users=[world.MASTER],
		priority=9,
		rules={"Customer": ("select", "read", "create", "update", "delete")},
	)
	company = frappe.get_all("Company", order_by="name asc", pluck="name", limit=1)[0]
	frappe.get_doc(
		{
			"doctype": "Customer",
			"customer_name": NAME,
			"customer_type": "Company",
			"territory": world.NORTH,
			"customer_group": frappe.db.get_value("Customer", world.ALPHA, "customer_group"),
			"website": OLD,
			"credit_limits": [{"company": company, "credit_limit": 100}],
		}
	).insert()
	frappe.db.commit()
	(group,) = commands
	context = frappe._dict(sites=[site.name], profile=False, force=False, verbose=False)

	def update(remove=None, **data) -> str:
		arguments = {"doctype": "Customer", "name": NAME, "data": data}
		answer = call(
			world.MASTER, "update_generic_document", **arguments, **({"remove": remove} if remove else {})
		)
		assert answer.error is None, answer.content
		return last_entry(user=world.MASTER).name

	def run(entry: str, *options: str, user: str = world.MASTER, answer: str = "") -> Result:
		frappe.db.commit()
		arguments = ["undo", entry, "--user", user, *options]
		with ThreadPoolExecutor(1) as pool:
			result = pool.submit(CliRunner().invoke, group, arguments, obj=context, input=answer).result()
		frappe.db.rollback()
		return result

	with changed("MCP Gateway Settings", "MCP Gateway Settings", log_values=1):
		yield SimpleNamespace(update=update, run=run, company=company)
	frappe.db.rollback()
	frappe.set_user("Administrator")
	frappe.delete_doc_if_exists("Customer", NAME, force=True)
	frappe.delete_doc("MCP Permission Profile", PROFILE)
	frappe.db.commit()


def customer():
	return frappe.get_doc("Customer", NAME)


def refused(result: Result, *said: str) -> None:
	assert result.exit_code == 1 and "can't be undone" in result.output, result.output
	for text in said:
		assert text in result.output


def test_an_update_is_taken_back_and_that_is_audited(undo, world, last_entry):
	entry = undo.update(website=NEW, default_commission_rate=3)
	result = undo.run(entry, "--yes")
	assert result.exit_code == 0, result.output
	assert f"website: '{NEW}' → '{OLD}'" in result.output and "was saved" in result.output
	doc = customer()
	assert (doc.website, doc.default_commission_rate, doc.modified_by) == (OLD, 0, world.MASTER)
	written = last_entry(tool=TOOL)
	assert (written.user, written.outcome, written.operation) == (world.MASTER, "Allowed", "update")
	assert (written.reference_name, written.reason, written.transport) == (
		NAME,
		f"undoes {entry}",
		"command line",
	)
	assert json.loads(written.changes) == {"website": [NEW, OLD], "default_commission_rate": [3.0, 0.0]}
	# What undoes is an update as well.
	assert undo.run(written.name, "--yes").exit_code == 0
	assert customer().website == NEW


def test_it_asks_first(undo, last_entry):
	entry = undo.update(website=NEW)
	before = last_entry().name
	assert undo.run(entry, answer="n\n").exit_code == 1
	assert customer().website == NEW and last_entry().name == before
	assert undo.run(entry, answer="y\n").exit_code == 0
	assert customer().website == OLD


def test_a_dry_run_leaves_nothing_but_its_entry(undo, last_entry):
	entry = undo.update(website=NEW)
	result = undo.run(entry, "--dry-run")
	assert result.exit_code == 0 and "nothing was saved" in result.output
	assert customer().website == NEW
	written = last_entry(tool=TOOL)
	assert (written.dry_run, written.outcome, written.changes) == (1, "Allowed", None)


def test_rows_come_back_under_their_names_and_at_their_places(undo):
	(row,) = customer().credit_limits
	changed = undo.update(credit_limits=[{"name": row.name, "credit_limit": 250}])
	replaced = undo.update(
		credit_limits=[{"company": undo.company, "credit_limit": 300}], remove={"credit_limits": [row.name]}
	)
	refused(undo.run(changed, "--yes"), f"row {row.name} was removed since")
	assert undo.run(replaced, "--yes").exit_code == 0
	(found,) = customer().credit_limits
	assert (found.name, found.credit_limit, found.company, found.idx) == (row.name, 250, undo.company, 1)
	assert undo.run(changed, "--yes").exit_code == 0
	assert [(r.name, r.credit_limit) for r in customer().credit_limits] == [(row.name, 100)]
	refused(undo.run(replaced, "--yes"), "is there again")


def test_what_changed_since_stands_against_it(undo):
	entry = undo.update(website=NEW)
	undo.update(website="https://third.example.com")
	refused(undo.run(entry, "--yes"), f"it was changed since, from '{NEW}' to 'https://third.example.com'")
	assert customer().website == "https://third.example.com"


def test_it_is_the_undoers_own_permission(undo, world, last_entry):
	entry = undo.update(website=NEW)
	refused(undo.run(entry, "--yes", user=world.NOBODY))
	assert customer().website == NEW
	written = last_entry(tool=TOOL)
	assert (written.user, written.outcome) == (world.NOBODY, "Refused")
	assert undo.run(entry, user="nobody.at.all@example.com").exit_code == 1


def test_a_field_that_the_undoer_may_not_write_is_no_silent_half(undo, world):
	"""Frappe resets fields on permission levels that the user may not write, without a word."""
	if not frappe.get_meta("Customer").get_field("credit_limits").permlevel:
		pytest.skip("on this site credit limits are on no permission level of their own")
	(row,) = customer().credit_limits
	entry = undo.update(website=NEW, credit_limits=[{"name": row.name, "credit_limit": 250}])
	refused(undo.run(entry, "--yes", user=world.READER), "is 250.0, was 100.0", "--partly")
	assert customer().website == NEW
	result = undo.run(entry, "--yes", "--partly", user=world.READER)
	assert result.exit_code == 0 and "Not as it was: credit_limits" in result.output
	assert (customer().website, customer().credit_limits[0].credit_limit) == (OLD, 250)


def test_t53_values_that_were_not_kept(undo, changed):
	details = undo.update(customer_details="Authorization: Bearer abcdefghijkl")
	refused(undo.run(details, "--yes"), "customer_details: its values were not kept, because they are secret")
	long = undo.update(customer_details="x" * 20_000)
	refused(undo.run(long, "--yes"), "customer_details: its values were not kept")
	with changed("MCP Gateway Settings", "MCP Gateway Settings", log_values=0):
		nothing = undo.update(website=NEW)
	refused(undo.run(nothing, "--yes"), "values were not kept")


def test_what_the_save_refuses_is_told(undo, last_entry, monkeypatch):
	def validate(self):
		frappe.throw("Not on a <b>Sunday</b>")

	entry = undo.update(website=NEW)
	monkeypatch.setattr(type(customer()), "validate", validate)
	refused(undo.run(entry, "--yes"), "Not on a Sunday")
	assert customer().website == NEW
	written = last_entry(tool=TOOL)
	assert (written.outcome, written.reason) == ("Failed", f"undoes {entry}: Not on a Sunday")


def test_a_document_that_is_gone(undo):
	entry = undo.update(website=NEW)
	frappe.delete_doc("Customer", NAME, force=True)
	frappe.db.commit()
	refused(undo.run(entry, "--yes"), "deleted or renamed")
	assert "There is no MCP Audit Entry" in undo.run("nothing", "--yes").output


@pytest.mark.parametrize(
	("values", "said"),
	[
		({"outcome": "Refused"}, "refused"),
		({"outcome": "Failed"}, "failed"),
		({"dry_run": 1}, "dry run"),
		({"operation": "create"}, "create"),
		({"operation": "submit"}, "submit"),
		({"operation": "", "tool": "list_doctypes"}, "list_doctypes"),
		({"changes": None}, "not kept"),
		({}, None),
	],
	ids=str,
)
def test_entries_that_tell_of_no_update(values, said):
	row = {"outcome": "Allowed", "dry_run": 0, "operation": "update", "tool": "t", "changes": "{}", **values}
	reason = why_not(SimpleNamespace(**row))
	assert reason is None if said is None else said in reason


def test_cancelled_documents_and_submissions(admin):
	from erpnext_mcp.documents.undo import obstacles

	doc = frappe.new_doc("Sales Order")
	doc.docstatus = 2
	assert obstacles(doc, {"customer": ["a", "b"]}) == ["The document is cancelled."]
	doc.docstatus = 1
	assert "submitted" in obstacles(doc, {"docstatus": [0, 1]})[0]
	assert "no such field" in obstacles(doc, {"gone": ["a", "b"]})[0]
