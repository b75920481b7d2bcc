"""Ready-to-paste set-up for the clients that people use. Values in, text out."""

import json
from dataclasses import dataclass

SERVER_NAME = "erpnext"


@dataclass(frozen=True)
class Snippet:
	"""What to paste where."""

	client: str
	where: str
	text: str


def snippets(url: str, authorization: str) -> list[Snippet]:
	headers = {"Authorization": authorization}
	return [
		Snippet("Claude Code", "run in a shell", claude_code(url, authorization)),
		Snippet(
			"Claude Desktop",
			"claude_desktop_config.json (Settings > Developer > Edit Config; needs Node.js)",
			_config("mcpServers", claude_desktop(url, authorization)),
		),
		Snippet("Cursor", "~/.cursor/mcp.json", _config("mcpServers", {"url": url, "headers": headers})),
		Snippet(
			"VS Code",
			".vscode/mcp.json",
			_config("servers", {"type": "http", "url": url, "headers": headers}),
		),
	]


def claude_code(url: str, authorization: str) -> str:
	return f'claude mcp add --transport http {SERVER_NAME} {url} --header "Authorization: {authorization}"'


def claude_desktop(url: str, authorization: str) -> dict:
	# The value travels in an environment variable: mcp-remote's arguments lose their spaces on some systems.
	return {
		"command": "npx",
		"args": ["-y", "mcp-remote", url, "--header", "Authorization:${ERPNEXT_AUTHORIZATION}"],
		"env": {"ERPNEXT_AUTHORIZATION": authorization},
	}


def _config(key: str, server: dict) -> str:
	"""A configuration file in few lines: one for each setting of the server."""
	settings = ",\n".join(f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in server.items())
	return f'{{"{key}": {{"{SERVER_NAME}": {{\n{settings}\n}}}}}}'
