"""Set-up for clients: what is pasted must be read as it was meant, whatever the values are."""

import json
import shlex

import pytest
import tomllib

from erpnext_mcp.desk.connect.snippets import JSON, SERVER_NAME, SHELL, TOML, snippets

URL = "https://erp.example.com/mcp"
AUTHORIZATION = "token 0123:4567"

ODD = [
	(URL, AUTHORIZATION),
	("http://127.0.0.1:8000/mcp", "token a'b:c\"d"),
	("https://[2001:db8::1]:8443/mcp", "token $(id):`id`"),
	("https://erp.example.com/mcp?a=1&b=2", "token \\:'\"$HOME!"),
	("https://bücher.example/mcp", "token ü:\x7f"),
	("https://erp.example.com/mcp;rm -rf /", "token a b:c\td"),
]


def texts(url: str, authorization: str) -> dict[str, str]:
	return {snippet.key: snippet.text for snippet in snippets(url, authorization)}


def test_the_clients():
	assert [s.client for s in snippets(URL, AUTHORIZATION)] == [
		"Claude Code",
		"Claude Desktop",
		"Cursor",
		"VS Code",
		"Codex",
		"ChatGPT, Claude (web)",
		"curl",
	]
	keys = [s.key for s in snippets(URL, AUTHORIZATION)]
	assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("snippet", snippets(URL, AUTHORIZATION), ids=lambda s: s.key)
def test_each_can_be_read(snippet):
	assert snippet.where and URL in snippet.text
	assert (AUTHORIZATION in snippet.text) == snippet.uses_key
	{JSON: json.loads, TOML: tomllib.loads, SHELL: shlex.split}.get(snippet.language, str)(snippet.text)


@pytest.mark.parametrize(("url", "authorization"), ODD)
def test_claude_code_is_one_shell_command(url, authorization):
	words = shlex.split(texts(url, authorization)["claude_code"])
	assert words[:3] == ["claude", "mcp", "add"]
	assert words[words.index("--transport") + 1] == "http"
	# --header takes as many values as follow: it stands behind name and address.
	assert words[-4:] == [SERVER_NAME, url, "--header", f"Authorization: {authorization}"]


def test_claude_code_can_be_pasted_into_windows_shells():
	"""cmd and PowerShell know double quotes only; what is quoted has nothing that they would read."""
	assert "'" not in texts(URL, AUTHORIZATION)["claude_code"]


@pytest.mark.parametrize(("url", "authorization"), ODD)
@pytest.mark.parametrize(("client", "key"), [("cursor", "mcpServers"), ("vscode", "servers")])
def test_configurations_by_url(client, key, url, authorization):
	server = json.loads(texts(url, authorization)[client])[key][SERVER_NAME]
	assert server["url"] == url
	assert server["headers"] == {"Authorization": authorization}
	assert server.get("type") == ("http" if client == "vscode" else None)


@pytest.mark.parametrize(("url", "authorization"), ODD)
def test_claude_desktop_goes_through_mcp_remote(url, authorization):
	server = json.loads(texts(url, authorization)["claude_desktop"])["mcpServers"][SERVER_NAME]
	assert server["args"][:3] == ["-y", "mcp-remote", url]
	header = server["args"][server["args"].index("--header") + 1]
	variable = header.removeprefix("Authorization:${").removesuffix("}")
	assert server["env"] == {variable: authorization}


@pytest.mark.parametrize(
	("url", "told"),
	[
		(URL, False),
		("http://127.0.0.1:8000/mcp", False),
		("http://localhost/mcp", False),
		("http://erp.lan/mcp", True),
		("http://v16.localhost:8016/mcp", True),
	],
)
def test_mcp_remote_is_told_to_allow_http_where_it_would_refuse(url, told):
	assert ("--allow-http" in texts(url, AUTHORIZATION)["claude_desktop"]) == told


@pytest.mark.parametrize(("url", "authorization"), ODD)
def test_codex(url, authorization):
	(server,) = tomllib.loads(texts(url, authorization)["codex"])["mcp_servers"].values()
	assert server == {"url": url, "http_headers": {"Authorization": authorization}}


@pytest.mark.parametrize(("url", "authorization"), ODD)
def test_curl(url, authorization):
	words = shlex.split(texts(url, authorization)["curl"].replace("\\\n", ""))
	assert words[0] == "curl" and url in words
	headers = [words[i + 1] for i, word in enumerate(words) if word == "-H"]
	assert f"Authorization: {authorization}" in headers
	assert json.loads(words[words.index("-d") + 1])["params"] == {"name": "test_connection"}
