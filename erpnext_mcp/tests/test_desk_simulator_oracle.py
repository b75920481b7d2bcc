"""The simulator is no oracle: two states of the site that differ only in what the viewer may not read give him the same
answers, whatever he asks and whatever policy he writes to ask with."""

import itertools
import json

import pytest

from erpnext_mcp.tests.simulating import ALL, NONE, NORTH, SOME

GHOST = "MCP Ghost"


@pytest.fixture
def data(admin, world):
	"""data(values of MCP Hidden, values of MCP Alpha, whether there is an MCP Ghost): puts them there, committed."""
	import frappe

	fields = ("website", "tax_id", world.SECRET)
	before = {
		name: frappe.db.get_value("Customer", name, fields, as_dict=True)
		for name in (world.HIDDEN, world.ALPHA)
	}
	ghost = frappe.db.get_value("Customer", world.HIDDEN, ("customer_group", "territory"), as_dict=True)

	def put(hidden, alpha, exists):
		frappe.set_user("Administrator")
		for name, values in ((world.HIDDEN, hidden), (world.ALPHA, alpha)):
			if values:
				frappe.db.set_value("Customer", name, values, update_modified=False)
		if exists and not frappe.db.exists("Customer", GHOST):
			doc = frappe.get_doc(
				{"doctype": "Customer", "customer_name": GHOST, "customer_type": "Company", **ghost}
			)
			doc.insert()
		elif not exists:
			frappe.delete_doc_if_exists("Customer", GHOST)
		frappe.db.commit()

	yield put
	put(before[world.HIDDEN], before[world.ALPHA], False)


def questions(world, name):
	"""What somebody would ask who wants to find out about a document."""
	about = {"doctype": "Customer", "name": name}
	guess = {"website": "https://secret.example.com"}
	secret = {world.SECRET: "first"}
	yield "get_generic_document", about
	yield "get_generic_document", {**about, "fields": ["website", "tax_id"]}
	yield "explain_access", {**about, "operation": "update"}
	yield "get_linked_documents", about
	yield "list_attachments", about
	yield "read_attachment", {**about, "file": "x"}
	yield "print_document", about
	yield "add_comment", {**about, "text": "x"}
	yield "assign", {**about, "user": world.READER}
	filters = [
		["name", "=", name],
		"and",
		[["website", "like", "%secret%"], "or", [world.SECRET, "like", "f%"]],
	]
	yield "list_generic_documents", {"doctype": "Customer", "filters": filters}
	yield "count_generic_documents", {"doctype": "Customer", "filters": {"name": name, **guess}}
	yield "count_generic_documents", {"doctype": "Customer", "filters": {"name": name, **secret}}
	aggregates = [{"function": "count"}, {"function": "max", "field": "website"}]
	yield (
		"aggregate_generic_documents",
		{"doctype": "Customer", "filters": {"name": name}, "aggregates": aggregates},
	)
	yield "list_generic_documents", {"doctype": "Customer", "order_by": "website desc", "limit": 1}
	yield "list_generic_documents", {"doctype": "Customer", "order_by": f"{world.SECRET} desc", "limit": 1}
	yield "search_generic_documents", {"doctype": "Customer", "search_term": name}
	yield "update_generic_document", {**about, "data": {"customer_details": "x"}}
	yield "update_generic_document", {**about, "data": {"website": ""}, "expected_version": "a.b"}
	yield (
		"bulk_update_documents",
		{"doctype": "Customer", "documents": [{"name": name, "data": {"website": "y"}}]},
	)
	yield "delete_generic_document", about
	yield (
		"create_generic_document",
		{"doctype": "Customer", "data": {"customer_name": name, "customer_type": "Company"}},
	)
	yield (
		"create_generic_document",
		{
			"doctype": "Customer",
			"data": {"customer_name": "MCP Another", "customer_type": "Company", "represents_company": name},
		},
	)
	yield (
		"create_generic_document",
		{
			"doctype": "Sales Order",
			"data": {"customer": name, "delivery_date": "2030-01-01", "items": []},
		},
	)
	yield (
		"make_mapped_document",
		{
			"source_doctype": "Customer",
			"source_name": name,
			"target_doctype": "Quotation",
		},
	)


