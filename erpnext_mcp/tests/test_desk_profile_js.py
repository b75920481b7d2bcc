"""The parts of the profile form that need no browser, by node's own test runner."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import erpnext_mcp

APP = Path(erpnext_mcp.__file__).parent
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="needs node, as the desk's bundles do")
def test_profile_form(tmp_path: Path):
	for folder in ("lib", "profile"):
		shutil.copytree(APP / "public" / "js" / folder, tmp_path / folder)
	shutil.copytree(APP / "tests" / "js", tmp_path / "tests")
	# Bundles are ES modules, and node takes .js files for such only where a package.json says so.
	(tmp_path / "package.json").write_text(json.dumps({"type": "module"}))
	result = subprocess.run(
		[NODE, "--test", "tests/profile.test.js"], cwd=tmp_path, capture_output=True, text=True, timeout=60
	)
	assert result.returncode == 0, result.stdout[-5000:] + result.stderr[-2000:]
