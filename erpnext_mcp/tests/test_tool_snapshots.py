"""Each tool's public schema is kept as a file, so that a review sees every change of what clients are told.

After a change that is meant: UPDATE_SNAPSHOTS=1 make test, and commit the files.
"""

import json
import os
from pathlib import Path

import pytest

from erpnext_mcp.mcp_server.registry import TOOLS

MOST_TOKENS = 4000
SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize("name", list(TOOLS))
def test_the_schema_is_as_reviewed(name: str):
	shown = json.dumps(TOOLS[name].as_wire(), indent=2, ensure_ascii=False) + "\n"
	path = SNAPSHOTS / f"{name}.json"
	if os.environ.get("UPDATE_SNAPSHOTS"):
		path.parent.mkdir(exist_ok=True)
		path.write_text(shown, encoding="utf-8")
	assert path.exists(), f"run with UPDATE_SNAPSHOTS=1 and commit {path.name}"
	assert path.read_text(encoding="utf-8") == shown


def test_no_snapshot_is_left_of_a_tool_that_is_gone():
	assert {p.stem for p in SNAPSHOTS.glob("*.json")} == set(TOOLS)


def test_the_list_of_all_tools_is_bounded():
	"""What a user to whom everything is open pays, in bytes / 4. The promise of DESIGN §6 is tested in test_pipeline."""
	shown = json.dumps([t.as_wire() for t in TOOLS.values()], ensure_ascii=False, separators=(",", ":"))
	assert len(shown.encode()) / 4 < MOST_TOKENS


@pytest.mark.parametrize("name", list(TOOLS))
def test_schemas_are_strict(name: str):
	"""DESIGN §6: no unknown arguments, no top-level anyOf, `items` on every array."""
	tool = TOOLS[name]
	assert tool.input_schema["type"] == "object"
	assert tool.input_schema["additionalProperties"] is False
	assert not {"anyOf", "oneOf", "allOf"} & set(tool.input_schema)
	assert tool.title and tool.description and tool.annotations and tool.output_schema["type"] == "object"

	def walk(schema) -> None:
		if isinstance(schema, dict):
			kinds = schema.get("type")
			if kinds == "array" or (isinstance(kinds, list) and "array" in kinds):
				assert "items" in schema, schema
			for value in schema.values():
				walk(value)

	walk(tool.input_schema)
	walk(tool.output_schema)
