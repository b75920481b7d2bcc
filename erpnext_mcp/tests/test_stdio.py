"""The stdio door: `bench --site S mcp stdio --user U` (DESIGN §9, T51)."""

import asyncio
import io
import json
import subprocess
from typing import Any

import pytest

from erpnext_mcp.mcp_server import frames

HANDSHAKE = {
	"protocolVersion": "2025-11-25",
	"capabilities": {},
	"clientInfo": {"name": "test", "version": "7"},
}
ENVELOPE = {
	"io.modelcontextprotocol/protocolVersion": "2026-07-28",
	"io.modelcontextprotocol/clientCapabilities": {},
	"io.modelcontextprotocol/clientInfo": {"name": "modern", "version": "1"},
}


def request(number: Any, method: str, params: dict | None = None) -> str:
	return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params or {}})


@pytest.fixture
def session(site, world, admin):
	"""session(*lines, user) → (what came on standard output, line by line; standard error; exit code)."""
	import frappe

	# The other process is to see what the tests' site holds.
	frappe.db.commit()

	def session(*lines: str | bytes, user: str = world.READER) -> tuple[list[Any], str, int]:
		sent = b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines)
		done = subprocess.run(
			site.command("mcp", "stdio", "--user", user),
			input=sent,
			capture_output=True,
			timeout=120,
			cwd=site.bench / "sites",
		)
		return [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode(), done.returncode

	return session


def test_t51_a_session_of_the_handshake_era(session, world, last_entry):
	answers, stderr, code = session(
		request(1, "initialize", HANDSHAKE),
		json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}),
		request("two", "tools/call", {"name": "test_connection", "arguments": {}}),
		request(
			3,
			"tools/call",
			{"name": "get_generic_document", "arguments": {"doctype": "Customer", "name": world.HIDDEN}},
		),
		request(4, "no/such"),
	)
	assert code == 0, stderr
	assert [a["id"] for a in answers] == [1, "two", 3, 4]
	assert answers[0]["result"]["protocolVersion"] == "2025-11-25"
	assert answers[1]["result"]["structuredContent"]["user"] == world.READER
	assert answers[2]["result"]["isError"]
	assert answers[2]["result"]["structuredContent"]["code"] == "not_found"
	assert answers[3]["error"]["code"] == -32601
	entry = last_entry(tool="get_generic_document")
	assert (entry.transport, entry.client_name, entry.user) == ("stdio", "test/7", world.READER)
	assert entry.protocol_version == "2025-11-25"


def test_the_modern_era_needs_no_handshake(session, world, last_entry):
	answers, stderr, code = session(
		request(1, "server/discover", {"_meta": ENVELOPE}),
		request(2, "tools/call", {"name": "list_doctypes", "arguments": {}, "_meta": ENVELOPE}),
		request(
			3, "tools/list", {"_meta": ENVELOPE | {"io.modelcontextprotocol/protocolVersion": "2099-01-01"}}
		),
	)
	assert code == 0, stderr
	assert answers[0]["result"]["resultType"] == "complete"
	assert "Customer" in [d["doctype"] for d in answers[1]["result"]["structuredContent"]["doctypes"]]
	assert answers[2]["error"]["code"] == -32022
	assert last_entry(tool="list_doctypes").client_name == "modern/1"


def test_t50_t51_what_is_no_message_gets_an_error_and_the_next_one_an_answer(session):
	answers, stderr, code = session(
		"not json",
		"[]",
		"",
		'{"jsonrpc":"2.0","id":NaN,"method":"ping"}',
		'{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}',
		'{"jsonrpc":"2.0","id":[1],"method":"ping"}',
		b"\xff\xfe",
		b'{"jsonrpc":"2.0","id":1,"method":"' + b"x" * frames.MAX_LINE_BYTES + b'"}',
		'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}}',
		'{"jsonrpc":"2.0","id":5,"result":{}}',
		request(7, "ping"),
	)
	assert code == 0, stderr
	assert [a["error"]["code"] for a in answers[:-1]] == [
		-32700,
		-32600,
		-32700,
		-32700,
		-32600,
		-32700,
		-32600,
	]
	assert answers[-1] == {"jsonrpc": "2.0", "id": 7, "result": {}}


@pytest.mark.parametrize("user", ["Guest", "nobody.at.all@example.com"])
def test_t44_only_an_enabled_user_of_the_site(session, user):
	answers, stderr, code = session(request(1, "ping"), user=user)
	assert answers == [] and code != 0
	assert f"There is no enabled user {user}" in stderr


def test_t51_print_and_child_processes_dont_reach_the_channel(tmp_path):
	"""A report script that prints (Frappe v15's Cash Flow does), and a program that it starts."""
	program = """
import subprocess, sys
from erpnext_mcp.mcp_server import frames
incoming, outgoing = frames.take_over()
print("printed")
subprocess.run(["sh", "-c", "echo from a child; cat"])
for line in frames.lines(incoming):
	frames.send(outgoing, {"got": line.decode().strip()})
"""
	import sys

	done = subprocess.run(
		[sys.executable, "-c", program], input=b"one\ntwo\n", capture_output=True, timeout=60
	)
	assert [json.loads(line) for line in done.stdout.splitlines()] == [{"got": "one"}, {"got": "two"}], (
		done.stderr
	)
	assert b"printed" in done.stderr and b"from a child" in done.stderr


@pytest.mark.parametrize("length", [9, 10, 11, 12, 21])
def test_a_long_line_is_skipped_whole(length):
	incoming = io.BytesIO(b"a" * length + b"\nnext\n")
	first, second = frames.lines(incoming, limit=11)
	assert isinstance(first, frames.TooLong) == (length > 11)
	assert second == b"next\n"


def test_the_official_sdk_connects(site, world, admin):
	import frappe
	from mcp import StdioServerParameters
	from mcp.client.client import Client
	from mcp.client.stdio import stdio_client

	frappe.db.commit()
	command, *arguments = site.command("mcp", "stdio", "--user", world.READER)
	import os

	server = StdioServerParameters(
		command=command, args=arguments, cwd=str(site.bench / "sites"), env=dict(os.environ)
	)

	async def connect(mode: str) -> tuple[str, bool]:
		async with Client(stdio_client(server), mode=mode) as client:
			answer = await client.call_tool("test_connection", {})
			return client.protocol_version, answer.structured_content["user"] == world.READER

	assert asyncio.run(connect("auto")) == ("2026-07-28", True)
	assert asyncio.run(connect("legacy")) == ("2025-11-25", True)
