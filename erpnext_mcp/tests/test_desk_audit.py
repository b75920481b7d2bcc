"""The audit in the desk: sessions to choose from, the export, the status that the settings show, and who gets them."""

import json

import frappe
import pytest
from frappe.deferred_insert import save_to_db
from frappe.utils import add_days, nowdate

from erpnext_mcp.api.desk import audit as desk_audit
from erpnext_mcp.api.desk import settings
from erpnext_mcp.audit import export
from erpnext_mcp.mcp_server import pipeline
from erpnext_mcp.mcp_server.caller import Caller
from erpnext_mcp.tests import audits


def test_t55_plain_users_get_nothing(auditor, world):
	methods = (
		lambda: desk_audit.sessions(days=1),
		lambda: desk_audit.export(nowdate(), nowdate()),
		settings.status,
	)
	for method in methods:
		for user in (world.READER, world.NOBODY, "Guest"):
			frappe.set_user(user)
			with pytest.raises(frappe.PermissionError):
				method()
		frappe.set_user(auditor)
		method()


def test_sessions_the_latest_first(admin, world):
	def session(name: str, tool: str) -> str:
		caller = Caller(world.READER, "test", "API key sessions", client_name=name)
		frappe.set_user(world.READER)
		pipeline.run(caller, tool, {})
		frappe.set_user("Administrator")
		return caller.session

	name = frappe.generate_hash(length=8)
	first = session(name, "list_doctypes")
	second = session(name + "2", "list_doctypes")
	assert session(name, "no_such_tool") == first
	frappe.db.rollback()
	found = {row["session"]: row for row in desk_audit.sessions(days=1)["sessions"]}
	assert (found[first]["calls"], found[first]["refused"], found[second]["calls"]) == (2, 1, 1)
	assert found[first]["client_name"] == name and found[first]["user"] == world.READER
	order = [row["session"] for row in desk_audit.sessions(days=1)["sessions"]]
	assert order.index(first) < order.index(second)


def test_the_export_is_that_of_the_command_line(admin):
	audits.clear()
	names = audits.write(3, changes={"website": ["a", "b"]})
	(old,) = audits.write()
	audits.sql("update `tabMCP Audit Entry` set timestamp = '2001-01-01 10:00:00' where name = %s", old)
	frappe.db.rollback()
	file = desk_audit.export(nowdate(), nowdate())
	rows = [json.loads(line) for line in file["content"].splitlines()]
	assert [row["name"] for row in rows] == names
	assert rows == list(export.entries(nowdate()))
	assert file["filename"] == f"mcp-audit-{nowdate()}-{nowdate()}.jsonl"
	head, *lines = desk_audit.export(nowdate(), nowdate(), "csv")["content"].splitlines()
	assert head.startswith("timestamp,name") and len(lines) == 3
	assert desk_audit.export("2002-01-01", "2002-12-31")["content"] == ""


def test_t53_values_leave_with_system_managers_alone(auditor):
	audits.clear()
	audits.write(changes={"website": ["4711", "4712"]})
	frappe.db.rollback()
	assert "4711" in desk_audit.export(nowdate(), nowdate())["content"]
	frappe.set_user(auditor)
	for form in export.FORMATS:
		content = desk_audit.export(nowdate(), nowdate(), form)["content"]
		assert "4711" not in content and "changes" not in content


def test_an_export_is_bounded_and_on_record(admin, monkeypatch):
	audits.write(2)
	frappe.db.rollback()

	def logs() -> int:
		save_to_db()  # what Frappe has put off
		return frappe.db.count("Access Log", {"export_from": "MCP Audit Entry"})

	before = logs()
	desk_audit.export(nowdate(), nowdate())
	assert logs() == before + 1
	monkeypatch.setattr(desk_audit, "MOST_ENTRIES", 1)
	with pytest.raises(frappe.ValidationError, match="export-audit"):
		desk_audit.export(add_days(nowdate(), -1), nowdate())
	with pytest.raises(frappe.ValidationError):
		desk_audit.export(nowdate(), nowdate(), "xlsx")


def test_the_status_says_what_applies(admin, world, changed, reader_key):
	before = settings.status()
	assert before["enabled"] and not before["default_profile"]
	assert 0 < before["working"] <= before["users"]
	with changed("MCP Gateway Settings", "MCP Gateway Settings", enabled=0, read_only=1):
		found = settings.status()
		assert (found["enabled"], found["read_only"]) == (False, True)
