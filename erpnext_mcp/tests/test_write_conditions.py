"""Value conditions, rows and versions held against what is written (T28, T29, T30, T68), as restricted users."""

import frappe
import pytest

from erpnext_mcp.tests import writes

OPERATIONS = "select read create update delete"
STEPS = f"{OPERATIONS} submit cancel amend"
ALWAYS = {"Territory": "read", "Company": "read", "Item": "read"}


def refused(answer, code: str = "condition_failed"):
	assert answer.error is not None and answer.error.code == code, answer.text
	return answer.content


@pytest.fixture
def customer(world, admin):
	"""A customer of the north that Administrator has made."""
	writes.delete("Customer", "MCP Subject")
	frappe.get_doc(
		{
			"doctype": "Customer",
			**writes.customer("MCP Subject", world.NORTH),
			"customer_group": frappe.db.get_value("Customer", world.ALPHA, "customer_group"),
			"default_commission_rate": 10,
			"tax_id": "T-1",
		}
	).insert()
	frappe.db.commit()
	yield "MCP Subject"
	writes.delete("Customer", "MCP Subject", "MCP Wanted")


@pytest.fixture
def try_create(call, world, granted):
	"""try_create(conditions, **data) → the answer of a create call, undone."""

	def try_create(*conditions, **data):
		with granted(
			{"Customer": OPERATIONS, **ALWAYS}, conditions=[("Customer", "create", *c) for c in conditions]
		):
			return call(
				world.READER,
				"create_generic_document",
				doctype="Customer",
				data=writes.customer("MCP Wanted", world.NORTH, **data),
				dry_run=True,
			)

	return try_create


# ---------------------------------------------------------------- T28, T29


def test_t28_an_absent_key_and_a_default_are_what_the_document_has(try_create):
	"""`language` has no default, `default_commission_rate` is stored as 0, `customer_type` and `disabled` have one."""
	for condition, holds in (
		(("mcp_last_seen", "=", "Steel"), False),
		(("mcp_last_seen", "!=", "Steel"), True),
		(("mcp_last_seen", "set"), False),
		(("mcp_last_seen", "not set"), True),
		(("default_commission_rate", "<=", 5), True),
		(("default_commission_rate", ">", 0), False),
		(("disabled", "=", 0), True),
		(("disabled", "=", 1), False),
		(("naming_series", "set"), True),
	):
		answer = try_create(condition)
		assert (answer.error is None) == holds, (condition, answer.text)
	content = refused(try_create(("mcp_last_seen", "=", "Steel")))
	assert content["conditions"] == [{"field": "mcp_last_seen", "operator": "=", "value": "Steel"}]
	assert "mcp_last_seen" in content["message"] and "Steel" in content["message"]


@pytest.mark.parametrize(
	("condition", "sent", "holds"),
	[
		(("default_commission_rate", "=", 1), "1.000", True),
		(("default_commission_rate", "in", [1, 2]), "2", True),
		(("default_commission_rate", "<", 10), 9.9999, True),
		(("default_commission_rate", "<", 10), "10", False),
		(("default_commission_rate", "=", 0), None, True),
		(("disabled", "=", 1), True, True),
		(("disabled", "=", 1), "1", True),
		(("disabled", "=", 0), "1", False),
		(("mcp_last_seen", "=", "1"), 1, True),
		(("mcp_last_seen", "=", "Steel"), "steel", False),
		(("mcp_last_seen", "in", ["Steel", "Wood"]), "Wood", True),
		(("mcp_last_seen", "not in", ["Steel"]), None, True),
		(("mcp_last_seen", "matches", "S.*"), "Steel", True),
		(("mcp_last_seen", "matches", "S.*"), "xSteel", False),
	],
)
def test_t29_values_are_compared_by_the_type_of_their_field(try_create, condition, sent, holds):
	answer = try_create(condition, **{condition[0]: sent})
	assert (answer.error is None) == holds, answer.text


