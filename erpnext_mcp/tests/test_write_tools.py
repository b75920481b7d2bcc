"""Create, update, delete, submit, cancel, amend and bulk, as restricted users through the pipeline."""

import frappe
import pytest

from erpnext_mcp import masks
from erpnext_mcp.tests import business, writes

EVERYTHING = "select read create update delete"
STEPS = f"{EVERYTHING} submit cancel amend"
LINKED = {"Territory": "read", "Company": "read", "Item": "read"}


@pytest.fixture
def made(admin):
	"""made(answer) → the name of what a call has created, which is deleted after the test."""
	found: list[tuple[str, str]] = []

	def made(answer) -> str:
		assert answer.error is None, answer.text
		name = answer.content["name"]
		found.append((answer.content["doctype"], name))
		return name

	yield made
	for doctype, name in reversed(found):
		writes.delete(doctype, name)


def create(call, user, doctype, /, **data):
	return call(user, "create_generic_document", doctype=doctype, data=data)


def update(call, user, doctype, name, /, **data):
	return call(user, "update_generic_document", doctype=doctype, name=name, data=data)


def read(call, user, doctype, name, /):
	return call(user, "get_generic_document", doctype=doctype, name=name)


def refused(answer, code: str):
	assert answer.error is not None and answer.error.code == code, answer.text
	return answer.content


# ---------------------------------------------------------------- answers


def test_t02_a_create_answers_what_a_read_shows(call, world, granted, made):
	fields = [
		("Customer", "website", "Restricted"),
		("Customer", "tax_id", "Masked", "Hash"),
		("Customer", "customer_details", "Masked", "Full"),
		("Customer", "mcp_last_seen", "Read Only"),
	]
	with granted({"Customer": EVERYTHING, "Territory": "read"}, fields=fields):
		answer = create(call, world.READER, "Customer", **writes.customer("MCP New", world.NORTH))
		name = made(answer)
		shown = read(call, world.READER, "Customer", name).content
		assert answer.content["document"] == shown["document"]
		assert answer.content["version"] == shown["version"]
		document = answer.content["document"]
		assert document["tax_id"].startswith(masks.HASH_PREFIX)
		assert document["customer_details"] == masks.FULL_MASK
		assert not {"website", world.SECRET, "_user_tags", "idx"} & set(document)
		assert world.ROW_SECRET not in answer.text

		answer = update(call, world.READER, "Customer", name, customer_name="MCP Newer")
		assert answer.content["document"] == read(call, world.READER, "Customer", name).content["document"]
		assert answer.content["changed"]["customer_name"] == ["MCP New", "MCP Newer"]
		assert "website" not in answer.text and world.SECRET not in answer.text


def test_t01_t02_permission_levels_hold_for_answers_and_for_rows(call, world, granted, made):
	"""MASTER's roles open the level of the secrets, of the document and of its rows, for reading; READER's don't."""
	rows = [{"company": writes.company(), "credit_limit": 5}]
	data = writes.customer("MCP Levels", world.NORTH)
	with granted({"Customer": EVERYTHING, **LINKED}):
		for key, value in ((world.SECRET, "s"), ("credit_limits", [{world.ROW_SECRET: "row"}])):
			content = refused(
				create(call, world.READER, "Customer", **data, **{key: value}), "field_not_permitted"
			)
			assert "there is no field" in content["message"]
		for more in (
			{world.SECRET: "s"},
			{"credit_limits": [{**rows[0], world.ROW_SECRET: "row"}]},
		):
			content = refused(create(call, world.MASTER, "Customer", **data, **more), "field_not_permitted")
			assert "you can read" in content["message"]
		answer = create(call, world.MASTER, "Customer", **data, credit_limits=rows)
		name = made(answer)
		frappe.db.set_value("Customer", name, world.SECRET, "s")
		row = answer.content["document"]["credit_limits"][0]["name"]
		frappe.db.set_value("Customer Credit Limit", row, world.ROW_SECRET, "row")
		frappe.db.commit()
		answer = update(call, world.READER, "Customer", name, mcp_last_seen="Steel")
		assert "changed" in answer.content and world.ROW_SECRET not in answer.text
		assert world.SECRET not in answer.text
		saved = frappe.get_doc("Customer", name)
		assert saved.get(world.SECRET) == "s" and saved.credit_limits[0].get(world.ROW_SECRET) == "row"


