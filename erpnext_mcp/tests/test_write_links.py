"""Links that a caller sends: only to what he could choose himself, missing and invisible alike (DESIGN §5), as
restricted users."""

import frappe
import pytest

from erpnext_mcp.documents.link_values import selectable
from erpnext_mcp.policy import store
from erpnext_mcp.policy.grant import grant_for
from erpnext_mcp.tests import writes

OPERATIONS = "select read create update"
NAME = "MCP Linking"


@pytest.fixture(autouse=True)
def clean(world, admin):
	yield
	writes.delete("Customer", NAME)


@pytest.fixture
def create(call, world):
	def create(user: str, doctype: str = "Customer", /, **data):
		if doctype == "Customer":
			data = {**writes.customer(NAME, world.NORTH), **data}
		return call(user, "create_generic_document", doctype=doctype, data=data, dry_run=True)

	return create


def refused(answer, where: str, value: str) -> str:
	"""The words, without the value."""
	assert answer.error is not None and answer.error.code == "validation_failed", answer.text
	assert answer.error.message.startswith(f"{where}: ")
	return answer.text.replace(value, "VALUE")


def test_t43_missing_and_invisible_targets_give_the_same_words(create, world, granted):
	with granted({"Customer": OPERATIONS, "Territory": "read"}):
		hidden = refused(create(world.READER, territory=world.SOUTH), "data.territory", world.SOUTH)
		missing = refused(create(world.READER, territory="MCP Nowhere"), "data.territory", "MCP Nowhere")
		assert hidden == missing
		assert create(world.MASTER, territory=world.SOUTH).error is None
		for odd in ("' or 1=1 --", "%", "_CP North", "MCP North%", "[]"):
			refused(create(world.READER, territory=odd), "data.territory", odd)


def test_t10_the_row_filter_of_the_targets_rule_holds(create, call, world, granted):
	more = {"Territory": {"row_filter": f'{{"name": "{world.NORTH}"}}'}}
	with granted({"Customer": OPERATIONS, "Territory": "read"}, more=more):
		hidden = refused(create(world.MASTER, territory=world.SOUTH), "data.territory", world.SOUTH)
		missing = refused(create(world.MASTER, territory="MCP Nowhere"), "data.territory", "MCP Nowhere")
		assert hidden == missing
		assert create(world.MASTER, territory=world.NORTH).error is None
	with granted({"Customer": OPERATIONS}):
		assert create(world.MASTER, territory=world.SOUTH).error is None, (
			"no rule names it: Frappe alone says"
		)


def test_what_frappe_lets_nobody_select_is_no_target(world, admin):
	policy = store.load()
	access = grant_for(world.READER, policy, None, "127.0.0.1").access("Customer", "read")
	frappe.set_user(world.READER)
	assert selectable(access, "Territory", world.NORTH) and not selectable(access, "Territory", world.SOUTH)
	assert not selectable(access, "No Such DocType", "x")
	assert not selectable(access, "Server Script", "x")
	assert not selectable(access, "DocType", "Server Script") and not selectable(access, "DocType", "Nope")
	assert selectable(access, "DocType", "Customer")
	frappe.set_user("Administrator")
	assert frappe.local.message_log == [], "none of Frappe's texts, which name the document"


def test_links_that_stay_as_they_are_are_not_asked_again(call, world, granted, changed):
	"""The customer's group lies outside of the rows by now: other fields can still be changed."""
	group, other = frappe.get_all("Customer Group", {"is_group": 0}, pluck="name", order_by="lft", limit=2)
	more = {"Customer Group": {"row_filter": '{"name": "none of them"}'}}

	def update(**data):
		return call(
			world.MASTER,
			"update_generic_document",
			doctype="Customer",
			name=world.ALPHA,
			data=data,
			dry_run=True,
		)

	with changed("Customer", world.ALPHA, customer_group=group):
		with granted({"Customer": OPERATIONS, "Customer Group": "read"}, more=more):
			assert update(customer_group=group, mcp_last_seen="x").error is None
			refused(update(customer_group=other), "data.customer_group", other)


