"""The prompts that the app brings along, one JSON file each; administrators may change and delete them."""

import json
from importlib.resources import files
from typing import Any


def shipped() -> list[dict[str, Any]]:
	"""The values of an MCP Prompt each, by name."""
	found = sorted((f for f in files(__name__).iterdir() if f.name.endswith(".json")), key=lambda f: f.name)
	return [json.loads(f.read_text(encoding="utf-8")) for f in found]
