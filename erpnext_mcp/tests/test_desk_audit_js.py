"""The parts of the audit's form that need no browser, by node's own test runner; and that they know all reason codes."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import erpnext_mcp
from erpnext_mcp.audit.entry import NOT_AUTHENTICATED

APP = Path(erpnext_mcp.__file__).parent
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="needs node, as the desk's bundles do")
def test_audit_form(tmp_path: Path):
	for folder in ("lib", "audit"):
		shutil.copytree(APP / "public" / "js" / folder, tmp_path / folder)
	shutil.copytree(APP / "tests" / "js", tmp_path / "tests")
	# Bundles are ES modules, and node takes .js files for such only where a package.json says so.
	(tmp_path / "package.json").write_text(json.dumps({"type": "module"}))
	result = subprocess.run(
		[NODE, "--test", "tests/audit.test.js"], cwd=tmp_path, capture_output=True, text=True, timeout=60
	)
	assert result.returncode == 0, result.stdout[-5000:] + result.stderr[-2000:]


def test_every_reason_code_has_a_meaning():
	from erpnext_mcp import errors

	codes = {
		c.code
		for c in vars(errors).values()
		if isinstance(c, type) and isinstance(getattr(c, "code", 0), str)
	}
	words = (APP / "public/js/audit/words.js").read_text(encoding="utf-8")
	for code in codes - {""} | {NOT_AUTHENTICATED}:
		assert f"\t{code}: " in words, code
