"""What a write that is refused tells, and what it does not (T43, T67), as restricted users."""

import frappe
import pytest

from erpnext_mcp import compat
from erpnext_mcp.tests import writes
from erpnext_mcp.tests.endpoint import Endpoint

OPERATIONS = "select read create update delete"
RULES = {"Customer": OPERATIONS, "Territory": OPERATIONS}
NAME = "MCP Refused"
NEVER = ("<", "Traceback", 'File "', "select ", "SELECT", "tabCustomer", "/work", "/home", ".py", "frappe.")


@pytest.fixture(autouse=True)
def clean(world, admin):
	yield
	writes.delete("Customer", NAME, f"{NAME} - 1")


@pytest.fixture
def create(call, world):
	"""create(user=READER, **values) → the answer of a create call for the customer NAME."""

	def create(user: str = "", **values):
		arguments = {k: values.pop(k) for k in ("dry_run",) if k in values}
		data = {**writes.customer(NAME, world.NORTH), **values}
		return call(
			user or world.READER, "create_generic_document", doctype="Customer", data=data, **arguments
		)

	return create


def refused(answer, code: str = "validation_failed"):
	assert answer.error is not None and answer.error.code == code, answer.text
	for sign in NEVER:
		assert sign not in answer.text
	return answer.content


def test_t43_missing_fields_are_told(call, world, granted):
	with granted({"Customer": OPERATIONS, "Quotation": OPERATIONS, "Item": "read", "Company": "read"}):
		answer = call(
			world.READER, "create_generic_document", doctype="Customer", data={"mcp_last_seen": "x"}
		)
		content = refused(answer)
		assert "customer_name" in content["missing_fields"] and "customer_name" in content["message"]
		data = writes.quotation(world.ALPHA, items=[{"item_code": writes.item(), "qty": None}])
		answer = call(world.READER, "create_generic_document", doctype="Quotation", data=data)
		assert answer.error is None or answer.error.code == "validation_failed"
		writes.delete("Quotation", answer.content.get("name", ""))


def test_t43_a_hidden_field_that_is_missing_is_not_named(call, world, granted, last_entry):
	with granted(RULES, fields=[("Customer", "customer_name", "Restricted")]):
		data = {"customer_type": "Company", "territory": world.NORTH}
		answer = call(world.READER, "create_generic_document", doctype="Customer", data=data)
		content = refused(answer)
		assert "customer_name" not in answer.text and "administrator" in content["hint"]
		assert "customer_name" in last_entry(user=world.READER).reason


def test_t43_a_controllers_own_words_about_something_mandatory(call, world, granted, monkeypatch, create):
	def demand(doc) -> None:
		frappe.throw("[Note]: Notes are mandatory for a visit that is done", frappe.MandatoryError)

	writes.hook(monkeypatch, "Customer", "validate", demand)
	with granted(RULES):
		content = refused(create())
		assert "Notes are mandatory for a visit that is done" in content["message"]
		assert "missing_fields" not in content


def test_t43_t67_a_taken_name_is_told_the_same_way_whether_it_can_be_seen(call, world, granted):
	more = {"Territory": {"row_filter": f'{{"name": ["!=", "{world.SOUTH}"]}}'}}
	with granted(RULES, more=more):

		def make(name: str, **arguments):
			data = {"territory_name": name}
			return call(world.MASTER, "create_generic_document", doctype="Territory", data=data, **arguments)

		hidden, visible = make(world.SOUTH), make(world.NORTH)
		assert refused(hidden, "conflict") == visible.content
		assert world.SOUTH not in hidden.text
		assert make(world.SOUTH, dry_run=True).content == hidden.content
		missing = call(world.MASTER, "get_generic_document", doctype="Territory", name="Nowhere")
		seen = call(world.MASTER, "get_generic_document", doctype="Territory", name=world.SOUTH)
		assert seen.text == missing.text


RAISED = {
	"html": (
		lambda: frappe.throw("<b>Bad</b> value in <a href='/app/customer/x'>Row 1</a>"),
		"ERPNext says: Bad value in Row 1",
	),
	"control characters": (
		lambda: frappe.throw("Bad‮ value\x00\n\n here"),
		"ERPNext says: Bad value here",
	),
	"over-long": (lambda: frappe.throw("x" * 5000), None),
	"a list": (lambda: frappe.throw(["One", "Two"], as_list=True), None),
}


@pytest.mark.parametrize("kind", RAISED)
def test_t43_messages_of_the_business_are_cleaned(granted, create, monkeypatch, kind):
	work, expected = RAISED[kind]
	writes.hook(monkeypatch, "Customer", "validate", lambda doc: work())
	with granted(RULES):
		content = refused(create())
		assert expected is None or content["message"] == expected
		assert content["message"].startswith("ERPNext says: ") and len(content["message"]) < 700