def test_t02_a_profile_that_creates_and_does_not_read(call, world, granted, made, last_entry):
	with granted({"Customer": "create", "Territory": "read"}):
		answer = create(call, world.READER, "Customer", **writes.customer("MCP Blind", world.NORTH))
		name = made(answer)
		assert set(answer.content) == {"doctype", "name", "version"}
		dry = call(
			world.READER,
			"create_generic_document",
			doctype="Customer",
			data=writes.customer("MCP Blind 2", world.NORTH),
			dry_run=True,
		)
		assert set(dry.content) == {"doctype", "name", "dry_run"}
		refused(read(call, world.READER, "Customer", name), "not_permitted")
		refused(update(call, world.READER, "Customer", name, mcp_last_seen="x"), "not_permitted")
	with granted({"Customer": "update", "Territory": "read"}):
		answer = update(call, world.READER, "Customer", name, mcp_last_seen="x")
		assert set(answer.content) == {"doctype", "name", "version"}
		content = refused(
			call(
				world.READER,
				"update_generic_document",
				doctype="Customer",
				name=name,
				data={"mcp_last_seen": "y"},
				expected_version="stale",
			),
			"conflict",
		)
		assert set(content) == {"code", "message", "hint", "version"}
		missing = update(call, world.READER, "Customer", "Nobody", mcp_last_seen="x")
		hidden = update(call, world.READER, "Customer", world.HIDDEN, mcp_last_seen="x")
		assert missing.text == hidden.text and missing.error.code == "not_found"


def test_the_audit_names_the_document_and_the_fields(call, world, granted, made, last_entry):
	with granted({"Customer": EVERYTHING, **LINKED}):
		name = made(
			create(
				call,
				world.MASTER,
				"Customer",
				**writes.customer("MCP Audited", world.NORTH, credit_limits=[{"credit_limit": 1}]),
			)
		)
		entry = last_entry(user=world.MASTER)
		assert (entry.outcome, entry.operation, entry.reference_name) == ("Allowed", "create", name)
		assert "credit_limits.credit_limit" in entry.field_names and "customer_name" in entry.field_names
		refused(update(call, world.READER, "Customer", world.HIDDEN, mcp_last_seen="x"), "not_found")
		entry = last_entry(user=world.READER)
		assert (entry.outcome, entry.reference_name) == ("Refused", world.HIDDEN)


# ---------------------------------------------------------------- rows


@pytest.fixture
def limited(call, world, granted, made):
	"""A customer with one row of credit limits, and the name of that row."""
	with granted({"Customer": EVERYTHING, **LINKED}):
		rows = [{"company": writes.company(), "credit_limit": 100}]
		data = writes.customer("MCP Rows", world.NORTH, credit_limits=rows)
		answer = create(call, world.MASTER, "Customer", **data)
		name = made(answer)
		row = answer.content["document"]["credit_limits"][0]["name"]
	frappe.db.set_value("Customer Credit Limit", row, world.ROW_SECRET, "kept")
	frappe.db.commit()
	return name, row


@pytest.mark.parametrize("rule", ["Restricted", "Read Only", "Masked"])
def test_t03_rows_by_the_rules_of_their_fields(call, world, granted, limited, rule):
	name, row = limited
	style = "Full" if rule == "Masked" else ""
	company = writes.company()
	table = "credit_limits"
	with granted({"Customer": EVERYTHING, **LINKED}, fields=[("Customer", f"{table}.company", rule, style)]):
		for sent in ({"name": row}, {}):
			rows = [{**sent, "company": company}]
			content = refused(
				update(call, world.MASTER, "Customer", name, **{table: rows}), "field_not_permitted"
			)
			assert content["argument"] == f"data.{table}[0]" and "company" not in content["allowed_fields"]
		if rule == "Restricted":
			unknown = update(call, world.MASTER, "Customer", name, **{table: [{"zzz": "x"}]})
			assert content["message"] == unknown.content["message"].replace("zzz", "company")
		answer = update(call, world.MASTER, "Customer", name, **{table: [{"name": row, "credit_limit": 101}]})
		assert answer.error is None, answer.text
		assert (company in answer.text) == (rule == "Read Only")
		assert answer.content["changed"] == {table: {"changed": {row: {"credit_limit": [100, 101]}}}}
	saved = frappe.get_doc("Customer", name).credit_limits
	assert [(r.name, r.company, r.get(world.ROW_SECRET)) for r in saved] == [(row, company, "kept")]


