"""What a request gives up itself: `/mcp?readonly=1&doctypes=...&tools=...` and the headers of the same meaning (DESIGN §9)."""

import pytest

from erpnext_mcp.errors import InvalidArguments
from erpnext_mcp.mcp_server.narrowing import Narrowing, parse
from erpnext_mcp.tests.endpoint import Endpoint


@pytest.fixture
def endpoint(server, site, world, master_key) -> Endpoint:
	return Endpoint(server.base_url, master_key, site.name if site.kind == "bench" else "")


@pytest.mark.parametrize(
	("query", "headers", "meant"),
	[
		({}, {}, Narrowing()),
		({"readonly": ["1"]}, {}, Narrowing(True)),
		({"readonly": ["0"]}, {"x-mcp-readonly": "TRUE"}, Narrowing(True)),
		({"readonly": ["0"]}, {"x-mcp-readonly": "no"}, Narrowing()),
		({"doctypes": ["Customer, Item,"]}, {}, Narrowing(doctypes=frozenset({"Customer", "Item"}))),
		(
			{"doctypes": ["Customer,Item", "Item,Lead"]},
			{"x-mcp-doctypes": "Item,Customer"},
			Narrowing(doctypes=frozenset({"Item"})),
		),
		({"doctypes": ["Customer"]}, {"x-mcp-doctypes": "Item"}, Narrowing(doctypes=frozenset())),
		({"tools": ["generic"], "x": ["y"]}, {"x-other": "1"}, Narrowing(tools=frozenset({"generic"}))),
	],
)
def test_by_url_and_by_header_each_narrows(query, headers, meant):
	assert parse(query, headers) == meant


@pytest.mark.parametrize(
	"query",
	[
		{"readonly": ["maybe"]},
		{"readonly": [""]},
		{"doctypes": [""]},
		{"tools": [" , "]},
		{"tools": ["x" * 4001]},
	],
)
def test_what_is_not_understood_is_refused(query):
	with pytest.raises(InvalidArguments):
		parse(query, {})


def tools(endpoint: Endpoint, path: str, **headers: str) -> list[str]:
	answer = endpoint.rpc("tools/list", path=path, headers=headers)
	assert answer.status == 200, answer.body
	return [t["name"] for t in answer.json()["result"]["tools"]]


def content(endpoint: Endpoint, path: str, tool: str, **arguments) -> dict:
	answer = endpoint.rpc("tools/call", {"name": tool, "arguments": arguments}, path=path).json()
	return answer["result"]["structuredContent"]


def test_read_only(endpoint, world):
	everything = tools(endpoint, "/mcp")
	assert "create_generic_document" in everything
	for narrowed in (tools(endpoint, "/mcp?readonly=1"), tools(endpoint, "/mcp", **{"X-MCP-Readonly": "1"})):
		assert "create_generic_document" not in narrowed and set(narrowed) < set(everything)
	data = {"customer_name": "MCP Narrowed"}
	refused = content(endpoint, "/mcp?readonly=1", "create_generic_document", doctype="Customer", data=data)
	assert refused["code"] == "read_only"


def test_doctypes(endpoint, world):
	everything = content(endpoint, "/mcp", "list_doctypes")["doctypes"]
	assert len(everything) > 1
	path = "/mcp?doctypes=Customer,Sales%20Person%20Nobody%20Has"
	assert [d["doctype"] for d in content(endpoint, path, "list_doctypes")["doctypes"]] == ["Customer"]
	other = next(d["doctype"] for d in everything if d["doctype"] != "Customer")
	closed = content(endpoint, path, "list_generic_documents", doctype=other)
	missing = content(endpoint, "/mcp", "list_generic_documents", doctype="No Such DocType")
	assert {k: closed[k] for k in ("code", "message", "hint")} == {
		k: missing[k] for k in ("code", "message", "hint")
	}
	assert content(endpoint, path, "list_generic_documents", doctype="Customer")["documents"]


def test_a_narrowed_request_never_opens_what_is_closed(endpoint, world):
	path = "/mcp?doctypes=User,Customer&readonly=0&tools=generic,own"
	assert [d["doctype"] for d in content(endpoint, path, "list_doctypes")["doctypes"]] == ["Customer"]
	assert content(endpoint, path, "list_generic_documents", doctype="User")["code"] == "not_found"


def test_rules_of_doctypes_left_out_go_on_to_hold_for_links(site, endpoint, world, call):
	"""Else a request could widen what a link may point to by leaving the DocType with the row filter out."""
	from dataclasses import replace

	from erpnext_mcp.policy import store
	from erpnext_mcp.policy.grant import grant_for

	whole = grant_for(world.MASTER, store.load())
	narrowed = replace(whole, asked_doctypes=frozenset({"Sales Order"}))
	for doctype in whole.profile.rules:
		assert narrowed.link_target(doctype) == whole.link_target(doctype)
		assert narrowed.hides([doctype]) == whole.hides([doctype])


def test_tools(endpoint, granted):
	own = "list_customer_documents"
	with granted({"Customer": "read", "Item": "read"}, more={"Customer": {"own_tools": 1}}):
		everything = set(tools(endpoint, "/mcp"))
		assert {own, "list_generic_documents"} <= everything
		assert set(tools(endpoint, "/mcp?tools=generic")) == {t for t in everything if "_customer_" not in t}
		only_own = tools(endpoint, "/mcp?tools=own")
		assert own in only_own and "list_generic_documents" not in only_own and "test_connection" in only_own
		named = tools(endpoint, f"/mcp?tools=list_doctypes,{own}")
		assert set(named) == {"test_connection", "list_doctypes", own}, "and what says why nothing else works"
		answer = endpoint.rpc("tools/call", {"name": own, "arguments": {}}, path="/mcp?tools=generic")
		assert answer.json()["error"]["code"] == -32602, "a tool that was left out is unknown"
		assert content(endpoint, "/mcp?tools=own", own)["documents"]


def test_a_wrong_narrowing_is_an_error_not_everything(endpoint):
	answer = endpoint.rpc("tools/list", path="/mcp?readonly=maybe")
	assert answer.status == 400 and answer.json()["error"]["code"] == -32600
