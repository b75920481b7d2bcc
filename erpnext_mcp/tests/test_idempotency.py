"""Idempotency keys (T71): a repeat gives the first document as it may be read today, and nobody else's."""

import threading

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

from erpnext_mcp.documents import idempotency
from erpnext_mcp.tests import writes
from erpnext_mcp.tests.endpoint import Endpoint

OPERATIONS = "select read create update delete"
RULES = {"Customer": OPERATIONS, "Territory": "read"}
NAME = "MCP Once"
KEY = "order 4711"
DOCTYPE = "MCP Idempotency Key"


@pytest.fixture(autouse=True)
def clean(world, admin):
	yield
	writes.delete("Customer", *frappe.get_all("Customer", {"customer_name": NAME}, pluck="name"))
	frappe.db.delete(DOCTYPE, {"user": ("in", (world.READER, world.MASTER))})
	frappe.db.commit()


@pytest.fixture
def create(call, world):
	"""create(user=READER, key=KEY, **values) → the answer of a create call for the customer NAME."""

	def create(user: str = "", tool: str = "create_generic_document", key: str = KEY, **values):
		arguments = {k: values.pop(k) for k in ("dry_run",) if k in values}
		if tool == "create_generic_document":
			arguments["doctype"] = "Customer"
		data = {**writes.customer(NAME, world.NORTH), **values}
		return call(user or world.READER, tool, data=data, idempotency_key=key, **arguments)

	return create


def count() -> int:
	frappe.db.rollback()
	return len(frappe.get_all("Customer", {"customer_name": NAME}))


def test_t71_a_repeat_gives_the_first_document(create, call, granted, world, last_entry):
	with granted(RULES):
		first = create()
		assert first.error is None and "repeated" not in first.content
		call(
			world.READER,
			"update_generic_document",
			doctype="Customer",
			name=first.content["name"],
			data={"mcp_last_seen": "since"},
		)
		again = create()
		assert again.content["repeated"] is True and again.content["name"] == first.content["name"]
		assert again.content["document"]["mcp_last_seen"] == "since", "as it is today"
		assert count() == 1
		entry = last_entry(user=world.READER)
		assert entry.outcome == "Allowed" and "repeated" in entry.reason
		assert entry.reference_name == first.content["name"]


def test_t71_other_arguments_are_an_error(create, granted, world):
	with granted(RULES):
		assert create().error is None
		for values in ({"mcp_last_seen": "x"}, {"territory": "MCP Nowhere"}, {"customer_name": f"{NAME} 2"}):
			answer = create(**values)
			assert answer.error.code == "invalid_arguments", answer.text
			assert answer.error.message.startswith("idempotency_key")
		assert count() == 1
		# The order of the keys is none of the payload.
		data = dict(reversed(writes.customer(NAME, world.NORTH).items()))
		assert create(**data).content["repeated"] is True


def test_t71_a_key_is_one_users_for_one_tool(create, granted, world):
	more = {"Customer": {"own_tools": 1}}
	with granted(RULES, more=more):
		names = [
			create().content["name"],
			create(world.MASTER).content["name"],
			create(tool="create_customer_document").content["name"],
			create(key=f"{KEY} ").content["name"],
		]
		assert len(set(names)) == 4 and count() == 4
		assert create(world.MASTER).content["name"] == names[1]
		# What another has sent with the key is no secret that could be asked for.
		assert create(world.MASTER, mcp_last_seen="other").error.code == "invalid_arguments"
	for row in frappe.get_all(DOCTYPE, fields=["*"]):
		assert NAME not in str(row.payload_hash) and KEY not in str(row)


def test_t71_for_24_hours(create, granted, world):
	with granted(RULES):
		first = create().content["name"]
		age(hours=-23, minutes=-59)
		assert create().content["name"] == first
		age(hours=-24, minutes=-1)
		second = create(mcp_last_seen="another payload")
		assert second.error is None and second.content["name"] != first
		assert create(mcp_last_seen="another payload").content["name"] == second.content["name"]
		idempotency.forget_old()
		assert len(frappe.get_all(DOCTYPE, {"user": world.READER})) == 1
		age(hours=-25)
		idempotency.forget_old()
		frappe.db.commit()
		assert not frappe.get_all(DOCTYPE, {"user": world.READER})