def test_t03_a_read_only_table_is_written_by_nothing(call, world, granted, limited):
	name, row = limited
	with granted({"Customer": EVERYTHING, **LINKED}, fields=[("Customer", "credit_limits", "Read Only")]):
		for arguments in (
			{"data": {"credit_limits": [{"name": row, "credit_limit": 1}]}},
			{"data": {"credit_limits": []}},
			{"data": {}, "remove": {"credit_limits": [row]}},
		):
			answer = call(world.MASTER, "update_generic_document", doctype="Customer", name=name, **arguments)
			refused(answer, "field_not_permitted")
	with granted({"Customer": EVERYTHING, **LINKED}, fields=[("Customer", "credit_limits", "Restricted")]):
		answer = call(
			world.MASTER,
			"update_generic_document",
			doctype="Customer",
			name=name,
			data={},
			remove={"credit_limits": [row]},
		)
		assert "credit_limits" not in refused(answer, "field_not_permitted")["allowed_fields"]


def test_rows_are_changed_added_and_removed_by_name(call, world, granted, draft):
	"""On the rows of a quotation, of which ERPNext fills nearly all."""

	def change(data, **arguments):
		return call(
			world.READER, "update_generic_document", doctype="Quotation", name=draft, data=data, **arguments
		)

	with granted({"Quotation": STEPS, "Customer": "read", **LINKED}):
		row = read(call, world.READER, "Quotation", draft).content["document"]["items"][0]["name"]
		second = {"item_code": writes.item("MCP Service 2"), "qty": 7, "rate": 1}
		answer = change({"items": [second, {"name": row, "qty": 9}]})
		assert answer.error is None, answer.text
		shown = answer.content["document"]["items"]
		assert [(r["qty"], r["rate"]) for r in shown] == [(9, 10), (7, 1)], "named rows stay where they are"
		difference = answer.content["changed"]["items"]
		assert difference["changed"][row]["qty"] == [2, 9] and len(difference["added"]) == 1
		assert "rate" not in difference["changed"][row] and "removed" not in difference
		added = shown[1]["name"]
		answer = change({"order_type": "Sales"}, remove={"items": [row]})
		assert answer.content["changed"]["items"] == {"removed": [row]}
		assert [r["name"] for r in answer.content["document"]["items"]] == [added]

		for data, remove in (
			({"items": [{"name": "nobody", "qty": 1}]}, None),
			({"items": [{"name": row, "qty": 1}]}, None),
			({}, {"items": ["nobody"]}),
			({}, {"items": "all"}),
			({}, {"items": [1]}),
			({}, {"order_type": ["x"]}),
			({"items": [{"name": added, "qty": 1}]}, {"items": [added]}),
			({"items": [{"name": added}, {"name": added}]}, None),
			({"items": [{"name": "", "qty": 1}]}, None),
			({"items": [{"name": None, "qty": 1}]}, None),
			({"items": {"qty": 1}}, None),
			({"items": "[]"}, None),
			({"items": ["x"]}, None),
			({"items": None}, None),
			({"items": [{}] * 501}, None),
			({}, None),
		):
			answer = change(data, **({"remove": remove} if remove else {}))
			refused(answer, "invalid_arguments")
	saved = frappe.get_doc("Quotation", draft).get("items")
	assert [(r.name, r.idx, r.qty) for r in saved] == [(added, 1, 7)]


def test_rows_of_another_document_can_not_be_named(call, world, granted, limited):
	name, _row = limited
	foreign = frappe.get_doc("Customer", world.ALPHA).credit_limits[0].name
	with granted({"Customer": EVERYTHING, **LINKED}):
		answer = update(
			call, world.MASTER, "Customer", name, credit_limits=[{"name": foreign, "credit_limit": 1}]
		)
		missing = update(
			call, world.MASTER, "Customer", name, credit_limits=[{"name": "nobody", "credit_limit": 1}]
		)
		assert (
			refused(answer, "invalid_arguments")["message"].replace(foreign, "nobody")
			== missing.content["message"]
		)
	assert frappe.get_doc("Customer", world.ALPHA).credit_limits[0].credit_limit == 4711.5


# ---------------------------------------------------------------- what can't be sent

NEVER = (
	"owner",
	"creation",
	"modified",
	"modified_by",
	"docstatus",
	"doctype",
	"flags",
	"__islocal",
	"__unsaved",
	"__onload",
	"_user_tags",
	"_comments",
	"_assign",
	"_liked_by",
	"idx",
	"parent",
	"parenttype",
	"parentfield",
	"amended_from",
	"_action",
	"_doc_before_save",
	"meta",
	"new_name",
	"ignore_permissions",
	"insert",
	"mcp_nothing",
	"customer_name ",
	"`customer_name`",
	"tabCustomer.customer_name",
	"",
)


