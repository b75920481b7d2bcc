"""T59: the app goes onto a site, through a migrate, off it and back on, and leaves nothing behind."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dev.engine import sites

STATE = """
import json
import frappe
ours = "ERPNext MCP"
print("STATE " + json.dumps({
	"apps": frappe.get_installed_apps(),
	"doctypes": sorted(frappe.get_all("DocType", filters={"module": ours}, pluck="name")),
	"module": bool(frappe.db.exists("Module Def", ours)),
	"tables": sorted(t for t in frappe.db.get_tables(cached=False) if t.startswith("tabMCP ")),
	"role": bool(frappe.db.exists("Role", "MCP Administrator")),
	"settings": {k: v for k, v in frappe.db.get_singles_dict("MCP Gateway Settings").items() if k != "modified"},
	"permissions": frappe.db.count("Custom DocPerm", {"role": "MCP Administrator"}),
}, default=str))
"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Path:
	"""A bench of its own: the commands run as processes of their own, as an administrator would run them."""
	bench = tmp_path_factory.mktemp("lifecycle")
	sites.copy_template(sites.template("sqlite"), bench)
	return bench


def run(bench: Path, *arguments: str) -> str:
	command = [
		sys.executable,
		"-m",
		"dev.engine.bench",
		"--bench",
		str(bench),
		"--site",
		sites.SITE,
		*arguments,
	]
	result = subprocess.run(command, capture_output=True, text=True, timeout=180)
	assert result.returncode == 0, result.stdout + result.stderr
	return result.stdout


def state(bench: Path) -> dict:
	program = f"""
from pathlib import Path
from dev.engine import sites
with sites.connected(Path({str(bench)!r}), sites.SITE):
	exec({STATE!r})
"""
	result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=180)
	assert result.returncode == 0, result.stderr
	(line,) = [line for line in result.stdout.splitlines() if line.startswith("STATE ")]
	return json.loads(line.removeprefix("STATE "))


def test_t59_install_migrate_uninstall_install(bench):
	installed = state(bench)
	assert "erpnext_mcp" in installed["apps"] and installed["role"] and installed["module"]
	assert {"MCP Gateway Settings", "MCP Permission Profile", "MCP Audit Entry"} <= set(installed["doctypes"])
	assert installed["settings"]["enabled"] == "1" and installed["settings"]["max_page_size"] == "100"

	run(bench, "migrate")
	assert state(bench) == installed

	run(bench, "uninstall-app", "erpnext_mcp", "--yes", "--no-backup", "--dry-run")
	assert state(bench) == installed

	run(bench, "uninstall-app", "erpnext_mcp", "--yes", "--no-backup")
	gone = state(bench)
	assert "erpnext_mcp" not in gone["apps"]
	assert gone["doctypes"] == gone["tables"] == [] and not gone["role"] and not gone["module"]
	assert gone["settings"] == {}

	run(bench, "install-app", "erpnext_mcp")
	assert state(bench) == installed
