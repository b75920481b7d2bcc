"""Runs the desk's scripts that need no browser by node's own test runner."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import erpnext_mcp

APP = Path(erpnext_mcp.__file__).parent
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="needs node, as the desk's bundles do")


def passes(area: str, folder: Path) -> None:
	"""Asserts that `tests/js/AREA.test.js` does, with what it imports of `public/js`.

	:param folder: an empty one
	"""
	for part in ("lib", area):
		shutil.copytree(APP / "public" / "js" / part, folder / part)
	shutil.copytree(APP / "tests" / "js", folder / "tests")
	# Bundles are ES modules, and node takes .js files for such only where a package.json says so.
	(folder / "package.json").write_text(json.dumps({"type": "module"}))
	result = subprocess.run(
		[NODE, "--test", f"tests/{area}.test.js"], cwd=folder, capture_output=True, text=True, timeout=60
	)
	assert result.returncode == 0, result.stdout[-5000:] + result.stderr[-2000:]