def test_t28_all_conditions_of_an_operation_hold_and_none_of_another(call, world, granted, customer):
	conditions = [
		("Customer", "update", "mcp_last_seen", "in", ["Steel", "Wood"]),
		("Customer", "update", "default_commission_rate", "<=", 10),
		("Customer", "create", "mcp_last_seen", "=", "Never"),
		("Customer", "delete", "mcp_last_seen", "=", "Wood"),
	]
	with granted({"Customer": OPERATIONS, **ALWAYS}, conditions=conditions):

		def change(**data):
			return call(world.READER, "update_generic_document", doctype="Customer", name=customer, data=data)

		# The document does not hold it, although the field is not sent.
		assert refused(change(website="x.example"))["conditions"][0]["field"] == "mcp_last_seen"
		refused(change(mcp_last_seen="Steel", default_commission_rate=11))
		assert change(mcp_last_seen="Steel", default_commission_rate=10).error is None
		refused(call(world.MASTER, "delete_generic_document", doctype="Customer", name=customer))
		refused(
			call(world.MASTER, "delete_generic_document", doctype="Customer", name=customer, dry_run=True)
		)
		assert change(mcp_last_seen="Wood").error is None
		dry = call(world.MASTER, "delete_generic_document", doctype="Customer", name=customer, dry_run=True)
		assert dry.error is None, dry.text
	assert frappe.db.get_value("Customer", customer, ["mcp_last_seen", "website"]) == ("Wood", None)


def test_t28_the_state_before_a_change_is_asked_for_where_the_rule_says_so(call, world, granted, customer):
	conditions = [("Customer", "update", "disabled", "=", 0, "Before")]
	with granted({"Customer": OPERATIONS, **ALWAYS}, conditions=conditions):

		def change(**data):
			return call(world.READER, "update_generic_document", doctype="Customer", name=customer, data=data)

		assert change(disabled=1).error is None, "it held before"
		content = refused(change(disabled=0))
		assert "Before the change" in content["message"]
		refused(change(mcp_last_seen="x", disabled=0))


def test_t28_conditions_on_hidden_fields_hold_and_are_not_told(call, world, granted, customer, last_entry):
	"""T66: neither the field nor the value nor what was compared."""
	for rule in ("Restricted", "Masked"):
		style = "Full" if rule == "Masked" else ""
		with granted(
			{"Customer": OPERATIONS, **ALWAYS},
			fields=[("Customer", "tax_id", rule, style)],
			conditions=[("Customer", "update", "tax_id", "=", "T-2")],
		):
			answer = call(
				world.READER,
				"update_generic_document",
				doctype="Customer",
				name=customer,
				data={"mcp_last_seen": "x"},
			)
			content = refused(answer)
			assert "T-2" not in answer.text and "T-1" not in answer.text
			if rule == "Restricted":
				assert content["conditions"] == [] and "tax_id" not in answer.text
			assert "T-2" in last_entry(user=world.READER).reason


def test_t28_conditions_of_rows_hold_in_every_row(call, world, granted, customer):
	conditions = [("Customer", "update", "credit_limits.credit_limit", "<=", 100)]
	with granted({"Customer": OPERATIONS, **ALWAYS}, conditions=conditions):

		def change(**data):
			return call(world.MASTER, "update_generic_document", doctype="Customer", name=customer, data=data)

		company = writes.company()
		refused(change(credit_limits=[{"company": company, "credit_limit": 100.5}]))
		answer = change(credit_limits=[{"company": company, "credit_limit": 100}])
		assert answer.error is None, answer.text
		row = answer.content["document"]["credit_limits"][0]["name"]
		refused(change(credit_limits=[{"name": row, "credit_limit": 100.01}]))
		assert frappe.get_doc("Customer", customer).credit_limits[0].credit_limit == 100