@pytest.mark.parametrize("key", NEVER)
def test_t20_t21_keys_that_are_nobodys_to_send(call, world, granted, limited, key):
	"""An error that names the key, for the document and for its rows; nothing is dropped in silence."""
	name, row = limited
	with granted({"Customer": EVERYTHING, **LINKED}):
		for answer in (
			create(call, world.MASTER, "Customer", **{**writes.customer("MCP T21", world.NORTH), key: 1}),
			update(call, world.MASTER, "Customer", name, **{key: 1, "mcp_last_seen": "never"}),
			update(
				call, world.MASTER, "Customer", name, credit_limits=[{"name": row, key: 1, "credit_limit": 1}]
			),
			update(call, world.MASTER, "Customer", name, credit_limits=[{key: 1, "credit_limit": 1}]),
			call(
				world.MASTER,
				"bulk_update_documents",
				doctype="Customer",
				documents=[{"name": name, "data": {key: 1, "mcp_last_seen": "never"}}],
			),
		):
			content = refused(answer, "field_not_permitted")
			if key.isidentifier():
				assert f" {key}" in content["message"]
	assert not frappe.db.exists("Customer", "MCP T21")
	saved = frappe.get_doc("Customer", name)
	assert saved.mcp_last_seen != "never" and saved.credit_limits[0].credit_limit == 100


def test_t26_a_name_is_not_changed_by_an_update(call, world, granted, limited):
	name, _row = limited
	with granted({"Customer": EVERYTHING, **LINKED}):
		refused(update(call, world.MASTER, "Customer", name, name="MCP Renamed"), "field_not_permitted")
		refused(update(call, world.MASTER, "Customer", name, name=world.ALPHA), "field_not_permitted")
		refused(
			create(call, world.MASTER, "Customer", **writes.customer("x", world.NORTH), name="MCP Mine"),
			"field_not_permitted",
		)
	assert frappe.db.exists("Customer", name) and not frappe.db.exists("Customer", "MCP Renamed")


@pytest.mark.parametrize("style", masks.STYLES)
def test_t27_a_mask_is_not_written_back(call, world, granted, limited, changed, style):
	name, row = limited
	with changed("Customer", name, website="https://w.example"):
		masked = [("Customer", "website", "Masked", style)]
		with granted({"Customer": EVERYTHING, **LINKED}, fields=masked):
			shown = read(call, world.MASTER, "Customer", name).content["document"]["website"]
			refused(update(call, world.MASTER, "Customer", name, website=shown), "field_not_permitted")
		with granted({"Customer": EVERYTHING, **LINKED}):
			for field in ("website", "mcp_last_seen", "customer_details"):
				content = refused(
					update(call, world.MASTER, "Customer", name, **{field: shown}), "invalid_arguments"
				)
				assert "mask" in content["message"]
			rows = [{"name": row, "company": shown}]
			content = refused(
				update(call, world.MASTER, "Customer", name, credit_limits=rows), "invalid_arguments"
			)
			assert "data.credit_limits[0].company" in content["message"]


def test_t33_rows_are_no_documents(call, world, granted, limited):
	name, row = limited
	with granted({"Customer": EVERYTHING, **LINKED}):
		for tool, arguments in (
			("create_generic_document", {"data": {"parent": name}}),
			("update_generic_document", {"name": row, "data": {"credit_limit": 1}}),
			("delete_generic_document", {"name": row}),
			("list_generic_documents", {}),
			("get_generic_document", {"name": row}),
			("bulk_create_documents", {"documents": [{"credit_limit": 1}]}),
		):
			content = refused(
				call(world.MASTER, tool, doctype="Customer Credit Limit", **arguments), "unsupported"
			)
			assert content["parents"] == ["Customer"] and "Customer" in content["hint"]
	for rules, fields in (
		({"Territory": "read"}, ()),
		({"Customer": "create", **LINKED}, ()),
		({"Customer": EVERYTHING, **LINKED}, [("Customer", "credit_limits", "Restricted")]),
	):
		with granted(rules, fields=fields):
			# To who can't see the table there is no such DocType.
			hidden, missing = (
				call(world.MASTER, "get_generic_document", doctype=doctype, name=row)
				for doctype in ("Customer Credit Limit", "No Such Thing")
			)
			refused(hidden, "not_found")
			assert hidden.text == missing.text


