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


def inside(bench: Path, program: str) -> str:
	"""What a program prints that runs with the site connected."""
	program = f"""
from pathlib import Path
from dev.engine import sites
with sites.connected(Path({str(bench)!r}), sites.SITE):
	exec({program!r})
"""
	result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=180)
	assert result.returncode == 0, result.stderr
	return result.stdout


def told(output: str) -> dict:
	"""The line that begins with STATE, which a program prints."""
	(line,) = [line for line in output.splitlines() if line.startswith("STATE ")]
	return json.loads(line.removeprefix("STATE "))


def state(bench: Path) -> dict:
	return told(inside(bench, STATE))


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


BIND = """
import frappe
user = "bound@example.com"
if not frappe.db.exists("User", user):
	frappe.get_doc({"doctype": "User", "email": user, "first_name": "Bound", "send_welcome_email": 0}).insert()
doc = frappe.get_doc("User", user)
doc.api_key, doc.api_secret = "bound-key", "bound-secret"
doc.save()
frappe.get_doc({
	"doctype": "MCP Permission Profile", "profile_name": "Bound", "restrict_to_mcp": 1, "users": [{"user": user}],
	"doctype_rules": [{"document_type": "ToDo", "can_read": 1}],
}).insert()
frappe.db.commit()
"""
CREDENTIAL = """
import json
import frappe
from frappe.utils.password import get_decrypted_password
print("STATE " + json.dumps({
	"secret": get_decrypted_password("User", "bound@example.com", "api_secret", raise_exception=False),
	"remembered": frappe.db.count("DefaultValue", {"parent": "__erpnext_mcp_bound"}),
}))
"""


def test_t72_uninstalling_ends_bound_keys_unless_they_were_released(bench):
	inside(bench, BIND)
	alive = {"secret": "bound-secret", "remembered": 1}
	listed = run(bench, "uninstall-app", "erpnext_mcp", "--yes", "--no-backup", "--dry-run")
	assert "would be revoked" in listed and "bound@example.com: API key bound-key" in listed
	assert told(inside(bench, CREDENTIAL)) == alive

	listed = run(bench, "uninstall-app", "erpnext_mcp", "--yes", "--no-backup")
	assert "are revoked now" in listed and "bound@example.com: API key bound-key" in listed
	assert told(inside(bench, CREDENTIAL)) == {"secret": None, "remembered": 0}

	run(bench, "install-app", "erpnext_mcp")
	inside(bench, BIND)
	assert "Released" in run(bench, "mcp", "release", "--yes")
	listed = run(bench, "uninstall-app", "erpnext_mcp", "--yes", "--no-backup")
	assert "bound-key" not in listed
	assert told(inside(bench, CREDENTIAL)) == {"secret": "bound-secret", "remembered": 0}
	run(bench, "install-app", "erpnext_mcp")