@pytest.mark.parametrize("event", ["validate", "before_save", "on_update"])
def test_t28_what_a_hook_changes_is_held_against_the_conditions(
	call, world, granted, customer, monkeypatch, event
):
	"""on_update writes by `db_set`, after the document was saved."""

	def forbid(doc) -> None:
		if event == "on_update":
			doc.db_set("mcp_last_seen", "Forbidden")
		else:
			doc.mcp_last_seen = "Forbidden"

	writes.hook(monkeypatch, "Customer", event, forbid)
	conditions = [
		("Customer", operation, "mcp_last_seen", "!=", "Forbidden") for operation in ("create", "update")
	]
	with granted({"Customer": OPERATIONS, **ALWAYS}, conditions=conditions):
		data = {"mcp_last_seen": "Fine"}
		refused(call(world.READER, "update_generic_document", doctype="Customer", name=customer, data=data))
		data = writes.customer("MCP Wanted", world.NORTH, **data)
		refused(call(world.READER, "create_generic_document", doctype="Customer", data=data))
	assert frappe.db.get_value("Customer", customer, "mcp_last_seen") is None
	assert not frappe.db.exists("Customer", "MCP Wanted")


def test_t28_submit_cancel_and_amend(call, world, granted):
	"""Each step has its conditions, on the document before and after; amending makes a new document: those of create."""
	rules = {"Quotation": STEPS, "Customer": "read", **ALWAYS}

	def step(tool: str, name: str):
		return call(world.READER, f"{tool}_generic_document", doctype="Quotation", name=name)

	names = []
	try:
		with granted(rules):
			data = writes.quotation(world.ALPHA)
			answer = call(world.READER, "create_generic_document", doctype="Quotation", data=data)
			name = answer.content["name"]
			names.append(name)
			total = answer.content["document"]["grand_total"]
		for state in ("Before", "After"):
			with granted(rules, conditions=[("Quotation", "submit", "grand_total", ">", total, state)]):
				refused(step("submit", name))
		with granted(rules, conditions=[("Quotation", "submit", "status", "=", "Draft", "Before")]):
			assert step("submit", name).error is None
		with granted(rules, conditions=[("Quotation", "cancel", "docstatus", "=", 1, "After")]):
			refused(step("cancel", name))
		with granted(rules, conditions=[("Quotation", "cancel", "docstatus", "=", 1, "Before")]):
			assert step("cancel", name).error is None
		with granted(rules, conditions=[("Quotation", "create", "grand_total", ">", total)]):
			refused(step("amend", name))
		assert not frappe.db.exists("Quotation", {"amended_from": name})
	finally:
		writes.delete("Quotation", *names)


# ---------------------------------------------------------------- T68


def test_t68_out_of_and_into_the_callers_rows_by_user_permissions(call, world, granted, customer):
	"""READER sees the north. A link to what he can't choose is refused before; a fetch or hook would be after."""
	with granted({"Customer": OPERATIONS, **ALWAYS}):

		def change(name, **data):
			return call(world.READER, "update_generic_document", doctype="Customer", name=name, data=data)

		refused(change(customer, territory=world.SOUTH), "validation_failed")
		hidden, missing = (change(n, territory=world.NORTH) for n in (world.HIDDEN, "Nobody"))
		assert hidden.text == missing.text and hidden.error.code == "not_found"
		for tool in ("update", "delete"):
			arguments = {"data": {"mcp_last_seen": "x"}} if tool == "update" else {}
			hidden, missing = (
				call(
					world.READER,
					f"{tool}_generic_document",
					doctype="Customer",
					name=n,
					**arguments,
					dry_run=True,
				)
				for n in (world.HIDDEN, "Nobody")
			)
			assert hidden.text == missing.text


def test_t68_out_of_and_into_the_callers_rows_by_the_row_filter(call, world, granted, customer):
	"""As MASTER, who has no User Permission."""
	more = {"Customer": {"row_filter": f'{{"territory": "{world.NORTH}"}}'}}
	with granted({"Customer": OPERATIONS, **ALWAYS}, more=more):

		def change(name, **data):
			return call(world.MASTER, "update_generic_document", doctype="Customer", name=name, data=data)

		content = refused(change(customer, territory=world.SOUTH))
		assert world.SOUTH not in content["message"]
		hidden, missing = (change(n, territory=world.NORTH) for n in (world.HIDDEN, "Nobody"))
		assert hidden.text == missing.text and hidden.error.code == "not_found"
		for name in (world.HIDDEN, "Nobody"):
			answer = call(world.MASTER, "delete_generic_document", doctype="Customer", name=name)
			assert answer.text == missing.text
		data = writes.customer("MCP Wanted", world.SOUTH)
		refused(call(world.MASTER, "create_generic_document", doctype="Customer", data=data))
		refused(
			call(
				world.MASTER,
				"bulk_create_documents",
				doctype="Customer",
				documents=[writes.customer("MCP Wanted", world.NORTH), data],
			)
		)
		assert not frappe.db.exists("Customer", "MCP Wanted")
		assert change(customer, mcp_last_seen="x").error is None
	assert frappe.db.get_value("Customer", customer, "territory") == world.NORTH