# ---------------------------------------------------------------- submit, cancel, amend, delete


@pytest.fixture
def draft(call, world, granted, made):
	"""The name of a Quotation that READER has made."""
	with granted({"Quotation": STEPS, "Customer": "read", **LINKED}):
		return made(create(call, world.READER, "Quotation", **writes.quotation(world.ALPHA)))


def test_t20_the_way_of_a_document_through_its_states(call, world, granted, draft, made):
	with granted({"Quotation": STEPS, "Customer": "read", **LINKED}):

		def step(tool: str, name: str, **arguments):
			return call(world.READER, tool, doctype="Quotation", name=name, **arguments)

		for value in (1, 2, "1", None):
			refused(update(call, world.READER, "Quotation", draft, docstatus=value), "field_not_permitted")
		for value in (0, 1):
			data = writes.quotation(world.ALPHA, docstatus=value)
			refused(create(call, world.READER, "Quotation", **data), "field_not_permitted")
		refused(step("cancel_generic_document", draft), "validation_failed")
		refused(step("amend_generic_document", draft), "validation_failed")

		dry = step("submit_generic_document", draft, dry_run=True)
		assert dry.content["docstatus"] == 1 and dry.content["dry_run"] and "version" not in dry.content
		assert dry.content["document"]["docstatus"] == 1
		assert frappe.db.get_value("Quotation", draft, "docstatus") == 0

		answer = step("submit_generic_document", draft)
		assert answer.content["docstatus"] == 1 and answer.content["done"] is True
		assert answer.content["changed"]["docstatus"] == [0, 1] and "document" not in answer.content
		refused(step("submit_generic_document", draft), "validation_failed")
		refused(step("delete_generic_document", draft), "validation_failed")
		content = refused(
			update(call, world.READER, "Quotation", draft, transaction_date="2020-01-01"), "validation_failed"
		)
		assert "transaction_date" not in content["allowed_fields"]

		answer = step("cancel_generic_document", draft, expected_version=answer.content["version"])
		assert answer.content["docstatus"] == 2
		refused(update(call, world.READER, "Quotation", draft, order_type="Sales"), "validation_failed")
		answer = step("amend_generic_document", draft)
		amended = made(answer)
		assert answer.content["docstatus"] == 0 and answer.content["amended_from"] == draft
		assert answer.content["document"]["items"][0]["qty"] == 2
		assert step("amend_generic_document", draft).error.code in ("validation_failed", "conflict")
		assert step("delete_generic_document", amended).content["done"] is True
		assert not frappe.db.exists("Quotation", amended)


def test_every_step_is_an_operation_of_its_own(call, world, granted, draft):
	steps = {
		"submit_generic_document": "submit",
		"cancel_generic_document": "cancel",
		"amend_generic_document": "amend",
		"delete_generic_document": "delete",
	}
	for tool, operation in steps.items():
		others = " ".join(o for o in STEPS.split() if o != operation)
		with granted({"Quotation": others, "Customer": "read", **LINKED}):
			refused(call(world.READER, tool, doctype="Quotation", name=draft), "not_permitted")
			visible = [t["name"] for t in call(world.READER, "tools/list").content["tools"]]
			assert tool not in visible
	assert frappe.db.get_value("Quotation", draft, "docstatus") == 0


def test_what_can_not_be_submitted(call, world, granted, limited):
	name, _row = limited
	with granted({"Customer": "read update delete", "Quotation": "submit cancel amend", **LINKED}):
		for tool in ("submit_generic_document", "cancel_generic_document", "amend_generic_document"):
			answer = call(world.MASTER, tool, doctype="Customer", name=name)
			refused(answer, "not_permitted")


def test_t25_delete_names_the_links_that_can_be_seen(call, world, granted, made):
	rules = {"Customer": EVERYTHING, "Sales Order": "read", **LINKED}
	with granted(rules):
		customer = made(create(call, world.READER, "Customer", **writes.customer("MCP Linked", world.NORTH)))
	row = {"item_code": writes.item(), "qty": 1, "rate": 1}
	draft = business.document("Sales Order", row, customer=customer, submit=False).name
	frappe.db.commit()

	def delete(**arguments):
		return call(world.MASTER, "delete_generic_document", doctype="Customer", name=customer, **arguments)

	with granted(rules):
		content = refused(delete(), "link_exists")
		assert [(d["doctype"], d["name"]) for d in content["linked"]] == [("Sales Order", draft)]
		assert "<" not in content["message"] and draft not in content["message"]
		refused(delete(force=True), "invalid_arguments")
	with granted({"Customer": "read delete"}):
		answer = delete()
		refused(answer, "link_exists")
		assert draft not in answer.text and "Sales Order" not in answer.text
	writes.delete("Sales Order", draft)


