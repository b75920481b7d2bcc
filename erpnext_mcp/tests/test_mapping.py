"""make_mapped_document, and documents created of what it gives: as users who see only part of either side."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import frappe
import pytest
from frappe.utils import add_days, nowdate

from erpnext_mcp.access import Access
from erpnext_mcp.documents import mappers, mapping
from erpnext_mcp.policy.fields import resolve
from erpnext_mcp.tests import business

PROFILE = "MCP Test Mapping"
WORK = ("read", "create", "update")
RULES = {"Quotation": WORK, "Sales Order": WORK, "Customer": ("select", "read"), "Item": ("select", "read")}


@pytest.fixture(scope="module")
def trade(site, world) -> Iterator[SimpleNamespace]:
	"""An item, a submitted quotation over 3 of it and 2 of another one, and a profile for READER and MASTER."""
	business.build(world)
	first, second = business.item(), business.item(rate=20)
	quotation = business.document(
		"Quotation",
		{"item_code": first, "qty": 3, "additional_notes": "whispered in a row"},
		{"item_code": second, "qty": 2},
		terms="whispered terms",
	)
	world.profile(PROFILE, users=(world.READER, world.MASTER), rules=RULES, priority=50)
	frappe.db.commit()
	yield SimpleNamespace(items=(first, second), quotation=quotation.name)
	frappe.set_user("Administrator")
	frappe.db.rollback()
	frappe.delete_doc("MCP Permission Profile", PROFILE)
	frappe.db.commit()
	business.destroy()


@pytest.fixture
def ruled(changed, trade) -> Callable:
	"""ruled({DocType: {values of its rule}}, fields=[...]): the profile with exactly these rules, for a with block."""

	def ruled(rules, fields=()):
		return changed(
			"MCP Permission Profile",
			PROFILE,
			doctype_rules=[
				{
					"document_type": doctype,
					"acknowledge_hidden_name": 1,
					"acknowledge_hidden_required": 1,
					**{f"can_{o}": 1 for o in operations},
					**values,
				}
				for doctype, (operations, values) in rules.items()
			],
			field_rules=[{"rule": "Restricted", **f} for f in fields],
		)

	return ruled


def usual(**narrowed: dict) -> dict:
	return {doctype: (operations, narrowed.get(doctype, {})) for doctype, operations in RULES.items()}


@pytest.fixture
def make(call, world, trade) -> Callable:
	"""make(target) → the answer of make_mapped_document about the quotation, as READER."""

	def make(target: str = "Sales Order", source: str = "Quotation", name: str = "", user: str = ""):
		return call(
			user or world.READER,
			"make_mapped_document",
			source_doctype=source,
			source_name=name or trade.quotation,
			target_doctype=target,
		)

	return make


@pytest.fixture
def create(call, world, trade) -> Iterator[Callable]:
	"""create(data) → the new Sales Order with the quotation as its source; deleted again."""
	made = []

	def create(data: dict, source: str = "", **arguments):
		answer = call(
			world.READER,
			"create_generic_document",
			doctype="Sales Order",
			data={"delivery_date": add_days(nowdate(), 7), **data},
			source={"doctype": "Quotation", "name": source or trade.quotation},
			**arguments,
		)
		if answer.error is None and not arguments.get("dry_run"):
			made.append(answer.content["name"])
		return answer

	yield create
	for name in made:
		frappe.delete_doc("Sales Order", name)
	frappe.db.commit()


def saved(answer):
	assert answer.error is None, answer.text
	frappe.db.rollback()
	return frappe.get_doc("Sales Order", answer.content["name"])


def test_what_it_gives_is_what_create_takes(make, create, trade, last_entry):
	answer = make()
	assert answer.error is None, answer.text
	entry = last_entry(tool="make_mapped_document")
	assert (entry.outcome, entry.reference_doctype, entry.reference_name) == (
		"Allowed",
		"Quotation",
		trade.quotation,
	)
	content = answer.content
	assert content["doctype"] == "Sales Order"
	assert content["source"] == {"doctype": "Quotation", "name": trade.quotation}
	data = content["data"]
	assert (data["customer"], data["company"], data["terms"]) == (
		business.CUSTOMER,
		business.company(),
		"whispered terms",
	)
	assert [(r["name"], r["item_code"], r["qty"], r["rate"]) for r in data["items"]] == [
		("source:1", trade.items[0], 3, 10),
		("source:2", trade.items[1], 2, 20),
	]
	assert not {"grand_total", "status", "docstatus", "title"} & {f for f, v in data.items() if v == 0}
	assert not frappe.db.exists("Sales Order", {"customer": business.CUSTOMER}), "nothing stays"

	doc = saved(create(data))
	assert (doc.customer, doc.grand_total, doc.docstatus) == (business.CUSTOMER, 70, 0)
	quoted = frappe.get_doc("Quotation", trade.quotation)
	assert [(r.prevdoc_docname, r.quotation_item) for r in doc.items] == [
		(trade.quotation, r.name) for r in quoted.items
	], "fields that nobody writes come from the mapper"


def test_a_table_that_is_not_sent_stays_as_mapped(create):
	assert [row.qty for row in saved(create({})).items] == [3, 2]


def test_rows_are_taken_changed_added_and_left_out(create, trade):
	doc = saved(
		create(
			{"items": [{"name": "source:2", "qty": 1}, {"item_code": trade.items[0], "qty": 7, "rate": 4}]}
		)
	)
	assert [(r.idx, r.item_code, r.qty, r.prevdoc_docname) for r in doc.items] == [
		(1, trade.items[1], 1, trade.quotation),
		(2, trade.items[0], 7, None),
	]
	for row in ({"name": "source:3"}, {"name": "source:0"}, {"name": "1"}):
		answer = create({"items": [row]})
		assert answer.error.code == "invalid_arguments" and "source:1" in answer.text


def test_hidden_fields_of_the_target_are_filled_and_not_told(make, create, ruled):
	with ruled(
		usual(),
		fields=[
			{"document_type": "Sales Order", "fieldname": "terms"},
			{"document_type": "Sales Order", "table_field": "items", "fieldname": "rate"},
		],
	):
		answer = make()
		assert "whispered terms" not in answer.text
		assert all("rate" not in row for row in answer.content["data"]["items"])
		created = create(answer.content["data"])
		assert "whispered terms" not in created.text
		doc = saved(created)
	assert doc.terms == "whispered terms" and [r.rate for r in doc.items] == [10, 20]


def test_hidden_fields_of_the_source_are_not_told(make, ruled):
	with ruled(
		usual(),
		fields=[
			{"document_type": "Quotation", "fieldname": "terms"},
			{"document_type": "Quotation", "table_field": "items", "fieldname": "additional_notes"},
		],
	):
		answer = make()
		assert answer.error is None and "whispered" not in answer.text
		assert len(answer.content["data"]["items"]) == 2
	with ruled(usual(), fields=[{"document_type": "Quotation", "fieldname": "items"}]):
		answer = make()
		assert answer.error is None and "items" not in answer.content["data"]


def test_t27_what_frappe_masks_in_the_source_is_no_value(admin, world, trade, make, create):
	if not frappe.get_meta("DocField").has_field("mask"):
		pytest.skip("this version of Frappe has no masks")
	from frappe.custom.doctype.property_setter.property_setter import make_property_setter

	# Not the target's: only the copy of the mask would get there.
	setter = make_property_setter("Quotation", "terms", "mask", 1, "Check")
	frappe.db.commit()
	frappe.clear_cache(doctype="Quotation")
	try:
		answer = make()
		assert answer.error is None and "terms" not in answer.content["data"]
		assert not saved(create({})).terms
	finally:
		frappe.db.rollback()
		frappe.delete_doc("Property Setter", setter.name)
		frappe.db.commit()
		frappe.clear_cache(doctype="Quotation")


def test_t13_sources_that_the_caller_can_not_see(make, create, ruled, world, trade, changed):
	def answers(name: str):
		return make(name=name), create({}, source=name)

	for hidden, missing in zip(answers(trade.quotation), answers("SAL-QTN-NOBODY"), strict=True):
		assert hidden.error is None and missing.error.code == "not_found"
	for row_filter in ('{"name": "something else"}', '[["terms", "=", "x"]]'):
		with ruled(usual(Quotation={"row_filter": row_filter})):
			for hidden, missing in zip(answers(trade.quotation), answers("SAL-QTN-NOBODY"), strict=True):
				assert hidden.text == missing.text and hidden.error.code == "not_found"
	south = business.document("Quotation", {"item_code": trade.items[0], "qty": 1}, territory=world.SOUTH)
	frappe.db.commit()
	for hidden, missing in zip(answers(south.name), answers("SAL-QTN-NOBODY"), strict=True):
		assert hidden.text == missing.text and hidden.error.code == "not_found"
	assert make(name=south.name, user=world.MASTER).error is None


@pytest.mark.parametrize("target", ["Sales Invoice", "Purchase Order", "User", "Nonsense", "Quotation"])
def test_t13_targets_that_there_are_not_for_the_caller(make, ruled, target):
	answer = make(target)
	assert answer.error.code == "invalid_arguments" and answer.content["targets"] == ["Sales Order"]
	assert target not in answer.text.replace("of Quotation", "")
	rules = usual()
	rules["Sales Order"] = (("read", "update"), {})
	with ruled(rules):
		readable, missing = make("Sales Order"), make(target)
		assert readable.text == missing.text and readable.content["targets"] == []


def test_only_where_the_source_may_be_read(call, make, ruled):
	rules = usual()
	rules["Quotation"] = (("create",), {})
	with ruled(rules):
		assert make().error.code == "not_permitted"
	rules.pop("Quotation")
	with ruled(rules):
		assert make().text == make(source="Nonsense").text and make().error.code == "not_found"


def test_it_is_listed_for_who_can_use_it(ruled, world, trade):
	from erpnext_mcp.mcp_server import registry
	from erpnext_mcp.policy import store
	from erpnext_mcp.policy.grant import grant_for

	def listed() -> bool:
		frappe.set_user(world.READER)
		try:
			grant = grant_for(world.READER, store.load(), None, "")
			return "make_mapped_document" in {t.name for t in registry.visible(grant)}
		finally:
			frappe.set_user("Administrator")

	assert listed()
	for doctype, operations in (("Quotation", ("create",)), ("Sales Order", ("read",))):
		rules = usual()
		rules[doctype] = (operations, {})
		with ruled(rules):
			assert not listed(), doctype


def test_a_draft_is_refused_in_words(make, trade, world):
	draft = business.document("Quotation", {"item_code": trade.items[0], "qty": 1}, submit=False)
	frappe.db.commit()
	answer = make(name=draft.name)
	# READER does not see everything of a quotation on every site.
	assert answer.error.code == "validation_failed"
	answer = make(name=draft.name, user=world.MASTER)
	assert answer.error.code == "validation_failed"
	assert "Traceback" not in answer.text and "/apps/" not in answer.text


@contextmanager
def as_user(user: str) -> Iterator[None]:
	frappe.set_user(user)
	try:
		yield
	finally:
		frappe.set_user("Administrator")


def access(doctype: str, user: str) -> Access:
	return Access(
		user=user,
		doctype=doctype,
		operation="read",
		operations=frozenset({"read"}),
		fields=resolve(doctype, user),
	)


def test_nothing_but_values_comes_from_the_mapper(admin, trade):
	"""ERPNext's mapper from order to invoice says that permissions be ignored when its document is saved."""
	order = business.document("Sales Order", {"item_code": trade.items[0], "qty": 1})
	with as_user("Administrator"):
		path = mappers.targets_of("Sales Order")["Sales Invoice"]
		assert mappers.run(path, "Sales Order", order.name).flags.ignore_permissions
		doc = mapping.mapped(access("Sales Order", "Administrator"), order.name, "Sales Invoice")
	assert doc.is_new() and not doc.name and doc.docstatus == 0
	for d in (doc, *doc.get_all_children()):
		assert not d.flags.ignore_permissions and not d.name and not d.get("__onload")
	assert doc.items[0].so_detail == order.items[0].name


