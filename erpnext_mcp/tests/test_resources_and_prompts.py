"""Resources, prompts and completions: the same way and the same limits as the tools (T65)."""

import json
from contextlib import contextmanager

import pytest

from erpnext_mcp.errors import InvalidArguments
from erpnext_mcp.mcp_server import resource_uri
from erpnext_mcp.mcp_server.placeholders import fill, names
from erpnext_mcp.tests.endpoint import Endpoint


@pytest.fixture
def endpoint(server, site, admin, world, reader_key) -> Endpoint:
	return Endpoint(server.base_url, reader_key, site.name if site.kind == "bench" else "")


def result(answer) -> dict:
	assert "result" in answer.json(), answer.body
	return answer.json()["result"]


def test_uris_are_read_back_whatever_the_name_is():
	for name in ("C-1", "100% Bio/Frucht #1 – Was?", "شحن", "a//b", "%2F", "..", "x" * 140):
		assert resource_uri.reading(resource_uri.document_uri("Sales Order", name)) == (
			"get_generic_document",
			{"doctype": "Sales Order", "name": name},
		)
	assert resource_uri.reading("erpnext://doctype/Sales Order") == (
		"get_doctype_schema",
		{"doctype": "Sales Order"},
	)


@pytest.mark.parametrize(
	"uri",
	[
		"",
		"erpnext://",
		"erpnext://doctype",
		"erpnext://doctype/",
		"erpnext://document/Customer",
		"erpnext://document/Customer/a/b",
		"erpnext://other/Customer",
		"file:///etc/passwd",
		"http://erpnext/doctype/Customer",
		"erpnext://doctype/%FF",
		"erpnext://doctype/" + "x" * 2000,
	],
)
def test_what_is_no_resource(uri):
	with pytest.raises(InvalidArguments):
		resource_uri.reading(uri)


@pytest.mark.parametrize("era", ["rpc", "modern"])
def test_resources_are_the_doctypes_of_the_caller(endpoint, call, world, era):
	found = result(getattr(endpoint, era)("resources/list"))
	doctypes = [d["doctype"] for d in call(world.READER, "list_doctypes").content["doctypes"]]
	assert [r["name"] for r in found["resources"]] == doctypes
	read = result(getattr(endpoint, era)("resources/read", {"uri": resource_uri.doctype_uri("Customer")}))
	schema = call(world.READER, "get_doctype_schema", doctype="Customer").content
	assert json.loads(read["contents"][0]["text"]) == schema
	templates = result(getattr(endpoint, era)("resources/templates/list"))["resourceTemplates"]
	assert [t["uriTemplate"] for t in templates] == [
		resource_uri.DOCTYPE,
		resource_uri.DOCUMENT,
		resource_uri.REPORT,
	]
	if era == "modern":
		assert read["ttlMs"] == 0 and read["cacheScope"] == found["cacheScope"] == "private"


def test_t65_a_document_is_read_as_the_tool_reads_it(endpoint, call, world, last_entry):
	shown = next(
		row["name"]
		for row in call(world.READER, "list_generic_documents", doctype="Customer").content["documents"]
	)
	read = result(endpoint.rpc("resources/read", {"uri": resource_uri.document_uri("Customer", shown)}))
	same = call(world.READER, "get_generic_document", doctype="Customer", name=shown).content
	assert json.loads(read["contents"][0]["text"]) == same
	entry = last_entry(tool="get_generic_document")
	assert (entry.user, entry.reference_name) == (world.READER, shown)


def test_t13_t65_what_is_hidden_is_as_what_does_not_exist(endpoint, world):
	def error(uri: str) -> dict:
		return endpoint.rpc("resources/read", {"uri": uri}).json()["error"]

	hidden = error(resource_uri.document_uri("Customer", world.HIDDEN))
	missing = error(resource_uri.document_uri("Customer", "No Such Customer"))
	assert hidden["code"] == missing["code"] == -32602
	assert hidden["message"] == missing["message"] and hidden["data"] == missing["data"]
	closed, unknown = error(resource_uri.doctype_uri("User")), error(resource_uri.doctype_uri("No Such"))
	assert closed["message"] == unknown["message"] and closed["data"] == unknown["data"]


def complete(endpoint: Endpoint, uri: str, argument: str, value: str, **context: str) -> list[str]:
	params = {"ref": {"type": "ref/resource", "uri": uri}, "argument": {"name": argument, "value": value}}
	if context:
		params["context"] = {"arguments": context}
	return result(endpoint.rpc("completion/complete", params))["completion"]["values"]


def test_t65_completions_name_what_the_caller_can_find_and_nothing_else(endpoint, call, world):
	assert complete(endpoint, resource_uri.DOCTYPE, "doctype", "cust")[:1] == ["Customer"]
	assert complete(endpoint, resource_uri.DOCUMENT, "doctype", "User") == []
	everything = complete(endpoint, resource_uri.DOCUMENT, "name", "", doctype="Customer")
	listed = call(world.READER, "list_generic_documents", doctype="Customer", limit=100).content["documents"]
	assert everything and set(everything) <= {row["name"] for row in listed}
	assert complete(endpoint, resource_uri.DOCUMENT, "name", world.HIDDEN, doctype="Customer") == []
	assert complete(endpoint, resource_uri.DOCUMENT, "name", "Admin", doctype="User") == []
	assert complete(endpoint, resource_uri.DOCUMENT, "name", "x") == [], "no DocType chosen yet"
	assert complete(endpoint, "erpnext://other/{x}", "x", "") == []
	assert complete(endpoint, resource_uri.DOCUMENT, "name", "x" * 5000, doctype="Customer") == []


