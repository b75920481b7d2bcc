"""Assignments: to users who can read the document, without sharing it, and without telling who exists (T64)."""

import frappe
import pytest

DISABLED = "mcp.disabled@example.com"


@pytest.fixture
def assigning(changed, world):
	"""assigning(**rule): the profile of READER and MASTER with assignments of Customer."""

	def assigning(**rule):
		given = {"document_type": "Customer", "can_read": 1, "can_assign": 1, **rule}
		return changed("MCP Permission Profile", world.PROFILE, doctype_rules=[given])

	return assigning


@pytest.fixture
def disabled(admin, world):
	"""A user with all the roles it takes, who is disabled."""
	world.make_user(DISABLED, "Sales User")
	frappe.db.set_value("User", DISABLED, "enabled", 0)
	frappe.db.commit()
	frappe.clear_cache(user=DISABLED)
	yield DISABLED
	frappe.set_user("Administrator")
	frappe.delete_doc("User", DISABLED, force=True)
	frappe.db.commit()


@pytest.fixture(autouse=True)
def nothing_left(admin, world):
	yield
	frappe.set_user("Administrator")
	frappe.db.rollback()
	names = (*world.NORTHERN, world.HIDDEN)
	for doctype, field in (
		("ToDo", "reference_name"),
		("Comment", "reference_name"),
		("Notification Log", "document_name"),
		("Document Follow", "ref_docname"),
	):
		for name in frappe.get_all(doctype, {field: ("in", names)}, pluck="name"):
			frappe.delete_doc(doctype, name, force=True)
	for name in names:
		frappe.db.set_value("Customer", name, "_assign", None, update_modified=False)
	frappe.db.commit()


def todos() -> list:
	frappe.db.rollback()
	return frappe.get_all(
		"ToDo",
		{"reference_type": "Customer"},
		["allocated_to", "assigned_by", "description", "date", "priority", "reference_name", "status"],
	)


def assign(call, world, user: str, **arguments):
	arguments = {"doctype": "Customer", "name": world.ALPHA, "user": user, **arguments}
	return call(world.READER, "assign", **arguments)


def test_a_reader_of_the_document_gets_it_as_a_task(call, world, assigning, last_entry):
	shares = frappe.db.count("DocShare")
	with assigning():
		answer = assign(
			call,
			world,
			world.MASTER,
			description="Call <b>back</b>\nsoon",
			due_date="2031-02-03",
			priority="High",
		)
		assert answer.content == {
			"doctype": "Customer",
			"name": world.ALPHA,
			"user": world.MASTER,
			"dry_run": False,
		}
		(todo,) = todos()
		assert todo.allocated_to == world.MASTER and todo.assigned_by == world.READER
		assert str(todo.date) == "2031-02-03" and todo.priority == "High" and todo.status == "Open"
		assert "&lt;b&gt;back&lt;/b&gt;" in todo.description and "<b>" not in todo.description
		assert frappe.parse_json(frappe.db.get_value("Customer", world.ALPHA, "_assign")) == [world.MASTER]
		assert frappe.db.count("DocShare") == shares
		entry = last_entry(tool="assign")
		assert entry.operation == "assign" and entry.reference_name == world.ALPHA

		assert assign(call, world, world.MASTER).error.code == "conflict"
		assert len(todos()) == 1
		assert assign(call, world, world.READER).error is None, "to himself"


def test_t64_who_cant_read_it_is_disabled_or_does_not_exist(call, world, assigning, disabled):
	"""One answer, and nothing is shared or written."""
	shares = frappe.db.count("DocShare")
	with assigning():
		answers = {
			assign(call, world, user).text
			for user in (
				world.NOBODY,
				disabled,
				"mcp.never@example.com",
				"Administrator",
				"Guest",
				"All",
				"%",
				world.MASTER + "x",
			)
		}
		assert len(answers) == 1
		assert '"code":"not_found"' in answers.pop()
		assert todos() == [] and frappe.db.count("DocShare") == shares


def test_t64_user_permissions_of_the_assignee_count(call, world, assigning):
	"""READER may not see HIDDEN; MASTER, who may, can't hand it to him."""
	with assigning():
		answer = call(
			world.MASTER, "assign", doctype="Customer", name=world.HIDDEN, user=world.READER, dry_run=True
		)
		assert answer.error.code == "not_found" and answer.content["argument"] == "user"
		answer = call(world.MASTER, "assign", doctype="Customer", name=world.ALPHA, user=world.READER)
		assert answer.error is None


def test_a_share_makes_a_reader(call, world, assigning):
	frappe.share.add("Customer", world.ALPHA, world.NOBODY, read=1)
	frappe.db.commit()
	try:
		with assigning():
			assert assign(call, world, world.NOBODY).error is None
	finally:
		frappe.set_user("Administrator")
		frappe.share.remove("Customer", world.ALPHA, world.NOBODY)
		frappe.db.commit()


def test_t22_a_dry_run_leaves_nothing_and_notifies_nobody(call, world, assigning):
	before = {
		d: frappe.db.count(d) for d in ("Notification Log", "Email Queue", "Comment", "Document Follow")
	}
	with assigning():
		answer = assign(call, world, world.MASTER, dry_run=True)
		assert answer.error is None and answer.content["dry_run"] is True
		assert todos() == []
		assert not frappe.db.get_value("Customer", world.ALPHA, "_assign")
		assert {d: frappe.db.count(d) for d in before} == before
		assert assign(call, world, world.MASTER).error is None, "and uses up nothing"


def test_t13_documents_that_cant_be_seen(call, world, assigning):
	with assigning(row_filter=f'{{"name": ["!=", "{world.ODD}"]}}'):
		answers = {
			assign(call, world, world.MASTER, name=name).text
			for name in (world.HIDDEN, world.ODD, "No such customer")
		}
		assert len(answers) == 1 and '"code":"not_found"' in answers.pop()
		assert todos() == []


def test_the_operation_is_off_by_default(call, world):
	assert assign(call, world, world.MASTER).error.code == "not_permitted"
	assert todos() == []


@pytest.mark.parametrize("date", ["2031-02-30", "tomorrow", "0000-00-00", "2031-2-3", "31-02-2031"])
def test_a_date_that_is_none(call, world, assigning, date):
	with assigning():
		assert assign(call, world, world.MASTER, due_date=date).error.code == "invalid_arguments"
		assert todos() == []


def test_a_doctype_with_an_assignee_of_its_own_is_refused(call, world, assigning):
	"""Frappe would write the field `assigned_to` whatever the profile and the permission levels say."""
	field = frappe.get_doc(
		{
			"doctype": "Custom Field",
			"dt": "Customer",
			"fieldname": "assigned_to",
			"fieldtype": "Link",
			"options": "User",
			"label": "Assigned To",
			"permlevel": world.SECRET_LEVEL,
		}
	).insert()
	frappe.db.commit()
	try:
		with assigning():
			assert assign(call, world, world.MASTER).error.code == "unsupported"
			assert todos() == []
	finally:
		frappe.set_user("Administrator")
		field.delete()
		frappe.db.commit()
