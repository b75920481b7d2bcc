"""Dry runs of what posts to ledgers: the entries as far as the caller may read them, and nothing stays; what has no dry run."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import frappe
import pytest

from erpnext_mcp.documents import side_effects
from erpnext_mcp.tests import business

PROFILE = "MCP Test Ledgers"
RULES = {
	"Sales Invoice": ("read", "submit", "cancel"),
	"Delivery Note": ("read", "submit", "cancel"),
	"Customer": ("read", "create"),
	"GL Entry": ("read",),
	"Stock Ledger Entry": ("read",),
}


@pytest.fixture(scope="module")
def drafts(site, world) -> Iterator[SimpleNamespace]:
	"""A draft invoice over 40, a draft delivery of 4 that cost 6 each, and a submitted invoice."""
	business.build(world)
	item = business.item(stock=10)
	invoice = business.document("Sales Invoice", {"item_code": item, "qty": 4, "rate": 10}, submit=False)
	submitted = business.document("Sales Invoice", {"item_code": item, "qty": 1, "rate": 10})
	note = business.document("Delivery Note", {"item_code": item, "qty": 4, "rate": 10}, submit=False)
	world.profile(PROFILE, users=(*business.USERS, world.READER, world.MASTER), rules=RULES, priority=50)
	frappe.db.commit()
	yield SimpleNamespace(item=item, invoice=invoice.name, submitted=submitted.name, note=note.name)
	frappe.set_user("Administrator")
	frappe.db.rollback()
	frappe.delete_doc("MCP Permission Profile", PROFILE)
	frappe.db.commit()
	business.destroy()


@pytest.fixture
def ruled(changed, drafts) -> Callable:
	"""ruled(fields=[...], without=(DocTypes), **{DocType: {values of its rule}}) for a with block."""

	def ruled(fields=(), without=(), rules=None):
		return changed(
			"MCP Permission Profile",
			PROFILE,
			doctype_rules=[
				{
					"document_type": doctype,
					"acknowledge_hidden_name": 1,
					"acknowledge_hidden_required": 1,
					**{f"can_{o}": 1 for o in operations},
					**(rules or {}).get(doctype, {}),
				}
				for doctype, operations in RULES.items()
				if doctype not in without
			],
			field_rules=[{"rule": "Restricted", **f} for f in fields],
		)

	return ruled


@pytest.fixture
def preview(call, drafts) -> Callable:
	"""preview(user, DocType, name) → the ledger entries of a dry run, after a look that nothing has stayed."""

	def preview(user: str, doctype: str, name: str, tool: str = "submit_generic_document"):
		before = state(doctype, name)
		answer = call(user, tool, doctype=doctype, name=name, dry_run=True)
		assert answer.error is None, answer.text
		assert answer.content["dry_run"]
		assert state(doctype, name) == before
		return answer.content.get("ledger_entries", {})

	return preview


def state(doctype: str, name: str) -> list:
	frappe.db.rollback()
	counts = [frappe.db.count(ledger, {"voucher_no": name}) for ledger in ("GL Entry", "Stock Ledger Entry")]
	cancelled = frappe.db.count("GL Entry", {"voucher_no": name, "is_cancelled": 1})
	return [frappe.db.get_value(doctype, name, ["docstatus", "modified", "status"]), *counts, cancelled]


def amounts(entries: list[dict]) -> list[tuple]:
	return sorted((e.get("party") or "", e["debit"], e["credit"]) for e in entries)


def test_an_accountant_sees_what_an_invoice_would_post(preview, drafts, last_entry):
	found = preview(business.ACCOUNTANT, "Sales Invoice", drafts.invoice)
	assert set(found) == {"GL Entry"}
	assert amounts(found["GL Entry"]) == [("", 0, 40), (business.CUSTOMER, 40, 0)]
	[debtor] = [e for e in found["GL Entry"] if e.get("party")]
	assert debtor["against_voucher"] == drafts.invoice and debtor["account"]
	assert "name" not in debtor, "names that are undone name nothing"
	entry = last_entry(tool="submit_generic_document")
	assert (entry.outcome, entry.dry_run, entry.reference_name) == ("Allowed", 1, drafts.invoice)


def test_a_storekeeper_sees_the_stock_ledger_alone(preview, drafts):
	found = preview(business.STOREKEEPER, "Delivery Note", drafts.note)
	assert set(found) == {"Stock Ledger Entry"}, "ERPNext gives a Stock User no GL Entry"
	[entry] = found["Stock Ledger Entry"]
	assert (entry["item_code"], entry["warehouse"]) == (drafts.item, business.warehouse())
	assert (entry["actual_qty"], entry["qty_after_transaction"]) == (-4, 6)
	assert entry["stock_value_difference"] == -24


def test_a_seller_who_may_read_no_ledger_sees_none(preview, drafts, world):
	assert preview(world.READER, "Delivery Note", drafts.note) == {}


def test_a_cancellation_shows_what_it_adds(preview, drafts):
	found = preview(business.CHIEF_ACCOUNTANT, "Sales Invoice", drafts.submitted, "cancel_generic_document")
	assert amounts(found["GL Entry"]) == [("", 10, 0), (business.CUSTOMER, 0, 10)]


def test_ledgers_outside_of_the_profile(preview, drafts, ruled):
	with ruled(without=("GL Entry",)):
		assert preview(business.ACCOUNTANT, "Sales Invoice", drafts.invoice) == {}


@pytest.mark.parametrize("fieldname", ["voucher_no", "voucher_type"])
def test_t66_whose_entry_it_is_may_be_hidden(preview, drafts, ruled, fieldname):
	with ruled([{"document_type": "GL Entry", "fieldname": fieldname}]):
		assert preview(business.ACCOUNTANT, "Sales Invoice", drafts.invoice) == {}


def test_hidden_and_masked_fields_of_a_ledger(preview, drafts, ruled):
	fields = [
		{"document_type": "GL Entry", "fieldname": "against"},
		{"document_type": "GL Entry", "fieldname": "party"},
		{"document_type": "GL Entry", "fieldname": "creation"},
		{
			"document_type": "GL Entry",
			"fieldname": "account",
			"rule": "Masked",
			"mask_style": "Full",
		},
	]
	with ruled(fields):
		entries = preview(business.ACCOUNTANT, "Sales Invoice", drafts.invoice)["GL Entry"]
	assert len(entries) == 2 and len({e["account"] for e in entries}) == 1
	assert not any("party" in e or "against" in e for e in entries)
	debtors = frappe.db.get_value("Sales Invoice", drafts.invoice, "debit_to")
	assert debtors not in str(entries)


def test_t11_rows_of_a_ledger(preview, drafts, ruled):
	with ruled(rules={"GL Entry": {"row_filter": '{"debit": [">", 0]}'}}):
		entries = preview(business.ACCOUNTANT, "Sales Invoice", drafts.invoice)["GL Entry"]
	assert amounts(entries) == [(business.CUSTOMER, 40, 0)]


def test_user_permissions_hold_for_a_ledger(preview, drafts, world, admin):
	"""Entries of another account than the user's do not exist for him."""
	account = frappe.db.get_value("Sales Invoice", drafts.invoice, "debit_to")
	permission = frappe.get_doc(
		{
			"doctype": "User Permission",
			"user": business.ACCOUNTANT,
			"allow": "Account",
			"for_value": account,
			"apply_to_all_doctypes": 0,
			"applicable_for": "GL Entry",
		}
	).insert()
	frappe.db.commit()
	try:
		entries = preview(business.ACCOUNTANT, "Sales Invoice", drafts.invoice)["GL Entry"]
		assert [e["account"] for e in entries] == [account]
	finally:
		frappe.db.rollback()
		frappe.delete_doc("User Permission", permission.name)
		frappe.db.commit()


