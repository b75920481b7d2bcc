"""Two processes of `bench mcp serve` behind Debian's nginx, with the lines of docs/operations.md, and the site's own workers
behind the lines of `bench setup nginx`."""

import asyncio
import contextlib
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import frappe
import pytest
from frappe.utils import now_datetime

import erpnext_mcp
from erpnext_mcp.tests import writes
from erpnext_mcp.tests.endpoint import Endpoint
from erpnext_mcp.tests.test_streaming import headers_of
from erpnext_mcp.tests.test_uvicorn_door import free_port, process, wait_for

DOCS = Path(erpnext_mcp.__file__).parent.parent / "docs" / "operations.md"
CALLS = 24
AS_BENCH_WRITES_IT = """
server {{
	listen {port};
	server_name {name};
	client_max_body_size 50m;
	gzip on;
	gzip_proxied any;
	gzip_types application/json text/plain;
	location / {{
		proxy_http_version 1.1;
		proxy_set_header X-Forwarded-For $remote_addr;
		proxy_set_header X-Forwarded-Proto $scheme;
		proxy_set_header X-Frappe-Site-Name {name};
		proxy_set_header Host $host;
		proxy_set_header X-Use-X-Accel-Redirect True;
		proxy_read_timeout 120;
		proxy_redirect off;
		proxy_pass {server};
	}}
}}
"""
DOORS = ("uvicorn", "site")
NAMES = [f"MCP Behind Nginx {n:02}" for n in range(12)]
HELD = 2
"""Which of them somebody else holds, counted from 0."""