ALL_OPERATIONS = "select read create update delete print attachments comment assign"
POLICIES = {
	"open": {},
	"row filter": {"more": {"Customer": {"row_filter": '[["website", "like", "%secret%"]]'}}},
	"conditions": {
		"conditions": [
			("Customer", operation, field, "=", value, state)
			for operation, state in (("update", "Before"), ("delete", "Before"), ("create", "After"))
			for field, value in (("website", "https://secret.example.com"), ("mcp_secret", "first"))
		]
	},
	"masks": {
		"fields": [
			("Customer", "website", "Masked", "Hash"),
			("Customer", "mcp_secret", "Masked", "Last Four"),
		]
	},
}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("viewer", [NONE, NORTH, SOME])
def test_two_states_one_answer(simulate, granted, data, world, viewer, policy):
	hidden = {"website": "https://secret.example.com", "tax_id": "4711"}
	other = {"website": "https://x.example.com", "tax_id": ""}
	first, second = (
		# (values of MCP Hidden, values of MCP Alpha, whether there is an MCP Ghost), of what this viewer may not read
		((hidden, {}, True), (other, {}, False))
		if viewer != SOME
		else (({}, {world.SECRET: "first"}, True), ({}, {world.SECRET: "second one"}, True))
	)
	names = (world.HIDDEN, GHOST) if viewer != SOME else (world.ALPHA,)
	asked = list(itertools.chain.from_iterable(questions(world, name) for name in names))
	rules = {"Customer": ALL_OPERATIONS, "Territory": "read", "Sales Order": "read create"}
	told = []
	with granted(rules, **POLICIES[policy]):
		for state_ in (first, second):
			data(*state_)
			told.append(
				[told_of(simulate(viewer, world.MASTER, tool, **arguments)) for tool, arguments in asked]
			)
	for (tool, arguments), one, another in zip(asked, *told, strict=True):
		assert one == another, f"{tool} {json.dumps(arguments)}: {difference(one, another)}"


def test_the_questions_would_tell(simulate, granted, data, world):
	"""That the property is no empty one: who may read everything gets different answers."""
	asked = list(questions(world, world.HIDDEN))
	told = []
	with granted({"Customer": ALL_OPERATIONS}, **POLICIES["row filter"]):
		for website in ("https://secret.example.com", "https://x.example.com"):
			data({"website": website}, {}, True)
			told.append(
				[told_of(simulate(ALL, world.MASTER, tool, **arguments)) for tool, arguments in asked]
			)
	differing = {asked[i][0] for i, (one, another) in enumerate(zip(*told, strict=True)) if one != another}
	assert {"get_generic_document", "list_generic_documents", "count_generic_documents"} <= differing
	assert {"update_generic_document", "explain_access", "add_comment"} <= differing


def told_of(told):
	"""What is told but for the name of the audit entry, times, names made by chance, and the number of documents that nobody
	has chosen."""
	for layer in told["layers"]:
		lines = [line for line in layer["details"] if line["label"] != "Now"]
		# On a real site others may save profiles meanwhile.
		others = [line for line in lines if layer["key"] == "profile" and line["state"] == "off"]
		layer["details"] = [line for line in lines if line not in others]
	return same_each_time({k: v for k, v in told.items() if k not in ("entry", "count")})


def same_each_time(value):
	if isinstance(value, list):
		return [same_each_time(v) for v in value]
	if not isinstance(value, dict):
		return value
	by_chance = ("comment", "modified", "creation")
	return {k: "" if k in by_chance else same_each_time(v) for k, v in value.items()}


def difference(one, another):
	"""The layers and members that are not the same."""
	layers = [pair for pair in zip(one["layers"], another["layers"], strict=False) if pair[0] != pair[1]]
	members = [(k, one.get(k), another.get(k)) for k in one.keys() | another.keys() if k != "layers"]
	return layers, [m for m in members if m[1] != m[2]]