def test_t24_what_a_mapper_saves_is_undone(admin, trade, world, create, monkeypatch):
	real = mappers.run

	def run(path, doctype, name):
		frappe.get_doc({"doctype": "ToDo", "description": "saved by a mapper"}).insert(
			ignore_permissions=True
		)
		return real(path, doctype, name)

	monkeypatch.setattr(mappers, "run", run)
	assert saved(create({})).docstatus == 0
	assert not frappe.db.exists("ToDo", {"description": "saved by a mapper"})

	def run_with_customer(path, doctype, name):
		doc = real(path, doctype, name)
		doc.customer = "MCP Made By A Mapper"
		frappe.get_doc(
			{
				"doctype": "Customer",
				"customer_name": doc.customer,
				"customer_type": "Company",
				"customer_group": business.leaf("Customer Group"),
				"territory": world.NORTH,
			}
		).insert(ignore_permissions=True)
		return doc

	monkeypatch.setattr(mappers, "run", run_with_customer)
	answer = create({})
	assert answer.error.code == "unsupported" and "Mapper" not in answer.text
	assert not frappe.db.exists("Customer", "MCP Made By A Mapper")


def test_a_dry_run_with_a_source(create, trade):
	answer = create({}, dry_run=True)
	assert answer.error is None and answer.content["dry_run"]
	assert [row["qty"] for row in answer.content["document"]["items"]] == [3, 2]
	assert not frappe.db.exists("Sales Order Item", {"prevdoc_docname": trade.quotation})