HIDING = {
	"a hidden field": {"fields": [("Customer", "website", "Restricted")]},
	"a masked field": {"fields": [("Customer", "tax_id", "Masked", "Full")]},
	"only some fields": {
		"fields": [("Customer", f, "Allowed") for f in ("customer_name", "customer_type", "territory")],
		"more": {"Customer": {"field_mode": "Only Allowed"}},
	},
	"a row filter": {"more": {"Customer": {"row_filter": '{"disabled": 0}'}}},
	"hidden fields of what it links to": {"fields": [("Territory", "territory_manager", "Restricted")]},
}


@pytest.mark.parametrize("how", HIDING)
def test_t43_where_the_profile_hides_something_they_stay_in_the_audit(
	granted, create, monkeypatch, how, world, last_entry
):
	writes.hook(monkeypatch, "Customer", "validate", lambda doc: frappe.throw("The secret limit is 4711"))
	with granted(RULES, **HIDING[how]):
		for arguments in ({}, {"dry_run": True}):
			answer = create(**arguments)
			content = refused(answer)
			assert "4711" not in answer.text and "secret" not in answer.text
			entry = last_entry(user=world.READER)
			assert content["reference"] == entry.name
			assert "The secret limit is 4711" in entry.reason


FAULTS = {
	"a fault": lambda doc: {}["the secret key"],
	"bad sql": lambda doc: frappe.db.sql("select secret from `tabNowhere`"),
	"permission": lambda doc: frappe.throw("secret", frappe.PermissionError),
	"not there": lambda doc: frappe.get_doc("Item", "the secret item"),
	"bad link": lambda doc: frappe.throw("Could not find secret", frappe.LinkValidationError),
	"linked": lambda doc: frappe.throw("Linked with secret", frappe.LinkExistsError),
	"duplicate": lambda doc: frappe.throw("secret exists", frappe.DuplicateEntryError),
	"unique": lambda doc: frappe.throw("secret exists", frappe.UniqueValidationError),
	"timestamp": lambda doc: frappe.throw("secret", frappe.TimestampMismatchError),
	"locked": lambda doc: frappe.throw("secret", frappe.DocumentLockedError),
	"status": lambda doc: frappe.throw("secret", frappe.DocstatusTransitionError),
	"after submit": lambda doc: frappe.throw("secret", frappe.UpdateAfterSubmitError),
	"too long": lambda doc: frappe.throw("'secret' will get truncated", frappe.CharacterLengthExceededError),
	"deadlock": lambda doc: frappe.throw("secret", frappe.QueryDeadlockError),
	"system exit": lambda doc: int("the secret number"),
}
CODES = {
	"a fault": "internal",
	"bad sql": "internal",
	"permission": "not_permitted",
	"linked": "link_exists",
	"duplicate": "conflict",
	"unique": "conflict",
	"timestamp": "conflict",
	"locked": "queued",
	"deadlock": "unavailable",
	"system exit": "internal",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_t43_exceptions_are_said_in_our_words(granted, create, monkeypatch, fault):
	"""Of a DocType with a hidden field; of what ERPNext says then nothing is passed on."""
	monkeypatch.setattr("erpnext_mcp.mcp_server.pipeline.pause_before", lambda attempt: None)
	writes.hook(monkeypatch, "Customer", "validate", FAULTS[fault])
	with granted(RULES, fields=[("Customer", "website", "Restricted")]):
		answer = create()
		refused(answer, CODES.get(fault, "validation_failed"))
		assert "secret" not in answer.text and "Nowhere" not in answer.text
	assert not frappe.db.exists("Customer", NAME)
	assert frappe.local.message_log == []


@pytest.mark.skipif(compat.MAJOR < 16, reason="v15 keeps nothing of the kind")
@pytest.mark.parametrize("is_new", [True, False])
def test_a_restart_of_redis_while_frappe_saves_is_unavailable(granted, create, monkeypatch, is_new):
	"""Frappe remembers that there was no answer, and then that its own cache is off: its webhooks fail on that, as torture has met.

	Where the restart was before the call, what fails is no fault of Redis."""

	def restart(doc) -> None:
		frappe.local.cache[frappe.cache.make_key("webhooks")] = None
		frappe.client_cache.healthy = False

	healthy, frappe.client_cache.healthy = frappe.client_cache.healthy, is_new
	writes.hook(monkeypatch, "Customer", "validate", restart)
	try:
		with granted(RULES):
			answer = create()
	finally:
		frappe.client_cache.healthy = healthy
	content = refused(answer, "unavailable" if is_new else "internal")
	assert ("Redis" in content["message"]) == is_new
	assert not frappe.db.exists("Customer", NAME)
	logged = frappe.get_all("Error Log", order_by="creation desc", limit=1, fields=["error"])[0].error
	assert "run_webhooks" in logged


def test_t43_values_that_no_column_holds(granted, create):
	if frappe.db.db_type != "mariadb":
		pytest.skip("columns of SQLite hold everything")
	with granted(RULES, fields=[("Customer", "website", "Restricted")]):
		content = refused(create(mcp_last_seen="x" * 141))
		assert content["message"] == "Too long: mcp_last_seen (at most 140 characters)."
		content = refused(create(customer_name="x" * 141))
		assert "customer_name" in content["message"] and "xxx" not in content["message"]
		assert "larger than its field" in refused(create(customer_details="é" * 70_000))["message"]


def test_t43_nothing_of_frappes_messages_goes_over_the_wire(server, world, granted, reader_key):
	"""Frappe answers with `_server_messages`, `exc` and `exception` where something is missing."""
	with granted(RULES):
		endpoint = Endpoint(server.base_url, reader_key)
		arguments = {"doctype": "Customer", "data": {"mcp_last_seen": "x"}}
		response = endpoint.rpc("tools/call", {"name": "create_generic_document", "arguments": arguments})
		body = response.body.decode()
		assert response.status == 200 and response.json()["result"]["isError"]
		for key in ("_server_messages", "exc_type", "exception", "_error_message", "Traceback"):
			assert key not in body


# ---------------------------------------------------------------- T67


def bad_calls(world) -> list[dict]:
	good = writes.customer(NAME, world.NORTH)
	return [
		{"tool": "create", "data": {**good, "territory": world.SOUTH}},
		{"tool": "create", "data": {**good, "territory": "Nowhere"}},
		{"tool": "create", "data": {**good, "nothing": 1}},
		{"tool": "create", "data": {**good, world.SECRET: 1}},
		{"tool": "create", "data": {**good, "disabled": "maybe"}},
		{"tool": "create", "data": {"mcp_last_seen": "x"}},
		{"tool": "create", "data": {**good, "mcp_last_seen": "Forbidden"}},
		{"tool": "update", "name": world.HIDDEN, "data": {"mcp_last_seen": "x"}},
		{"tool": "update", "name": "Nobody", "data": {"mcp_last_seen": "x"}},
		{"tool": "update", "name": world.ALPHA, "data": {"mcp_last_seen": "Forbidden"}},
		{"tool": "update", "name": world.ALPHA, "data": {"territory": world.SOUTH}},
		{"tool": "update", "name": world.ALPHA, "data": {"mcp_last_seen": "x"}, "expected_version": "stale"},
		{"tool": "update", "name": world.ALPHA, "data": {"owner": "x"}},
		{"tool": "delete", "name": world.ALPHA},
		{"tool": "delete", "name": world.HIDDEN},
	]


def test_t67_a_dry_run_refuses_what_the_real_call_refuses_in_the_same_words(call, world, granted, last_entry):
	conditions = [
		("Customer", operation, "mcp_last_seen", "!=", "Forbidden") for operation in ("create", "update")
	]
	with granted(RULES, conditions=conditions):
		with writes.nothing_left():
			for arguments in bad_calls(world):
				tool = f"{arguments.pop('tool')}_generic_document"
				real = call(world.READER, tool, doctype="Customer", **arguments)
				dry = call(world.READER, tool, doctype="Customer", **arguments, dry_run=True)
				assert real.error is not None, arguments
				assert dry.text == real.text, arguments
				entry = last_entry(user=world.READER)
				assert entry.dry_run == 1 and entry.outcome == "Refused"


def test_t67_a_dry_run_is_a_write_for_permissions_and_for_the_audit(call, world, granted, last_entry):
	data = writes.customer(NAME, world.NORTH)
	with granted({"Customer": "read", "Territory": "read"}):
		answer = call(world.READER, "create_generic_document", doctype="Customer", data=data, dry_run=True)
		assert answer.error.code == "not_permitted"
	with granted(RULES, read_only=1):
		answer = call(world.READER, "create_generic_document", doctype="Customer", data=data, dry_run=True)
		assert answer.error.code == "read_only"
	with granted(RULES):
		assert (
			call(world.READER, "create_generic_document", doctype="Customer", data=data, dry_run=True).error
			is None
		)
		entry = last_entry(user=world.READER)
		assert (entry.outcome, entry.dry_run, entry.operation) == ("Allowed", 1, "create")
	assert not frappe.db.exists("Customer", NAME)


@pytest.mark.parametrize("value", ["true", 1, "yes", None])
def test_a_dry_run_that_is_not_quite_one_is_refused(call, world, granted, value):
	"""Never done for real by a misunderstanding."""
	with granted(RULES):
		answer = call(
			world.READER,
			"create_generic_document",
			doctype="Customer",
			data=writes.customer(NAME, world.NORTH),
			dry_run=value,
		)
		assert answer.error.code == "invalid_arguments"
	assert not frappe.db.exists("Customer", NAME)
