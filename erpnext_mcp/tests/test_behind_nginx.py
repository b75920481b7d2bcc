"""Two processes of `bench mcp serve` behind Debian's nginx, with the lines of docs/operations.md."""

import asyncio
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest

import erpnext_mcp
from erpnext_mcp.tests.endpoint import Endpoint
from erpnext_mcp.tests.test_uvicorn_door import free_port, process, wait_for

DOCS = Path(erpnext_mcp.__file__).parent.parent / "docs" / "operations.md"
CALLS = 24


@pytest.fixture(scope="module")
def nginx(site, world, tmp_path_factory) -> Iterator[SimpleNamespace]:
	if site.kind == "embedded":
		if os.environ.get("ENGINE_DB") != "mariadb":
			pytest.skip("several processes share a site on MariaDB and Redis only")
		from dev import debian

		debian.install({"nginx": "nginx-light"}, "The test of the nginx lines")
	program = shutil.which("nginx") or "/usr/sbin/nginx"
	if not os.path.exists(program):
		pytest.skip("nginx is missing")
	text = re.search(r"<!-- nginx -->\n```nginx\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)[1]
	folder, port = tmp_path_factory.mktemp("nginx"), free_port()
	with ExitStack() as stack:
		# What an SDK makes of a Host header differs; the embedded engine serves its one site under any name.
		only = ("--only", site.name) if site.kind == "bench" else ()
		doors = [stack.enter_context(process(site, "--threads", "2", *only)) for _ in range(2)]
		for written, door in zip(("127.0.0.1:8100", "127.0.0.1:8101"), doors, strict=True):
			assert written in text
			text = text.replace(written, door.base_url.removeprefix("http://"))
		text = text.replace("listen 8080;", f"listen {port};").replace("erp.example.com", site.name)
		folders = "".join(
			f"{kind}_temp_path {folder}/{kind};\n"
			for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
		)
		config = folder / "nginx.conf"
		config.write_text(
			f"pid {folder}/pid;\nerror_log {folder}/error.log;\ndaemon off;\nevents {{}}\n"
			f"http {{\naccess_log off;\n{folders}{text}\n}}\n"
		)
		running = subprocess.Popen([program, "-p", str(folder), "-c", str(config)])
		stack.callback(lambda: (running.terminate(), running.wait(30)))
		wait_for(port, running)
		yield SimpleNamespace(base_url=f"http://127.0.0.1:{port}", doors=doors, log=folder / "error.log")


def test_two_doors_serve_one_client(nginx, site, world, reader_key):
	import httpx2
	from mcp.client.client import Client
	from mcp.client.streamable_http import streamable_http_client

	async def session() -> list[str]:
		headers = {"Authorization": reader_key, "Host": site.name}
		async with httpx2.AsyncClient(headers=headers) as http:
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


def test_a_door_that_is_gone_is_not_noticed(nginx, site, reader_key):
	"""Last: one of the two is ended."""
	nginx.doors[0].process.terminate()
	nginx.doors[0].process.wait(90)
	endpoint = Endpoint(nginx.base_url, reader_key, site.name)
	assert [endpoint.rpc("ping").status for _ in range(10)] == [200] * 10
