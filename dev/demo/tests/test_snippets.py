import json
import shlex

import pytest

from dev.demo.snippets import SERVER_NAME, snippets

URL = "http://127.0.0.1:8000/mcp"
AUTHORIZATION = "token 0123:4567"
TEXTS = {snippet.client: snippet.text for snippet in snippets(URL, AUTHORIZATION)}


def test_the_four_clients():
	assert list(TEXTS) == ["Claude Code", "Claude Desktop", "Cursor", "VS Code"]


def test_claude_code_is_one_shell_command():
	words = shlex.split(TEXTS["Claude Code"])
	assert words[:6] == ["claude", "mcp", "add", "--transport", "http", SERVER_NAME]
	assert words[6:] == [URL, "--header", f"Authorization: {AUTHORIZATION}"]


@pytest.mark.parametrize(("client", "key"), [("Cursor", "mcpServers"), ("VS Code", "servers")])
def test_configurations_by_url(client, key):
	server = json.loads(TEXTS[client])[key][SERVER_NAME]
	assert server["url"] == URL
	assert server["headers"] == {"Authorization": AUTHORIZATION}


def test_claude_desktop_goes_through_mcp_remote():
	server = json.loads(TEXTS["Claude Desktop"])["mcpServers"][SERVER_NAME]
	assert server["args"][:3] == ["-y", "mcp-remote", URL]
	header = server["args"][server["args"].index("--header") + 1]
	variable = header.removeprefix("Authorization:${").removesuffix("}")
	assert server["env"] == {variable: AUTHORIZATION}
