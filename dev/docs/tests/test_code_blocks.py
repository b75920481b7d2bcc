"""Every code block of every page is held against its language; the command lines also where they stand in the text."""

import pytest

from dev.docs import shell
from dev.docs.code import check
from dev.docs.markdown import Block, blocks, inline_code, name_of, pages

BLOCKS = [block for page in pages() for block in blocks(page)]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.where)
def test_the_block_is_what_its_language_says(block: Block):
	try:
		check(block)
	except (ValueError, SyntaxError) as e:
		raise AssertionError(f"{block.where}: {e}") from None


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_commands_in_the_text_exist(page):
	for line, text in inline_code(page):
		if text.startswith(("bench ", "make ")):
			try:
				shell.check_inline(text)
			except shell.Unknown as e:
				raise AssertionError(f"{name_of(page)}:{line}: {e}") from None


@pytest.mark.parametrize(
	("text", "commands"),
	[
		("cd x && make demo  # comment", [["cd", "x"], ["make", "demo"]]),
		("A=1 sudo bench \\\n  start | tee log > file", [["bench", "start"], ["tee", "log"]]),
		("for x in 1 2; do\n\tcurl $x 2> /dev/null\ndone", [["curl", "$x"]]),
		("cat > file <<'END'\nbench nonsense\nEND\nls", [["cat"], ["ls"]]),
		("curl -d '{\n\"a\": 1}' url", [["curl", "-d", '{\n"a": 1}', "url"]]),
	],
)
def test_scripts_are_split_into_commands(text: str, commands: list[list[str]]):
	assert list(shell.commands(text)) == commands


@pytest.mark.parametrize(
	"text",
	[
		"bench --site S mcp statuss",
		"bench --site S mcp status --formats json",
		"bench --site S mcp status --format xml",
		"bench --site S mcp lift",
		"bench mcp serve --workers none",
		"bench --sites S migrate",
		"bench --site S migrat",
		"bench --site S migrate --skip-everything",
		"bench",
		"make demos",
		"make test BRANCH=x",
		"python -m dev.engine.nothing",
		"frobnicate now",
		"echo x && bench --site S mcp statuss",
	],
)
def test_what_does_not_exist_is_found(text: str):
	with pytest.raises(shell.Unknown):
		shell.check(text)


@pytest.mark.parametrize(
	"text", ["bench --site S mcp seal | verify", "bench mcp serve --porte 1", "make tests"]
)
def test_what_does_not_exist_is_found_in_the_text(text: str):
	with pytest.raises(shell.Unknown):
		shell.check_inline(text)


@pytest.mark.parametrize(
	("language", "text"),
	[
		("", "anything"),
		("rust", "fn main() {}"),
		("json", '{"a": 1,}'),
		("jsonc", "// comment\n{"),
		("python", "def x(:"),
		("sh", "if true; then"),
		("sh", "bench --site S nonsense"),
		("nginx", "server { listen 80 }"),
		("nginx", "server { listen 80;"),
		("ini", "[Service]\nExecStart=bench mcp serve"),
		("ini", "[Service]\nExecStart=/usr/local/bin/bench mcp server"),
		("ini", "[Servise]\nUser=frappe"),
		("procfile", "mcp bench mcp serve"),
		("procfile", "mcp: bench mcp serve --portt 1"),
		("toml", "a = "),
		("yaml", "a: [1"),
		("dockerfile", "FORM debian"),
		("http", "Hello"),
		("mermaid", "flowchart TD\n a[x --> b"),
	],
)
def test_what_is_wrong_is_found(language: str, text: str, tmp_path):
	with pytest.raises((AssertionError, ValueError, SyntaxError)):
		check(Block(tmp_path / "page.md", 1, language, text))
