"""docs/reference/ is what the code says, and leaves nothing out."""

import pytest

from dev.docs import generate
from dev.docs.reference import doctype_fields, tool_words
from dev.docs.reference.page import cell, code, text
from erpnext_mcp.mcp_server.registry import TOOLS


def test_the_reference_is_up_to_date():
	assert not list(generate.outdated()), "run `make docs`, and commit docs/reference"


def test_an_outdated_page_is_found_and_written(tmp_path, monkeypatch, capsys):
	monkeypatch.setattr(generate, "FOLDER", tmp_path)
	assert generate.main("--check") == 1
	assert "tools.md is out of date" in capsys.readouterr().err
	assert generate.main() == 0 and generate.main("--check") == 0
	(tmp_path / "errors.md").write_text("# Errors")
	assert list(generate.outdated()) == ["errors.md"]


def test_nothing_is_on_the_pages_but_files_of_the_generator():
	assert {p.name for p in generate.FOLDER.iterdir()} == set(generate.PAGES)


def test_every_field_is_on_a_page():
	pages = "".join(generate.PAGES[name]() for name in ("settings.md", "doctypes.md"))
	for doctype in doctype_fields.doctypes().values():
		for df in doctype["fields"]:
			if df["fieldtype"] not in doctype_fields.LAYOUT | doctype_fields.SHOWS_ONLY and not df.get(
				"hidden"
			):
				assert f"<br>{code(df['fieldname'])} |" in pages, f"{doctype['name']}.{df['fieldname']}"


def test_every_setting_is_explained():
	"""Whoever decides needs to know what for; what a read-only field holds mostly says its label."""
	for doctype in doctype_fields.doctypes().values():
		for section in doctype_fields.sections(doctype):
			for df in section.fields:
				if df["fieldtype"] in doctype_fields.TABLES or df.get("read_only"):
					continue
				assert df.get("description") or section.description or df.get("reqd"), (
					f"{doctype['name']}.{df['fieldname']} needs a description"
				)


def test_words_are_of_tools_that_there_are():
	"""The other way round is an error of the generator."""
	names = set(TOOLS)
	assert set(tool_words.REFUSALS) == names
	arguments = {a for tool in TOOLS.values() for a in tool.input_schema["properties"]}
	members = {m for tool in TOOLS.values() for m in tool.output_schema["properties"]}
	for words, known in ((tool_words.ARGUMENTS, arguments), (tool_words.ANSWERS, members)):
		for key in words:
			tool, _dot, name = key.rpartition(".")
			of = known if not tool else _of(tool, words is tool_words.ARGUMENTS)
			assert name in of, key


def _of(tool: str, is_argument: bool) -> set[str]:
	found = TOOLS[tool]
	return set((found.input_schema if is_argument else found.output_schema)["properties"])


@pytest.mark.parametrize(
	("plain", "markdown"),
	[
		("a | b", "a \\| b"),
		("a\nb", "a<br>b"),
		("<b>all</b> of it", "all of it"),
		("<script>", "\\<script>"),
		("5 * 6", "5 \\* 6"),
		("table_field", "table_field"),
		("[a]", "\\[a\\]"),
		("", "—"),
	],
)
def test_texts_of_the_app_stay_what_they_are(plain: str, markdown: str):
	assert cell(text(plain)) == markdown