def test_delete(call, world, granted, made):
	with granted({"Customer": EVERYTHING, "Territory": "read"}):
		name = made(create(call, world.READER, "Customer", **writes.customer("MCP Gone", world.NORTH)))
		# Frappe gives READER's role no permission to delete: the operation is not there.
		refused(call(world.READER, "delete_generic_document", doctype="Customer", name=name), "not_permitted")
		dry = call(world.MASTER, "delete_generic_document", doctype="Customer", name=name, dry_run=True)
		assert dry.content == {"doctype": "Customer", "name": name, "done": True, "dry_run": True}
		assert frappe.db.exists("Customer", name)
		refused(
			call(
				world.MASTER,
				"delete_generic_document",
				doctype="Customer",
				name=name,
				expected_version="stale",
			),
			"conflict",
		)
		answer = call(world.MASTER, "delete_generic_document", doctype="Customer", name=name)
		assert answer.content == {"doctype": "Customer", "name": name, "done": True}
		refused(
			call(world.MASTER, "delete_generic_document", doctype="Customer", name=name, dry_run=True),
			"not_found",
		)


# ---------------------------------------------------------------- bulk


@pytest.fixture
def bulk_names(admin):
	"""The names of customers that are deleted before and after the test."""
	names = [f"MCP Bulk {n}" for n in range(3)]
	writes.delete("Customer", *names)
	yield names
	writes.delete("Customer", *names)


def test_bulk_all_or_nothing(call, world, granted, bulk_names):
	since = frappe.utils.now()
	with granted({"Customer": EVERYTHING, "Territory": "read"}):
		good = [writes.customer(name, world.NORTH) for name in bulk_names]
		with writes.nothing_left():
			answer = call(
				world.READER,
				"bulk_create_documents",
				doctype="Customer",
				documents=[*good, writes.customer("MCP Bulk 4", world.SOUTH)],
			)
			content = refused(answer, "validation_failed")
			assert content["position"] == 3 and content["message"].startswith("documents[3]: data.territory")
		with writes.nothing_left():
			dry = call(
				world.READER, "bulk_create_documents", doctype="Customer", documents=good, dry_run=True
			)
			assert dry.content["dry_run"] and [r["name"] for r in dry.content["results"]] == bulk_names
		answer = call(world.READER, "bulk_create_documents", doctype="Customer", documents=good)
		assert answer.error is None, answer.text
		names = [r["name"] for r in answer.content["results"]]
		entries = frappe.get_all(
			"MCP Audit Entry",
			filters={
				"tool": "bulk_create_documents",
				"outcome": "Allowed",
				"dry_run": 0,
				"timestamp": (">=", since),
			},
			pluck="reference_name",
		)
		assert sorted(entries) == sorted(names), "an entry for each document"
		changes = [{"name": n, "data": {"mcp_last_seen": "Bulk"}} for n in names]
		answer = call(
			world.READER,
			"bulk_update_documents",
			doctype="Customer",
			documents=[*changes, {"name": world.HIDDEN, "data": {"mcp_last_seen": "Bulk"}}],
		)
		assert refused(answer, "not_found")["position"] == 3
		assert not frappe.get_all("Customer", filters={"mcp_last_seen": "Bulk"})
		answer = call(world.READER, "bulk_update_documents", doctype="Customer", documents=changes)
		assert all(r["changed"] == {"mcp_last_seen": [None, "Bulk"]} for r in answer.content["results"])
		for documents in ([], [{}] * 51):
			refused(
				call(world.READER, "bulk_create_documents", doctype="Customer", documents=documents),
				"invalid_arguments",
			)


def test_bulk_one_document_twice_is_changed_twice(call, world, granted, limited):
	name, _row = limited
	with granted({"Customer": EVERYTHING, "Territory": "read"}):
		first, second = ({"name": name, "data": {"mcp_last_seen": i}} for i in ("one", "two"))
		answer = call(world.READER, "bulk_update_documents", doctype="Customer", documents=[first, second])
		assert [r["changed"]["mcp_last_seen"] for r in answer.content["results"]] == [
			[None, "one"],
			["one", "two"],
		]


