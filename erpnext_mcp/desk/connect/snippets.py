"""Ready-to-paste set-up for the clients that people use. Pure: values in, text out.

The formats are those of the clients' own documentation in November 2026. Nothing of the values is trusted: each is
quoted by the rules of the language that it stands in.
"""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from erpnext_mcp.policy.message import _

SERVER_NAME = "erpnext"
"""What the clients call the server; Codex and Claude Code take letters, digits, - and _ only."""

SHELL, JSON, TOML, TEXT = "shell", "json", "toml", "text"


@dataclass(frozen=True)
class Snippet:
	"""What to paste where.

	`key` is stable, `client` the product's name. `where` and `notes` are in English, marked for translation. `uses_key` is
	False for clients that sign in by OAuth.
	"""

	key: str
	client: str
	language: str
	where: str
	text: str
	notes: tuple[str, ...] = ()
	uses_key: bool = True


def snippets(url: str, authorization: str) -> list[Snippet]:
	"""All clients, the most used first.

	:param url: of the MCP endpoint
	:param authorization: value of the HTTP header, `token KEY:SECRET`
	"""
	headers = {"Authorization": authorization}
	return [
		Snippet(
			"claude_code",
			"Claude Code",
			SHELL,
			_("Run in a terminal. Without --scope user it holds for the current folder only."),
			claude_code(url, authorization),
			(_("Then type /mcp in Claude Code: it lists the server and its tools."),),
		),
		Snippet(
			"claude_desktop",
			"Claude Desktop",
			JSON,
			_(
				"claude_desktop_config.json: Settings > Developer > Edit Config. Add it to what is there, then quit and start Claude Desktop."
			),
			_config("mcpServers", claude_desktop(url, authorization)),
			(
				_("It starts mcp-remote with npx, so Node.js 18 or newer has to be installed."),
				_(
					"Without Node.js, where your site is on the internet: Settings > Connectors > Add custom connector, with the address alone; you sign in by OAuth."
				),
			),
		),
		Snippet(
			"cursor",
			"Cursor",
			JSON,
			_("~/.cursor/mcp.json in your home folder, or .cursor/mcp.json in a project."),
			_config("mcpServers", {"url": url, "headers": headers}),
			(_("Cursor Settings > MCP shows the server with a green dot."),),
		),
		Snippet(
			"vscode",
			"VS Code",
			JSON,
			_('Command Palette > "MCP: Open User Configuration" (mcp.json).'),
			_config("servers", {"type": "http", "url": url, "headers": headers}),
			(
				_(
					"Not in .vscode/mcp.json: that file is often shared with others, and the key would be, too."
				),
			),
		),
		Snippet(
			"codex",
			"Codex",
			TOML,
			_("~/.codex/config.toml in your home folder."),
			codex(url, authorization),
			(_("Then type /mcp in Codex: it lists the server."),),
		),
		Snippet(
			"oauth",
			"ChatGPT, Claude (web)",
			TEXT,
			_(
				"ChatGPT: Settings > Apps & Connectors > Advanced > Developer mode, then Create; authentication: OAuth. Claude: Settings > Connectors > Add custom connector."
			),
			url,
			(
				_(
					"They take no API key: you sign in on this site and allow the access. It is listed below then."
				),
				_("They call from the internet, so the site has to be reachable there, with https."),
				_("An administrator has to allow the client in MCP Gateway Settings, under OAuth Clients."),
			),
			uses_key=False,
		),
		Snippet(
			"curl",
			"curl",
			SHELL,
			_("Run in a terminal: tells whether you are connected, and as whom."),
			curl(url, authorization),
			(_('The answer holds "status":"ok".'),),
		),
	]


def claude_code(url: str, authorization: str) -> str:
	return shell(
		"claude",
		"mcp",
		"add",
		"--transport",
		"http",
		"--scope",
		"user",
		SERVER_NAME,
		url,
		"--header",
		f"Authorization: {authorization}",
	)


def claude_desktop(url: str, authorization: str) -> dict[str, Any]:
	# The value travels in an environment variable: mcp-remote's arguments lose their spaces on some systems.
	args = ["-y", "mcp-remote", url, "--header", "Authorization:${ERPNEXT_AUTHORIZATION}"]
	if _needs_allow_http(url):
		args.append("--allow-http")
	return {"command": "npx", "args": args, "env": {"ERPNEXT_AUTHORIZATION": authorization}}


def codex(url: str, authorization: str) -> str:
	return "\n".join(
		(
			f"[mcp_servers.{SERVER_NAME}]",
			f"url = {toml_string(url)}",
			f"http_headers = {{ Authorization = {toml_string(authorization)} }}",
		)
	)


def curl(url: str, authorization: str) -> str:
	message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "test_connection"}}
	return " \\\n  ".join(
		(
			shell("curl", "-sS", url),
			shell("-H", f"Authorization: {authorization}"),
			shell("-H", "Content-Type: application/json"),
			shell("-H", "Accept: application/json, text/event-stream"),
			shell("-d", json.dumps(message)),
		)
	)


PLAIN = re.compile(r"[A-Za-z0-9 _@+=:,./~-]+")
"""What means itself between double quotes to sh, cmd and PowerShell alike."""


def shell(*words: str) -> str:
	"""The words as one shell takes them apart again: with double quotes, which Windows knows as well, where that is
	safe, else quoted for POSIX shells."""
	return " ".join(_word(word) for word in words)


def _word(word: str) -> str:
	quoted = shlex.quote(word)
	return f'"{word}"' if quoted != word and PLAIN.fullmatch(word) else quoted


def toml_string(value: str) -> str:
	"""A basic string of TOML: JSON's, but that TOML takes no surrogates and wants DEL escaped."""
	return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _needs_allow_http(url: str) -> bool:
	"""mcp-remote refuses http beyond this machine unless it is told to."""
	parts = urlsplit(url)
	return parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1")


def _config(key: str, server: Mapping[str, Any]) -> str:
	"""A configuration file in few lines: one for each setting of the server."""
	settings = ",\n".join(f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in server.items())
	return f'{{"{key}": {{"{SERVER_NAME}": {{\n{settings}\n}}}}}}'
