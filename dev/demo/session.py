"""A short session with the official Python SDK's client over HTTP, as an agent of one of the users would hold it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import httpx2
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

LISTED = ("Customer", {"customer_group": "Commercial"}, ["name", "territory"])
OPENED = "Sales Order"
LARGEST = {"filters": {"docstatus": 1}, "fields": ["name", "grand_total"], "order_by": "grand_total desc"}
REFUSED = "GL Entry"
TIMEOUT = 30


@dataclass
class Call:
	"""One tool call: what was asked, what was answered."""

	tool: str
	arguments: dict[str, Any]
	answer: dict[str, Any]
	is_error: bool

	def as_text(self) -> str:
		return f"{self.tool} {json.dumps(self.arguments, ensure_ascii=False)}"


@dataclass
class Transcript:
	"""What came of the session."""

	protocol: str
	server: str
	tools: list[str]
	listed: Call
	opened: Call
	refused: Call


def hold(url: str, authorization: str) -> Transcript:
	return anyio.run(_hold, url, authorization)


async def _hold(url: str, authorization: str) -> Transcript:
	async with _connected(url, authorization) as client:
		doctype, filters, fields = LISTED
		tools = sorted(tool.name for tool in (await client.list_tools()).tools)
		listed = await _call(
			client, "list_generic_documents", doctype=doctype, filters=filters, fields=fields, limit=5
		)
		orders = await _call(client, "list_generic_documents", doctype=OPENED, **LARGEST, limit=1)
		found = orders.answer.get("documents")
		opened = (
			await _call(client, "get_generic_document", doctype=OPENED, name=found[0]["name"])
			if found
			else orders
		)
		refused = await _call(client, "list_generic_documents", doctype=REFUSED, limit=5)
		server = client.server_info
		return Transcript(
			client.protocol_version, f"{server.name} {server.version}", tools, listed, opened, refused
		)


@asynccontextmanager
async def _connected(url: str, authorization: str) -> AsyncIterator[Client]:
	async with httpx2.AsyncClient(headers={"Authorization": authorization}, timeout=TIMEOUT) as http:
		async with Client(streamable_http_client(url, http_client=http)) as client:
			yield client


async def _call(client: Client, tool: str, **arguments: Any) -> Call:
	result = await client.call_tool(tool, arguments)
	return Call(tool, arguments, result.structured_content or {}, bool(result.is_error))