@contextmanager
def prompt(**values):
	import frappe

	doc = frappe.get_doc({"doctype": "MCP Prompt", "title": "T", "enabled": 1, **values}).insert()
	frappe.db.commit()
	try:
		yield doc
	finally:
		frappe.delete_doc("MCP Prompt", doc.name, force=True)
		frappe.db.commit()


def test_placeholders_are_names_and_values_are_not_looked_into():
	assert names("{a} {b_2} {a} {A} { a } {a.b} {{c}} {}") == ["a", "b_2", "c"]
	assert fill("{a}-{b}-{x}", {"a": "{b}", "b": "1"}) == "{b}-1-{x}"
	assert fill("{a}", {"a": "\\1 %s {0.__class__}"}) == "\\1 %s {0.__class__}"


def test_the_shipped_prompts_are_there_and_can_be_filled(endpoint):
	found = {p["name"]: p for p in result(endpoint.rpc("prompts/list"))["prompts"]}
	assert {"open_invoices", "prepare_quotation", "month_end_review"} <= set(found)
	for name, shown in found.items():
		arguments = {a["name"]: f"<{a['name']}>" for a in shown["arguments"]}
		got = result(endpoint.modern("prompts/get", {"name": name, "arguments": arguments}))
		text = got["messages"][0]["content"]["text"]
		assert got["messages"][0]["role"] == "user" and not names(text)
		assert all(value in text for value in arguments.values())


def test_prompts_are_for_roles(endpoint, master_key, admin):
	master = Endpoint(endpoint.base_url, master_key, endpoint.host)
	with prompt(prompt_name="for_masters", text="Hello", roles=[{"role": "Sales Master Manager"}]):
		assert "for_masters" in [p["name"] for p in result(master.rpc("prompts/list"))["prompts"]]
		assert "for_masters" not in [p["name"] for p in result(endpoint.rpc("prompts/list"))["prompts"]]
		assert result(master.rpc("prompts/get", {"name": "for_masters"}))["messages"]
		refused = endpoint.rpc("prompts/get", {"name": "for_masters"}).json()["error"]
		missing = endpoint.rpc("prompts/get", {"name": "no_such"}).json()["error"]
		assert refused == missing and refused["code"] == -32602
	with prompt(prompt_name="switched_off", text="Hello", enabled=0):
		assert endpoint.rpc("prompts/get", {"name": "switched_off"}).json()["error"]["code"] == -32602


@pytest.mark.parametrize(
	("arguments", "said"),
	[
		({}, "required: who"),
		({"who": "  "}, "required: who"),
		({"who": "A", "x": "1"}, "Unknown arguments: x"),
	],
)
def test_arguments_of_prompts_are_checked(endpoint, arguments, said):
	with prompt(prompt_name="greet", text="Hi {who}", arguments=[{"argument": "who", "required": 1}]):
		error = endpoint.rpc("prompts/get", {"name": "greet", "arguments": arguments}).json()["error"]
		assert error["code"] == -32602 and said in error["message"]


def test_an_argument_that_names_a_document_is_completed(endpoint, world):
	rows = [{"argument": "who", "document_type": "Customer"}, {"argument": "other"}]
	with prompt(prompt_name="greet", text="Hi {who} {other}", arguments=rows):

		def complete(argument: str, value: str) -> list[str]:
			params = {
				"ref": {"type": "ref/prompt", "name": "greet"},
				"argument": {"name": argument, "value": value},
			}
			return result(endpoint.rpc("completion/complete", params))["completion"]["values"]

		assert complete("who", "") and complete("other", "") == complete("nope", "") == []
		assert complete("who", world.HIDDEN) == []


@pytest.mark.parametrize(
	("values", "said"),
	[
		({"prompt_name": "Bad Name"}, "lower-case"),
		({"text": "{unknown}"}, "no arguments: unknown"),
		({"arguments": [{"argument": "unused"}]}, "does not use"),
		({"text": "{a}", "arguments": [{"argument": "a"}, {"argument": "a"}]}, "twice"),
	],
)
def test_prompts_are_checked_when_they_are_saved(admin, values, said):
	import frappe

	with pytest.raises(frappe.ValidationError, match=said):
		frappe.get_doc(
			{"doctype": "MCP Prompt", "prompt_name": "ok", "title": "T", "text": "x", **values}
		).insert()


@pytest.mark.parametrize(
	"method",
	["resources/list", "resources/read", "prompts/list", "prompts/get", "completion/complete", "tools/list"],
)
def test_t65_requests_of_the_protocol_are_no_tools(endpoint, method):
	assert endpoint.rpc("tools/call", {"name": method}).json()["error"]["code"] == -32602


@pytest.mark.parametrize("method", ["resources/list", "prompts/list"])
def test_t65_who_has_no_profile_gets_nothing(server, site, world, method):
	stranger = Endpoint(
		server.base_url, world.api_key(world.STRANGER), site.name if site.kind == "bench" else ""
	)
	(found,) = [v for k, v in result(stranger.rpc(method)).items() if isinstance(v, list)]
	assert found == []
	uri = resource_uri.doctype_uri("Customer")
	assert stranger.rpc("resources/read", {"uri": uri}).json()["error"]["code"] == -32000
	assert stranger.rpc("prompts/get", {"name": "open_invoices"}).json()["error"]["code"] == -32000
