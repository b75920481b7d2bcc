"""Other people's clients against the served site: the official Python SDK in both eras, npm's SDKs, the Inspector's CLI."""

import asyncio
import shutil

import pytest

from erpnext_mcp.mcp_server.registry import TOOLS
from erpnext_mcp.mcp_server.tool import Transaction
from erpnext_mcp.tests.test_uvicorn_door import process, uvicorn_server

CUSTOMERS = {"doctype": "Customer", "fields": ["territory"], "order_by": "name asc", "limit": 3}


@pytest.fixture(scope="session")
def uvicorn_of_site(site, request):
	"""uvicorn's door under any name: most clients can't be told a Host header."""
	if site.kind == "embedded":
		yield request.getfixturevalue("uvicorn_server")
	else:
		with process(site, "--only", site.name) as running:
			yield running


@pytest.fixture(params=["server", "uvicorn_of_site"])
def url(request, world) -> str:
	"""The endpoint at the site's own door and at that of uvicorn."""
	return request.getfixturevalue(request.param).base_url + "/mcp"


def offered(call, world) -> list[str]:
	return [t["name"] for t in call(world.READER, "tools/list").content["tools"]]


@pytest.mark.parametrize(
	("mode", "protocol"),
	[("auto", "2026-07-28"), ("2026-07-28", "2026-07-28"), ("legacy", "2025-11-25")],
)
def test_python_sdk(url, world, reader_key, call, mode, protocol):
	import httpx2
	from mcp.client.client import Client
	from mcp.client.streamable_http import streamable_http_client

	async def session() -> dict:
		async with httpx2.AsyncClient(headers={"Authorization": reader_key}) as http:
			async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
				tools = (await client.list_tools()).tools
				listed = await client.call_tool("list_generic_documents", CUSTOMERS)
				refused = await client.call_tool(
					"get_generic_document", {"doctype": "Customer", "name": world.HIDDEN}
				)
				return {
					"protocol": client.protocol_version,
					"tools": [tool.name for tool in tools],
					"annotations": {t.name: bool(t.annotations.read_only_hint) for t in tools},
					"listed": listed,
					"refused": refused,
				}

	seen = asyncio.run(session())
	assert seen["protocol"] == protocol
	assert seen["tools"] == offered(call, world)
	assert seen["annotations"] == {n: TOOLS[n].transaction is not Transaction.WRITE for n in seen["tools"]}, (
		"who can write says so"
	)
	assert not seen["listed"].is_error
	assert (
		seen["listed"].structured_content == call(world.READER, "list_generic_documents", **CUSTOMERS).content
	)
	assert seen["refused"].is_error and seen["refused"].structured_content["code"] == "not_found"


def test_python_sdk_without_credentials(url):
	from mcp.client.client import Client

	async def connect() -> None:
		async with Client(url):
			pass

	with pytest.raises(BaseException) as caught:
		asyncio.run(connect())
	assert "Authentication is required" in repr(caught.value)


def test_fastmcp(url, world, reader_key, call):
	fastmcp = pytest.importorskip("fastmcp")
	from fastmcp.client.transports import StreamableHttpTransport

	async def session() -> tuple[list[str], dict]:
		transport = StreamableHttpTransport(url, headers={"Authorization": reader_key})
		async with fastmcp.Client(transport) as client:
			tools = [tool.name for tool in await client.list_tools()]
			return tools, (await client.call_tool("list_generic_documents", CUSTOMERS)).structured_content

	tools, listed = asyncio.run(session())
	assert tools == offered(call, world)
	assert listed == call(world.READER, "list_generic_documents", **CUSTOMERS).content


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is missing")
@pytest.mark.parametrize(("client", "protocol"), [("sdk1", "2025-11-25"), ("sdk2", "2026-07-28")])
def test_t51_clients_of_npm_on_stdio(site, world, admin, call, client, protocol):
	import frappe

	clients = pytest.importorskip("dev.clients")
	frappe.db.commit()
	command = site.command("mcp", "stdio", "--user", world.READER)
	seen = clients.call_stdio(client, command, site.bench / "sites", "list_generic_documents", CUSTOMERS)
	assert "error" not in seen, seen
	assert seen["tools"] == offered(call, world)
	assert seen.get("protocol") in (protocol, None), "1.x does not tell it"
	expected = call(world.READER, "list_generic_documents", **CUSTOMERS).content
	assert seen["result"]["structuredContent"] == expected


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is missing")
@pytest.mark.parametrize(
	("client", "protocol"), [("sdk1", "2025-11-25"), ("sdk2", "2026-07-28"), ("inspector", None)]
)
def test_clients_of_npm(url, world, reader_key, call, client, protocol):
	clients = pytest.importorskip("dev.clients")
	seen = clients.call(client, url, reader_key, "list_generic_documents", CUSTOMERS)
	assert "error" not in seen, seen
	assert seen["tools"] == offered(call, world)
	if protocol:
		assert seen["protocol"] == protocol and seen["server"]["name"] == "erpnext_mcp"
	expected = call(world.READER, "list_generic_documents", **CUSTOMERS).content
	assert seen["result"]["structuredContent"] == expected