# ---------------------------------------------------------------- kinds of DocTypes


def test_t18_singles(call, world, granted, exact_versions):
	doctype = "Selling Settings"
	before = frappe.db.get_single_value(doctype, "maintain_same_sales_rate")
	with granted({doctype: "read update"}):
		answer = update(call, world.MASTER, doctype, doctype, maintain_same_sales_rate=1 - before)
		assert answer.error is None, answer.text
		assert answer.content["changed"]["maintain_same_sales_rate"] == [before, 1 - before]
		version = answer.content["version"]
		answer = call(
			world.MASTER,
			"update_generic_document",
			doctype=doctype,
			name=doctype,
			data={"maintain_same_sales_rate": before},
			expected_version=version,
		)
		assert answer.error is None, answer.text
		stale = call(
			world.MASTER,
			"update_generic_document",
			doctype=doctype,
			name=doctype,
			data={"maintain_same_sales_rate": 1 - before},
			expected_version=version,
		)
		assert refused(stale, "conflict")["changed_fields"] == ["maintain_same_sales_rate"]
		refused(update(call, world.READER, doctype, doctype, maintain_same_sales_rate=1), "not_found")
		answer = call(world.MASTER, "delete_generic_document", doctype=doctype, name=doctype)
		assert answer.error.code in ("unsupported", "not_permitted")
	assert frappe.db.get_single_value(doctype, "maintain_same_sales_rate") == before


def test_t18_trees_are_kept_in_order(call, world, granted, made):
	with granted({"Territory": "read create update delete"}):
		for key, value in (("lft", 1), ("rgt", 99), ("old_parent", world.NORTH)):
			data = {"territory_name": "MCP Twig", key: value}
			refused(create(call, world.MASTER, "Territory", **data), "field_not_permitted")
		branch = made(create(call, world.MASTER, "Territory", territory_name="MCP Branch", is_group=1))
		leaf = made(
			create(call, world.MASTER, "Territory", territory_name="MCP Leaf", parent_territory=branch)
		)
		assert_tree()
		root = frappe.db.get_value("Territory", branch, "parent_territory")
		answer = update(call, world.MASTER, "Territory", leaf, parent_territory=root)
		assert answer.content["changed"]["parent_territory"] == [branch, root]
		assert_tree()
		update(call, world.MASTER, "Territory", leaf, parent_territory=branch)
		with writes.nothing_left():
			loop = update(call, world.MASTER, "Territory", branch, parent_territory=leaf)
			refused(loop, "validation_failed")
			refused(
				call(world.MASTER, "delete_generic_document", doctype="Territory", name=branch),
				"validation_failed",
			)
			dry = call(
				world.MASTER,
				"update_generic_document",
				doctype="Territory",
				name=leaf,
				data={"parent_territory": root},
				dry_run=True,
			)
			assert dry.error is None, dry.text
		assert call(world.MASTER, "delete_generic_document", doctype="Territory", name=leaf).error is None
		assert call(world.MASTER, "delete_generic_document", doctype="Territory", name=branch).error is None
		assert_tree()


def assert_tree() -> None:
	"""No two nodes share a number, and every parent encloses its children."""
	nodes = frappe.get_all("Territory", fields=["name", "lft", "rgt", "parent_territory"])
	numbers = [n for node in nodes for n in (node.lft, node.rgt)]
	assert len(numbers) == len(set(numbers))
	by_name = {node.name: node for node in nodes}
	for node in nodes:
		if parent := by_name.get(node.parent_territory):
			assert parent.lft < node.lft < node.rgt < parent.rgt, node


@pytest.mark.parametrize(
	"name", ["MCP a/b", "MCP 100% #1?", "MCP شركة", 'MCP "q" \\ z', "MCP %2F..%252F", "MCP 😀"]
)
def test_t18_names_with_everything_in(call, world, granted, made, name):
	with granted({"Customer": EVERYTHING, "Territory": "read"}):
		answer = create(call, world.READER, "Customer", **writes.customer(name, world.NORTH))
		assert made(answer) == name
		answer = update(call, world.READER, "Customer", name, mcp_last_seen=name)
		assert answer.content["document"]["mcp_last_seen"] == name
		assert call(world.MASTER, "delete_generic_document", doctype="Customer", name=name).error is None