@pytest.fixture(scope="module")
def nginx(site, server, world, tmp_path_factory) -> Iterator[SimpleNamespace]:
	if site.kind == "embedded":
		if os.environ.get("ENGINE_DB") != "mariadb":
			pytest.skip("several processes share a site on MariaDB and Redis only")
		from dev import debian

		debian.install({"nginx": "nginx-light"}, "The test of the nginx lines")
	program = shutil.which("nginx") or "/usr/sbin/nginx"
	if not os.path.exists(program):
		pytest.skip("nginx is missing")
	text = re.search(r"<!-- nginx -->\n```nginx\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)[1]
	folder, port, site_port = tmp_path_factory.mktemp("nginx"), free_port(), free_port()
	with ExitStack() as stack:
		# What an SDK makes of a Host header differs; the embedded engine serves its one site under any name.
		only = ("--only", site.name) if site.kind == "bench" else ()
		doors = [stack.enter_context(process(site, "--threads", "2", *only)) for _ in range(2)]
		for written, door in zip(("127.0.0.1:8100", "127.0.0.1:8101"), doors, strict=True):
			assert written in text
			text = text.replace(written, door.base_url.removeprefix("http://"))
		text = text.replace("listen 8080;", f"listen {port};").replace("erp.example.com", site.name)
		text += AS_BENCH_WRITES_IT.format(port=site_port, name=site.name, server=server.base_url)
		folders = "".join(
			f"{kind}_temp_path {folder}/{kind};\n"
			for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
		)
		config = folder / "nginx.conf"
		config.write_text(
			# Its workers must reach the folders of this user.
			f"{'user root;' if os.geteuid() == 0 else ''}\n"
			f"pid {folder}/pid;\nerror_log {folder}/error.log;\ndaemon off;\nevents {{}}\n"
			f"http {{\naccess_log off;\n{folders}{text}\n}}\n"
		)
		running = subprocess.Popen([program, "-p", str(folder), "-c", str(config)])
		stack.callback(lambda: (running.terminate(), running.wait(30)))
		wait_for(port, running)
		urls = dict(zip(DOORS, (f"http://127.0.0.1:{port}", f"http://127.0.0.1:{site_port}"), strict=True))
		yield SimpleNamespace(base_url=urls["uvicorn"], urls=urls, doors=doors, log=folder / "error.log")


def test_two_doors_serve_one_client(nginx, site, world, reader_key):
	import httpx2
	from mcp.client.client import Client
	from mcp.client.streamable_http import streamable_http_client

	async def session() -> list[str]:
		headers = {"Authorization": reader_key, "Host": site.name}
		async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
			async with Client(streamable_http_client(nginx.base_url + "/mcp", http_client=http)) as client:
				answers = [await client.call_tool("test_connection", {}) for _ in range(CALLS)]
				return [a.structured_content["user"] for a in answers]

	assert asyncio.run(session()) == [world.READER] * CALLS


def test_t46_the_audit_knows_who_called_nginx(nginx, site, reader_key, last_entry):
	with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
		s.connect(("192.0.2.1", 9))  # sends nothing: says by which address this machine would
		own = s.getsockname()[0]
	if own.startswith("127."):
		pytest.skip("this machine has no address but loopback, which proxies of ours have, too")
	endpoint = Endpoint(nginx.base_url.replace("127.0.0.1", own), reader_key, site.name)
	answer = endpoint.rpc(
		"tools/call", {"name": "list_doctypes"}, headers={"X-Forwarded-For": "203.0.113.66"}
	)
	assert answer.status == 200
	assert last_entry(tool="list_doctypes").ip_address == own, "who called nginx, not who he says he is"


def test_other_paths_are_not_this_upstreams(nginx, site, reader_key):
	for path in ("/mcp/", "/mcp/x", "/api/method/ping"):
		assert Endpoint(nginx.base_url, reader_key, site.name).send("POST", path, "{}").status in (403, 404)


@pytest.fixture
def held(nginx, world, granted) -> Iterator[Callable[[], None]]:
	"""Customers that READER may update; another transaction holds one of them. Gives what lets it go."""
	with granted({"Customer": "select read update", "Territory": "select read"}):
		for name in NAMES:
			frappe.get_doc({"doctype": "Customer", **writes.customer(name, world.NORTH)}).insert()
		frappe.db.commit()
		frappe.db.sql("select name from `tabCustomer` where name = %s for update", NAMES[HELD])
		yield frappe.db.rollback
		frappe.db.rollback()
		for name in NAMES:
			frappe.delete_doc("Customer", name, force=True)
		frappe.db.commit()


class Stream:
	"""The answer to a call that updates the customers, read event by event."""

	def __init__(self, base_url: str, site, key: str):
		parts = urlsplit(base_url)
		documents = [{"name": name, "data": {"website": "https://nginx.example.com"}} for name in NAMES]
		message = {"jsonrpc": "2.0", "id": 7, "method": "tools/call"}
		message["params"] = {
			"name": "bulk_update_documents",
			"arguments": {"doctype": "Customer", "documents": documents},
			"_meta": {"progressToken": "p"},
		}
		self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
		headers = headers_of(site, key) | {"Host": site.name}
		self.connection.request("POST", "/mcp", json.dumps(message), headers)
		self.response = self.connection.getresponse()

	def event(self) -> dict[str, Any]:
		"""The next one; fails where none comes."""
		while line := self.response.readline():
			if line.startswith(b"data: "):
				return json.loads(line[6:])
		raise AssertionError("the stream has ended")

	def progress(self) -> int:
		return self.event()["params"]["progress"]

	def close(self) -> None:
		self.response.close()
		self.connection.close()


@pytest.mark.parametrize("door", DOORS)
def test_events_arrive_while_the_call_runs(nginx, site, reader_key, held, door):
	"""Those before the one that is held are here before it is let go."""
	with contextlib.closing(Stream(nginx.urls[door], site, reader_key)) as stream:
		assert stream.response.headers["Content-Type"].startswith("text/event-stream")
		assert [stream.progress() for _ in range(HELD)] == [1, 2]
		held()
		assert [stream.progress() for _ in NAMES[HELD:]] == list(range(HELD + 1, len(NAMES) + 1))
		assert len(stream.event()["result"]["structuredContent"]["results"]) == len(NAMES)


@pytest.mark.parametrize("door", DOORS)
def test_a_client_that_goes_cancels_the_call(nginx, site, world, reader_key, held, last_entry, door):
	begun = now_datetime()
	stream = Stream(nginx.urls[door], site, reader_key)
	assert [stream.progress() for _ in range(HELD)] == [1, 2]
	stream.close()
	time.sleep(1)  # nginx hears of it, and hangs up
	held()
	entry, deadline = None, time.monotonic() + 20
	while entry is None and time.monotonic() < deadline:
		time.sleep(0.1)
		entry = last_entry(user=world.READER, outcome="Failed", timestamp=(">=", begun))
	assert entry is not None and entry.reason_code == "cancelled"
	assert not frappe.db.count("Customer", {"name": ("in", NAMES), "website": ("is", "set")})


@pytest.mark.parametrize("door", DOORS)
def test_bodies_that_are_too_large(nginx, site, reader_key, door):
	"""nginx answers what is over its own limit; what it lets through, the endpoint answers."""
	body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"x": "y" * (4 << 20)}})
	endpoint = Endpoint(nginx.urls[door], reader_key, site.name)
	answer = endpoint.send("POST", "/mcp", body)
	assert answer.status == 413 and answer.json()["error"]["message"] == "Request body is too large"
	answer = endpoint.send("POST", "/mcp", b"y" * (51 << 20))
	assert answer.status == 413 and answer.headers["content-type"] == "text/html"
	assert endpoint.rpc("ping").status == 200


def test_a_door_that_is_gone_is_not_noticed(nginx, site, reader_key):
	"""Last: one of the two is ended."""
	nginx.doors[0].process.terminate()
	nginx.doors[0].process.wait(90)
	endpoint = Endpoint(nginx.base_url, reader_key, site.name)
	assert [endpoint.rpc("ping").status for _ in range(10)] == [200] * 10