def test_t68_a_hook_that_goes_on_as_administrator_opens_nothing(call, world, granted, customer, monkeypatch):
	"""A hook that logs in as somebody else and stays it: what follows is still asked for the caller."""

	def move(doc) -> None:
		doc.db_set("territory", world.SOUTH)
		frappe.set_user("Administrator")

	writes.hook(monkeypatch, "Customer", "on_update", move)
	with granted({"Customer": OPERATIONS, **ALWAYS}):
		answer = call(
			world.READER,
			"update_generic_document",
			doctype="Customer",
			name=customer,
			data={"mcp_last_seen": "x"},
		)
		refused(answer)
	assert frappe.db.get_value("Customer", customer, "territory") == world.NORTH


# ---------------------------------------------------------------- T30


def test_t30_a_conflict_tells_what_changed_as_far_as_it_can_be_read(
	call, world, granted, customer, exact_versions
):
	fields = [("Customer", "website", "Restricted"), ("Customer", "tax_id", "Masked", "Full")]
	with granted({"Customer": OPERATIONS, **ALWAYS}, fields=fields):

		def version() -> str:
			return call(world.READER, "get_generic_document", doctype="Customer", name=customer).content[
				"version"
			]

		def change(expected: str, **data):
			return call(
				world.READER,
				"update_generic_document",
				doctype="Customer",
				name=customer,
				data=data or {"customer_details": "mine"},
				expected_version=expected,
			)

		first = version()
		for values, told in (
			({"mcp_last_seen": "theirs"}, {"mcp_last_seen": "theirs"}),
			({"website": "https://secret.example"}, {}),
			({"tax_id": "T-secret"}, {}),
			({world.SECRET: "4712"}, {}),
		):
			first = version()
			doc = frappe.get_doc("Customer", customer)
			doc.update(values)
			doc.save()
			frappe.db.commit()
			answer = change(first)
			content = refused(answer, "conflict")
			assert content["changed_fields"] == list(told)
			shown = {k: v for k, v in content["values_now"].items() if k not in ("modified", "modified_by")}
			assert shown == told
			for secret in ("secret", "website", "tax_id", "4712", world.SECRET):
				assert secret not in answer.text
			assert content["version"] == version()
		answer = change(content["version"])
		assert answer.error is None, answer.text
		refused(change(content["version"]), "conflict")
		assert change(answer.content["version"], customer_details="again").error is None
		for nonsense in ("x", ".", "é" * 50, "0" * 2000, f"{'0' * 20}.{'A' * 40}"):
			refused(change(nonsense), "conflict")
		refused(
			call(
				world.READER,
				"update_generic_document",
				doctype="Customer",
				name=world.HIDDEN,
				data={"mcp_last_seen": "x"},
				expected_version="x",
			),
			"not_found",
		)


def test_t30_the_version_of_another_document_is_a_conflict(call, world, granted, customer):
	with granted({"Customer": OPERATIONS, **ALWAYS}):
		other = call(world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA)
		refused(
			call(
				world.READER,
				"update_generic_document",
				doctype="Customer",
				name=customer,
				data={"mcp_last_seen": "x"},
				expected_version=other.content["version"],
			),
			"conflict",
		)


def test_t30_the_version_of_a_short_read_holds_too(call, world, granted, customer):
	with granted({"Customer": OPERATIONS, **ALWAYS}):
		short = call(
			world.READER, "get_generic_document", doctype="Customer", name=customer, fields=["mcp_last_seen"]
		)
		answer = call(
			world.READER,
			"update_generic_document",
			doctype="Customer",
			name=customer,
			data={"mcp_last_seen": "x"},
			expected_version=short.content["version"],
		)
		assert answer.error is None, answer.text