def test_t50_half_a_surrogate_pair_is_no_text(call, world, granted, last_entry):
	with granted({"Customer": EVERYTHING, "Territory": "read"}):
		for tool, arguments in (
			("create_generic_document", {"data": writes.customer("MCP \ud800", world.NORTH)}),
			("create_generic_document", {"data": {"\ud800": 1}}),
			("update_generic_document", {"name": "\udfff", "data": {"mcp_last_seen": "x"}}),
			("get_generic_document", {"name": "\ud800"}),
			("delete_generic_document", {"name": "x", "\ud800": 1}),
		):
			refused(call(world.MASTER, tool, doctype="Customer", **arguments), "invalid_arguments")
			assert last_entry(user=world.MASTER).reason_code == "invalid_arguments"
		refused(call(world.MASTER, "get_generic_document", doctype="\ud800", name="x"), "invalid_arguments")


# ---------------------------------------------------------------- what ERPNext makes of it


def test_t31_values_that_erpnext_changes_are_told(call, world, granted, made):
	with granted({"Quotation": STEPS, "Customer": "read", **LINKED}):
		rows = [{"item_code": writes.item(), "qty": 2, "rate": 10.004}]
		titled = frappe.get_meta("Quotation").has_field("title")  # not in ERPNext 16
		data = writes.quotation(world.ALPHA, items=rows, plc_conversion_rate=77)
		data |= {"title": "Mine"} if titled else {}
		answer = create(call, world.READER, "Quotation", **data)
		made(answer)
		found = {o["field"]: (o["sent"], o["saved"]) for o in answer.content["overridden"]}
		document = answer.content["document"]
		assert found["items[0].rate"] == (10.004, document["items"][0]["rate"])
		assert all(saved != sent for sent, saved in found.values())
		told = {"plc_conversion_rate": (77, document["plc_conversion_rate"])}
		told |= {"title": ("Mine", document["title"])} if titled else {}
		for field, pair in told.items():
			assert (field in found) == (pair[0] != pair[1]), field
		assert "items[0].qty" not in found and "party_name" not in found


def test_t32_data_that_is_wrong_already_is_not_repaired_on_the_way(call, world, granted, made, put_group):
	"""A link that leads nowhere: a change of something else neither drops it nor puts another in its place, nor makes what it
	names. Who wants it mended has to say so."""
	gone = "MCP Gone"
	with granted({"Customer": EVERYTHING, "Territory": "read", "Customer Group": "select read"}):
		name = made(create(call, world.READER, "Customer", **writes.customer("MCP Broken", world.NORTH)))
		right = frappe.db.get_value("Customer", name, "customer_group")
		put_group(name, gone)
		with writes.nothing_left(apart_from=("User",)):
			for dry_run in (True, False):
				answer = call(
					world.READER,
					"update_generic_document",
					doctype="Customer",
					name=name,
					data={"website": "https://mended.example"},
					dry_run=dry_run,
				)
				assert answer.error is not None, answer.text
		assert frappe.db.get_value("Customer", name, ["customer_group", "website"]) == (gone, None)
		assert not frappe.db.exists("Customer Group", gone)

		answer = update(
			call, world.READER, "Customer", name, website="https://mended.example", customer_group=right
		)
		assert answer.error is None, answer.text
		assert answer.content["changed"]["customer_group"] == [gone, right]


def test_t32_what_a_new_document_links_to_is_not_made_for_it(call, world, granted, made):
	data = {**writes.customer("MCP Linked", world.NORTH), "customer_group": "MCP Gone"}
	with granted({"Customer": EVERYTHING, "Territory": "read", "Customer Group": "select read create"}):
		with writes.nothing_left(apart_from=("User",)):
			assert create(call, world.READER, "Customer", **data).error is not None
	assert not frappe.db.exists("Customer Group", "MCP Gone")


@pytest.fixture
def put_group(admin):
	"""put_group(customer, group): puts a group into a customer as no document's save would."""

	def put_group(customer: str, group: str) -> None:
		frappe.db.set_value("Customer", customer, "customer_group", group, update_modified=False)
		frappe.db.commit()
		frappe.clear_document_cache("Customer", customer)

	return put_group


def test_t31_nothing_is_told_of_values_that_came_through(call, world, granted, made):
	data = writes.customer(
		"MCP Plain", world.NORTH, disabled=True, default_commission_rate="2.50", customer_details="a\nb"
	)
	with granted({"Customer": EVERYTHING, "Territory": "read"}):
		answer = create(call, world.READER, "Customer", **data)
		made(answer)
		assert answer.content["overridden"] == []