def test_t57_only_the_first_entries(preview, drafts, monkeypatch):
	monkeypatch.setattr("erpnext_mcp.documents.ledger.MOST", 1)
	found = preview(business.ACCOUNTANT, "Sales Invoice", drafts.invoice)
	assert len(found["GL Entry"]) == 1 and found["has_more"] is True


@pytest.fixture
def dry_create(call, world, drafts) -> Callable:
	"""dry_create() → the answer of a dry run of a new customer, as MASTER."""

	def dry_create():
		answer = call(
			world.MASTER,
			"create_generic_document",
			doctype="Customer",
			data={
				"customer_name": "MCP Dry",
				"customer_type": "Company",
				"customer_group": business.leaf("Customer Group"),
				"territory": world.NORTH,
			},
			dry_run=True,
		)
		frappe.db.rollback()
		assert not frappe.db.exists("Customer", "MCP Dry")
		return answer

	return dry_create


@pytest.fixture
def configured(admin) -> Iterator[Callable]:
	"""configured(DocType, **values): a document of the site's configuration; deleted again."""
	made = []

	def configured(doctype: str, **values):
		made.append(frappe.get_doc({"doctype": doctype, **values}).insert())
		frappe.db.commit()
		return made[-1]

	yield configured
	frappe.db.rollback()
	for doc in made:
		frappe.delete_doc(doc.doctype, doc.name)
	frappe.db.commit()


