"""A worker loads what its calls need: libraries of tools that few call are left for their first call."""

import os
import subprocess
import sys

PROGRAM = """
import sys
import frappe.app
import erpnext_mcp.hooks, erpnext_mcp.api.guard, erpnext_mcp.api.mcp
before = set(sys.modules)
print(*(name for name in before if name.partition(".")[0] in ("mcp", "mcp_types")))
import erpnext_mcp.mcp_server.wsgi
assert "mcp" in sys.modules
print(*set(sys.modules) - before)
"""
LEFT = ("openpyxl", "xlsxwriter", "xlrd", "frappe.desk.query_report", "pdfkit", "weasyprint")


def test_the_door_loads_neither_the_sdk_before_a_call_nor_spreadsheets_with_it():
	environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
	done = subprocess.run(
		[sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment, timeout=120
	)
	assert done.returncode == 0, done.stderr[-2000:]
	sdk, loaded = done.stdout.splitlines()
	assert not sdk
	assert not set(LEFT) & set(loaded.split())
