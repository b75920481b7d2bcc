"""The parts of the profile form that need no browser, by node's own test runner."""

from pathlib import Path

from erpnext_mcp.tests import scripts


@scripts.needs_node
def test_profile_form(tmp_path: Path):
	scripts.passes("profile", tmp_path)