def notification(**values) -> dict:
	return {
		"subject": "MCP Test Notification",
		"document_type": "Customer",
		"event": "New",
		"message": "hello",
		"channel": "SMS",
		"recipients": [{"receiver_by_document_field": "owner"}],
		**values,
	}


def refused(answer, last_entry, reason: str) -> None:
	assert answer.error is not None and answer.error.code == "unsupported", answer.text
	assert reason not in answer.text
	entry = last_entry(tool="create_generic_document")
	assert entry.outcome == "Refused" and reason in entry.reason


def test_t22_a_notification_that_is_sent_at_once(configured, dry_create, last_entry, changed):
	doc = configured("Notification", **notification())
	refused(dry_create(), last_entry, doc.name)
	with changed("Notification", doc.name, enabled=0):
		assert dry_create().error is None


@pytest.mark.parametrize(
	"values",
	[
		{"channel": "Email"},
		{"channel": "System Notification"},
		{"event": "Days After", "date_changed": "creation"},
		{"document_type": "Territory"},
	],
	ids=str,
)
def test_notifications_that_are_no_obstacle(configured, dry_create, values):
	configured("Notification", **notification(**values))
	assert dry_create().error is None


def test_t22_a_server_script(configured, dry_create, last_entry, monkeypatch):
	script = configured(
		"Server Script",
		name="MCP Test Script",
		script_type="DocType Event",
		reference_doctype="Customer",
		doctype_event="After Insert",
		script="pass",
	)
	monkeypatch.setattr(side_effects, "_scripts_run", lambda: True)
	refused(dry_create(), last_entry, script.name)
	assert side_effects.dry_run_obstacle("Territory") is None
	monkeypatch.setattr(side_effects, "_scripts_run", lambda: False)
	assert side_effects.dry_run_obstacle("Customer") is None


def test_t22_what_an_app_names(dry_create, last_entry, monkeypatch):
	real = frappe.get_hooks

	def get_hooks(hook=None, *args, **kwargs):
		return ["Customer"] if hook == "mcp_no_dry_run" else real(hook, *args, **kwargs)

	monkeypatch.setattr(frappe, "get_hooks", get_hooks)
	refused(dry_create(), last_entry, "mcp_no_dry_run")


def test_t22_doctypes_that_ask_other_servers(admin, monkeypatch):
	assert side_effects.dry_run_obstacle("Payment Request")
	assert side_effects.dry_run_obstacle("Event") is None
	monkeypatch.setattr(
		side_effects, "_first", lambda doctype, filters: "Mine" if "Google" in doctype else None
	)
	assert side_effects.dry_run_obstacle("Event") and side_effects.dry_run_obstacle("Contact")
	assert side_effects.dry_run_obstacle("Customer") is None


def test_t22_tasks_of_a_workflow(admin, monkeypatch):
	if not frappe.get_meta("Workflow Transition").has_field("transition_tasks"):
		pytest.skip("this version of Frappe has no tasks of workflows")
	monkeypatch.setattr(
		side_effects,
		"_first",
		lambda doctype, filters: "row" if filters.get("parent") == "MCP Flow" else None,
	)
	assert side_effects.dry_run_obstacle("Customer", "MCP Flow")
	assert side_effects.dry_run_obstacle("Customer", "Another") is None
	assert side_effects.dry_run_obstacle("Customer") is None