def test_apps_add_mappers_by_a_hook(admin, monkeypatch):
	hooks = {
		"Quotation": {"Sales Order": ["one.app.mapper", "another.app.mapper"]},
		"Their DocType": {"Customer": ["one.app.other"]},
	}
	real = frappe.get_hooks

	def get_hooks(hook=None, *args, **kwargs):
		return hooks if hook == "mcp_mappers" else real(hook, *args, **kwargs)

	monkeypatch.setattr(frappe, "get_hooks", get_hooks)
	assert mappers.targets_of("Quotation")["Sales Order"] == "another.app.mapper"
	assert mappers.targets_of("Their DocType") == {"Customer": "one.app.other"}
	assert mappers.targets_of("User") == {}


def test_every_mapper_of_the_table_is_there(admin):
	if "erpnext" not in frappe.get_installed_apps():
		pytest.skip("ERPNext is not installed")
	for source, targets in mappers.ERPNEXT.items():
		for target, path in targets.items():
			assert frappe.db.exists("DocType", source) and frappe.db.exists("DocType", target)
			parameters = inspect.signature(frappe.get_attr(path)).parameters.values()
			needed = [p.name for p in parameters if p.default is p.empty]
			assert needed == (["dt", "dn"] if path == mappers.PAYMENT_ENTRY else ["source_name"]), path