def test_links_of_rows(call, world, granted):
	with granted({"Customer": OPERATIONS, "Quotation": OPERATIONS, "Item": "read", "Company": "read"}):
		rows = [{"item_code": writes.item(), "qty": 1}, {"item_code": "MCP No Item", "qty": 1}]
		data = writes.quotation(world.ALPHA, items=rows)
		answer = call(world.READER, "create_generic_document", doctype="Quotation", data=data)
		refused(answer, "data.items[1].item_code", "MCP No Item")
	more = {"Item": {"row_filter": f'{{"name": ["!=", "{writes.item()}"]}}'}}
	with granted({"Quotation": OPERATIONS, "Item": "read", "Company": "read"}, more=more):
		data = writes.quotation(world.ALPHA)
		answer = call(world.READER, "create_generic_document", doctype="Quotation", data=data)
		refused(answer, "data.items[0].item_code", writes.item())


def test_dynamic_links(call, world, granted):
	with granted({"Customer": OPERATIONS, "Quotation": OPERATIONS, "Item": "read", "Company": "read"}):

		def quote(**values):
			data = writes.quotation(world.ALPHA, **values)
			return call(world.READER, "create_generic_document", doctype="Quotation", data=data, dry_run=True)

		assert quote().error is None
		hidden = refused(quote(party_name=world.HIDDEN), "data.party_name", world.HIDDEN)
		missing = refused(quote(party_name="MCP Nobody"), "data.party_name", "MCP Nobody")
		assert hidden == missing
		for doctype in ("No Such DocType", "Server Script", "MCP Audit Entry"):
			assert quote(quotation_to=doctype).error.code == "validation_failed"


def test_t67_the_doctype_of_a_dynamic_link_can_not_be_changed_under_it(call, world, granted):
	"""The same name in another DocType is another document: whether there is one can't be asked that way."""
	if not frappe.db.exists("DocType", "Demo Field Zoo"):
		pytest.skip("the demo's doctypes are not on this site")
	frappe.get_doc(
		{
			"doctype": "Demo Field Zoo",
			"zoo_name": world.HIDDEN,
			"a_dynamic_doctype": "Demo Field Zoo",
		}
	).insert()
	frappe.db.set_value("Demo Field Zoo", world.HIDDEN, "a_dynamic_link", world.HIDDEN)
	frappe.db.commit()
	try:
		more = {"Demo Field Zoo": {"acknowledge_password_fields": 1}}
		with granted({"Demo Field Zoo": OPERATIONS, "Customer": "read"}, more=more):

			def change(**data):
				return call(
					world.READER,
					"update_generic_document",
					doctype="Demo Field Zoo",
					name=world.HIDDEN,
					data=data,
					dry_run=True,
				)

			hidden = refused(change(a_dynamic_doctype="Customer"), "data.a_dynamic_doctype", world.HIDDEN)
			missing = refused(change(a_dynamic_doctype="Item"), "data.a_dynamic_doctype", world.HIDDEN)
			assert hidden == missing
			both = change(a_dynamic_doctype="Customer", a_dynamic_link=world.HIDDEN)
			refused(both, "data.a_dynamic_link", world.HIDDEN)
			assert change(a_dynamic_doctype="Customer", a_dynamic_link=world.ALPHA).error is None
			assert change(a_dynamic_doctype="Demo Field Zoo", a_int=None).error is not None
			assert change(a_dynamic_doctype="Demo Field Zoo", an_int=3).error is None, "unchanged"
	finally:
		frappe.set_user("Administrator")
		frappe.delete_doc("Demo Field Zoo", world.HIDDEN, force=True)
		frappe.db.commit()


def test_links_are_emptied_with_none_and_the_empty_text(call, world, granted):
	with granted({"Customer": OPERATIONS}):
		for value in (None, ""):
			answer = call(
				world.READER,
				"update_generic_document",
				doctype="Customer",
				name=world.ALPHA,
				data={"default_price_list": value, "mcp_last_seen": "x"},
				dry_run=True,
			)
			assert answer.error is None, answer.text
