"""docs/clients.md and docs/oauth.md say what the desk and the code say, and the programs on the page run."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import frappe
import pytest

import erpnext_mcp
from erpnext_mcp.api.oauth import client_metadata, metadata, registration
from erpnext_mcp.desk.connect import snippets

DOCS = Path(erpnext_mcp.__file__).parents[1] / "docs"
CLIENTS, OAUTH = ((DOCS / f"{name}.md").read_text(encoding="utf-8") for name in ("clients", "oauth"))
URL, AUTHORIZATION = "https://erp.example.com/mcp", "token API_KEY:API_SECRET"
FENCE = r"```(\w+)\n(.*?)\n```"
LANGUAGES = {snippets.SHELL: "sh"}


def marked(note: str) -> list[tuple[str, str]]:
	"""Language and text of the code blocks after `<!-- note -->`."""
	return re.findall(rf"<!-- {note} -->\n{FENCE}", CLIENTS, re.DOTALL)


@pytest.mark.parametrize("snippet", snippets.snippets(URL, AUTHORIZATION), ids=lambda s: s.key)
def test_the_page_pastes_what_the_desk_pastes(snippet):
	assert marked(f"snippet: {snippet.key}") == [
		(LANGUAGES.get(snippet.language, snippet.language), snippet.text)
	]


def test_the_page_has_no_snippets_that_the_desk_has_not():
	keys = {snippet.key for snippet in snippets.snippets(URL, AUTHORIZATION)}
	assert set(re.findall(r"<!-- snippet: (\w+) -->", CLIENTS)) == keys


def plain(text: str) -> str:
	"""Without the mark-up of either side: Markdown here, the desk's own arrows there."""
	return re.sub(r"\s+", " ", re.sub(r"[`*\"“”]", "", text).replace("→", ">"))


@pytest.mark.parametrize("key", ["claude_code", "claude_desktop", "cursor", "vscode", "codex", "curl"])
def test_the_page_says_the_notes_of_the_desk(key):
	(snippet,) = (s for s in snippets.snippets(URL, AUTHORIZATION) if s.key == key)
	page = plain(CLIENTS)
	for note in snippet.notes:
		assert plain(note) in page


def here(text: str, server, key: str) -> str:
	assert URL in text and AUTHORIZATION in text
	return text.replace(URL, f"{server.base_url}/mcp").replace(AUTHORIZATION, key)


def test_the_python_program_runs(server, world, reader_key, tmp_path):
	((language, text), *_others) = marked("runs")
	assert language == "python"
	program = tmp_path / "program.py"
	program.write_text(here(text, server, reader_key))
	done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=60)
	assert done.returncode == 0, done.stderr
	assert "list_generic_documents" in done.stdout and world.ALPHA in done.stdout


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is missing")
def test_the_javascript_program_runs(server, world, reader_key):
	clients = pytest.importorskip("dev.clients")
	(*_others, (language, text)) = marked("runs")
	assert language == "javascript"
	program = clients.install() / "page.mjs"
	program.write_text(here(text, server, reader_key))
	done = subprocess.run(["node", program], capture_output=True, text=True, timeout=60)
	assert done.returncode == 0, done.stderr
	assert "list_generic_documents" in done.stdout and world.ALPHA in done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is missing")
def test_the_curl_line_runs(server, site, world, reader_key):
	((_language, text),) = marked("snippet: curl")
	command = here(text, server, reader_key)
	if site.kind == "bench":
		command += f' -H "Host: {site.name}"'
	done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
	assert '"status":"ok"' in done.stdout.replace('\\"', '"'), done.stdout + done.stderr


def test_the_figures_of_registration_are_those_of_the_code():
	assert f"At most {registration.MOST_PER_HOUR} registrations an hour" in OAUTH
	assert f"at most {registration.MOST_UNUSED} clients" in OAUTH
	assert f"up to {client_metadata.MOST_URIS} redirect URIs" in OAUTH
	for name in (*client_metadata.GRANT_TYPES, *client_metadata.METHODS):
		assert f"`{name}`" in OAUTH
	assert f"`{registration.SCOPES}`" in OAUTH


def test_the_paths_are_those_of_the_code():
	server = metadata.authorization_server("")
	for endpoint in ("authorization_endpoint", "token_endpoint", "revocation_endpoint"):
		assert f"`{server[endpoint]}`" in OAUTH
	assert f"`POST {metadata.METHODS}register_client`" in OAUTH
	assert f"`{metadata.RESOURCE}{metadata.PATH}`" in OAUTH and f"`{metadata.SERVER}`" in OAUTH
	assert f"`{metadata.OPENID}{metadata.PATH}`" in OAUTH


def test_an_access_token_lives_as_long_as_the_page_says(world):
	from frappe.integrations.oauth2 import get_oauth_server

	lifetime = get_oauth_server().default_token_type.expires_in
	assert f"| access token | {lifetime} seconds |" in OAUTH


def test_settings_that_the_pages_name_exist(world):
	labels = {df.label for df in frappe.get_meta("MCP Gateway Settings").fields}
	options = frappe.get_meta("MCP Gateway Settings").get_field("oauth_clients_allowed").options.split("\n")
	for label in (
		"OAuth Registration",
		"OAuth Clients Allowed",
		"Allowed Origins",
		"Require HTTPS",
		"Enabled",
	):
		assert label in labels and f"*{label}*" in OAUTH.replace("**", "*")
	for option in options:
		assert f"**{option}**" in OAUTH
