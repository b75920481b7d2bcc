"""docs/migration.md: its example is imported as it says, its table is what the importer knows, its program runs."""

import re
from pathlib import Path

import erpnext_mcp
from erpnext_mcp.policy.interchange.config import CACHE, CONFIG_OPERATIONS, OPERATORS
from erpnext_mcp.policy.profile import LONGEST_TTL

PAGE = (Path(erpnext_mcp.__file__).parents[1] / "docs" / "migration.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("## Key by key")[2].partition("\n## ")[0]


def block(note: str) -> str:
	return re.search(rf"<!-- {note} -->\n```\w+\n(.*?\n)```", PAGE, re.DOTALL)[1]


def test_the_report_of_the_example_is_the_commands(world, command, tmp_path):
	file = tmp_path / "permissions.json"
	file.write_text(block("config"))
	result = command("import-profile", str(file), "--name", "Sales Agents", "--dry-run")
	assert result.exit_code == 0 and result.stdout == block("report")


def test_the_table_has_every_key_that_the_importer_knows():
	for key in (*CONFIG_OPERATIONS, *CACHE, "allowed_fields", "restricted_fields", "requests_per_hour"):
		assert re.search(rf"`[^`|]*\b{key}\b", TABLE), key
	for key, operator in OPERATORS.items():
		assert f'"{key}"' in TABLE and f"*{operator}*" in TABLE, key
	assert f"({LONGEST_TTL} at most)" in TABLE


def test_the_program_says_what_the_page_says(capsys):
	program = block("runs")
	exec(program, {})
	assert capsys.readouterr().out.strip() == program.rpartition("# ")[2].strip()
