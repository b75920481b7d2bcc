"""What the pages of docs/ show is done here as they say: profiles are imported, curl calls the endpoint, filters find documents.

A profile is a JSON block with the format of ours, or one with `<!-- profile -->` before it. A curl line is run if its URL ends with /mcp; `<!-- answers N -->`
before its block says with what status, if it is not 200.
"""

import json
import re
import shutil
import subprocess

import frappe
import pytest

pytest.importorskip("markdown_it")

from dev.docs import shell
from dev.docs.markdown import ROOT, Block, blocks, inline_code, pages
from erpnext_mcp.policy.interchange import save
from erpnext_mcp.policy.interchange.notes import UNRESOLVED
from erpnext_mcp.policy.interchange.profile_file import FORMAT
from erpnext_mcp.tests import business

BLOCKS = [block for page in pages() for block in blocks(page)]
KEY = "API_KEY:API_SECRET"
ON_V15 = frappe.__version__.startswith("15.")
TOOLS = ROOT / "docs" / "reference" / "tools.md"


def is_profile(block: Block) -> bool:
	return block.language == "json" and (block.note == "profile" or f'"{FORMAT}"' in block.text)


def calls() -> list[tuple[Block, list[str]]]:
	"""The curl commands that call the endpoint, each with the block it stands in."""
	return [
		(block, words)
		for block in BLOCKS
		if block.language in ("sh", "bash")
		for words in shell.commands(block.text)
		if words[0] == "curl" and any(re.fullmatch(r"https?://\S+/mcp(\?\S*)?", word) for word in words)
	]


@pytest.mark.parametrize("block", filter(is_profile, BLOCKS), ids=lambda block: block.where)
def test_profiles_can_be_imported(block: Block, admin):
	if frappe.db.exists("MCP Permission Profile", json.loads(block.text)["name"]):
		frappe.delete_doc("MCP Permission Profile", json.loads(block.text)["name"])
	imported = save.import_profile(save.read(block.text))
	assert imported.enabled and not imported.notes.of(UNRESOLVED)


@pytest.mark.parametrize(("block", "words"), calls(), ids=lambda value: getattr(value, "where", ""))
def test_curl_calls_the_endpoint(block: Block, words: list[str], site, server, reader_key):
	"""As the page has it, but for the address and the key."""
	curl = shutil.which("curl")
	if not curl:
		pytest.skip("curl is missing")
	here = [re.sub(r"^https?://[^/]+(/mcp.*)", rf"{server.base_url}\1", word) for word in words[1:]]
	here = [word.replace(f"token {KEY}", reader_key) for word in here]
	assert here != words[1:]
	status = ["-o", "-", "-w", "\n%{http_code}", "--noproxy", "*", "-H", f"Host: {site.name}"]
	done = subprocess.run([curl, *here, *status], capture_output=True, text=True, timeout=60)
	body, _newline, code = done.stdout.rpartition("\n")
	wanted = re.fullmatch(r"answers (\d+)", block.note)
	assert code == (wanted[1] if wanted else "200"), body
	if not wanted:
		assert json.loads(body)["result"]["isError"] is False
		assert '"status":"ok"' in body, "what the page promises"


def test_filters_of_the_reference_find_documents(call, admin, granted, world):
	"""On Sales Order, which has the fields that the examples name."""
	text = TOOLS.read_text(encoding="utf-8")
	first, last = (text[: text.index(f"## {h}")].count("\n") for h in ("Filters", "Errors of every call"))
	shown = [json.loads(c) for line, c in inline_code(TOOLS) if first < line <= last and c[0] in "[{"]
	assert len(shown) == 4
	business.build(world)
	try:
		with granted({"Sales Order": "read"}):
			for filters in shown:
				if isinstance(filters, list) and filters[0] == "Sales Order Item":
					filters = [filters]
				answer = call(world.MASTER, "list_generic_documents", doctype="Sales Order", filters=filters)
				code = answer.error and answer.error.code
				assert code is None or (code == "unsupported" and ON_V15 and "and" in str(filters)), filters
	finally:
		business.destroy()