def age(**difference) -> None:
	frappe.db.sql(f"update `tab{DOCTYPE}` set creation = %s", add_to_date(now_datetime(), **difference))
	frappe.db.commit()


def test_t71_what_fails_and_what_is_only_tried_uses_up_nothing(create, granted, world):
	with granted(RULES):
		for arguments in ({"territory": world.SOUTH}, {"nothing": 1}, {"dry_run": True}):
			create(**arguments)
			assert not frappe.get_all(DOCTYPE, {"user": world.READER})
		assert create(dry_run=True).error is None
		first = create()
		assert first.error is None and "repeated" not in first.content
		dry = create(dry_run=True)
		assert "repeated" not in dry.content, "a dry run shows what would be created"


def test_t71_the_repeat_is_read_as_of_today(create, granted, changed, world):
	with granted(RULES):
		name = create(website="https://w.example").content["name"]
	with granted(RULES, fields=[("Customer", "website", "Restricted")]):
		# The same call can't be made any more, so nothing is told.
		assert create(website="https://w.example").error.code == "field_not_permitted"
	with granted(RULES, fields=[("Customer", "mcp_last_seen", "Restricted")]):
		again = create(website="https://w.example")
		assert again.content["repeated"] and "mcp_last_seen" not in again.content["document"]
	with granted({"Customer": "create", "Territory": "read"}):
		again = create(website="https://w.example")
		assert again.content == {"doctype": "Customer", "name": name, "repeated": True}
	with granted({"Customer": "read", "Territory": "read"}):
		assert create(website="https://w.example").error.code == "not_permitted"
	with granted(RULES, more={"Customer": {"row_filter": '{"disabled": 1}'}}):
		assert create(website="https://w.example").error.code == "not_found"
	with granted(RULES):
		with changed("Customer", name, territory=world.SOUTH):
			assert create(website="https://w.example").error.code == "not_found"
		writes.delete("Customer", name)
		assert create(website="https://w.example").error.code == "not_found"
	assert count() == 0


@pytest.mark.parametrize("key", ["", "x" * 141, 5, None])
def test_keys_of_the_wrong_form(create, granted, key):
	with granted(RULES):
		assert create(key=key).error.code == "invalid_arguments"
	assert count() == 0


@pytest.mark.parametrize("key", ["' or 1=1", "ключ", "a\0b", "%", " "])
def test_keys_with_anything_in(create, granted, key):
	with granted(RULES):
		first, second = create(key=key), create(key=key)
		assert first.error is None and second.content["name"] == first.content["name"]


def test_t71_parallel_repeats_make_one_document(start_server, world, granted, reader_key):
	"""On MariaDB, over HTTP, by two processes."""
	servers = [start_server() for _ in range(2)]
	with granted(RULES):
		arguments = {
			"doctype": "Customer",
			"data": writes.customer(NAME, world.NORTH),
			"idempotency_key": KEY,
		}
		answers = []
		gate = threading.Barrier(8)

		def one(number: int) -> None:
			endpoint = Endpoint(servers[number % 2].base_url, reader_key)
			gate.wait()
			params = {"name": "create_generic_document", "arguments": arguments}
			answers.append(endpoint.rpc("tools/call", params).json()["result"])

		threads = [threading.Thread(target=one, args=(n,)) for n in range(8)]
		for thread in threads:
			thread.start()
		for thread in threads:
			thread.join(60)
		assert len(answers) == 8
		done = [a["structuredContent"] for a in answers if not a.get("isError")]
		assert len([d for d in done if "repeated" not in d]) == 1
		assert len({d["name"] for d in done}) == 1
		refused = {a["structuredContent"]["code"] for a in answers if a.get("isError")}
		assert refused <= {"conflict"}
	assert count() == 1
