"""Other people's MCP clients, run as programs of their own against a served site.

`seen = clients.call("sdk1", url, "token KEY:SECRET", "get_system_info")` connects, lists the tools, calls one, and gives back
what the client saw: {"protocol", "server", "tools", "result", "http"} or {"error": {"name", "code", "message"}, "http"}.
The Inspector's CLI does one thing a run: it gives {"tools"} and {"result"} only.
"""

import json
import os
import subprocess
from pathlib import Path

from dev import node

CLIENTS = ("sdk1", "sdk2", "inspector")
TIMEOUT = 60

_INSPECTOR = "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"


def install(progress: node.Progress = lambda line: None) -> Path:
	"""Install the clients under build/node; raises `dev.node.NodeError` where Node.js or npm is missing."""
	return node.install(Path(__file__).parent, progress)


def call_stdio(
	client: str, command: list[str], cwd: Path, tool: str = "", arguments: dict | None = None
) -> dict:
	"""What `client` (sdk1 or sdk2) sees of the server that a command starts, on its standard input and output."""
	start = json.dumps({"command": command[0], "args": command[1:], "cwd": str(cwd), "env": dict(os.environ)})
	return _run([f"{client}.mjs", "stdio", start, tool, json.dumps(arguments or {})])


def call(
	client: str, url: str, authorization: str = "", tool: str = "", arguments: dict | None = None
) -> dict:
	"""What `client` sees of the server at `url`."""
	if client == "inspector":
		return _inspector(url, authorization, tool, arguments or {})
	return _run([f"{client}.mjs", url, authorization, tool, json.dumps(arguments or {})])


def _inspector(url: str, authorization: str, tool: str, arguments: dict) -> dict:
	base = [_INSPECTOR, "--cli", url, "--transport", "http"]
	if authorization:
		base += ["--header", f"Authorization: {authorization}"]
	listed = _run([*base, "--method", "tools/list"])
	if "error" in listed:
		return listed
	seen = {"tools": [each["name"] for each in listed["tools"]]}
	if tool:
		pairs = [
			f"{key}={value if isinstance(value, str) else json.dumps(value)}"
			for key, value in arguments.items()
		]
		tool_args = ["--tool-arg", *pairs] if pairs else []
		seen["result"] = _run([*base, "--method", "tools/call", "--tool-name", tool, *tool_args])
	return seen


def _run(command: list[str]) -> dict:
	"""Run a client; what it prints is one JSON document."""
	home = install()
	result = subprocess.run(
		["node", *command],
		cwd=home,
		env={**os.environ, "MCP_STORAGE_DIR": str(home / "storage")},  # not in the user's home
		capture_output=True,
		text=True,
		stdin=subprocess.DEVNULL,
		timeout=TIMEOUT,
	)
	try:
		return json.loads(result.stdout)
	except ValueError:
		said = (result.stderr or result.stdout).strip()
		return {"error": {"name": "exit", "code": result.returncode, "message": said[-2000:]}}
