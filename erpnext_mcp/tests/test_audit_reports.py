"""The desk's reports on the audit: what they count, who may run them, what they show to whom."""

import datetime
import json
from importlib import import_module
from types import SimpleNamespace

import frappe
import pytest
from frappe.desk import query_report
from frappe.utils import getdate, nowdate

from erpnext_mcp.audit import entry as audit
from erpnext_mcp.audit import statistics
from erpnext_mcp.mcp_server import pipeline
from erpnext_mcp.mcp_server.caller import Caller

REPORTS = {
	"MCP Calls per Day": "mcp_calls_per_day",
	"MCP Slowest Tools": "mcp_slowest_tools",
	"MCP Refusals by Reason": "mcp_refusals_by_reason",
	"MCP Calls by Client": "mcp_calls_by_client",
	"MCP Session Replay": "mcp_session_replay",
}
NASTY = "<img src=x onerror='alert(1)'>"


@pytest.fixture
def calls(call, world) -> None:
	"""Calls of every outcome."""
	assert call(world.READER, "list_doctypes").error is None
	assert call(world.READER, "get_generic_document", doctype="Customer", name=world.HIDDEN).error
	assert call(world.STRANGER, "list_doctypes").error
	frappe.db.rollback()


def execute(report: str, run_by: str = "Administrator", /, **filters) -> SimpleNamespace:
	"""The columns, rows, message and chart of a report."""
	module = import_module(f"erpnext_mcp.erpnext_mcp.report.{REPORTS[report]}.{REPORTS[report]}")
	frappe.set_user(run_by)
	try:
		found = [*module.execute(frappe._dict(filters)), None, None][:4]
	finally:
		frappe.set_user("Administrator")
	return SimpleNamespace(**dict(zip(("columns", "rows", "message", "chart"), found, strict=True)))


@pytest.mark.parametrize("report", REPORTS)
def test_administrators_of_mcp_run_it(report, auditor, calls):
	found = execute(report, auditor)
	assert found.rows
	fieldnames = {column["fieldname"] for column in found.columns}
	assert fieldnames <= set(found.rows[0]) | {"changed"}


@pytest.mark.parametrize("report", REPORTS)
def test_t55_nobody_else_does(report, world, calls):
	for user in (world.READER, world.NOBODY):
		with pytest.raises(frappe.PermissionError):
			execute(report, user)
		frappe.set_user(user)
		with pytest.raises(frappe.PermissionError):
			query_report.run(report, filters=json.dumps({}))
		frappe.set_user("Administrator")


@pytest.mark.parametrize("report", REPORTS)
def test_the_desk_runs_it(report, auditor, calls):
	frappe.set_user(auditor)
	found = query_report.run(report, filters=json.dumps({"from_date": nowdate(), "to_date": nowdate()}))
	assert found["result"] and found["columns"]
	script = query_report.get_script(report)["script"]
	assert f'frappe.query_reports["{report}"]' in script


def test_t55_no_profile_opens_them(call, world, changed):
	rules = [{"report": report, "acknowledged": 1} for report in REPORTS]
	for doctype in ("Customer", "MCP Audit Entry"):
		opened = [{"document_type": doctype, "can_read": 1}]
		try:
			with changed("MCP Permission Profile", world.PROFILE, report_rules=rules, doctype_rules=opened):
				for report in REPORTS:
					answer = call(world.READER, "run_report", report=report)
					assert answer.error and answer.error.code in ("not_found", "invalid_arguments")
		except frappe.ValidationError:
			frappe.db.rollback()  # it can't even be saved


def test_calls_per_day(calls, call, world):
	def today():
		(row,) = [r for r in execute("MCP Calls per Day").rows if r["day"] == getdate()]
		return row

	before = today()
	call(world.READER, "list_doctypes")
	call(world.STRANGER, "list_doctypes")
	after = today()
	assert [after[f] - before[f] for f in ("calls", "allowed", "refused", "failed")] == [2, 1, 1, 0]
	assert after["calls"] == after["allowed"] + after["refused"] + after["failed"]
	assert after["users"] >= 2
	chart = execute("MCP Calls per Day").chart
	assert chart["data"]["labels"][-1] == str(getdate().day)
	assert [d["values"][-1] for d in chart["data"]["datasets"]] == [
		after["allowed"],
		after["refused"],
		after["failed"],
	]


def test_days_outside_of_the_dates_are_left_out(calls):
	assert execute("MCP Calls per Day", from_date="2001-01-01", to_date="2001-12-31").rows == []


def test_slowest_tools_and_refusals(calls, world):
	rows = {r["tool"]: r for r in execute("MCP Slowest Tools").rows}
	row = rows["list_doctypes"]
	assert row["calls"] >= 1 and row["p50"] <= row["p95"] <= row["slowest"]
	found = execute("MCP Refusals by Reason").rows
	assert any(r["reason_code"] == "not_permitted" and r["reason"] == "no profile" for r in found)
	assert not any(
		r["reason"] == "no profile" for r in execute("MCP Refusals by Reason", outcome="Failed").rows
	)


@pytest.mark.parametrize(
	("histogram", "p50", "p95"),
	[
		({}, 0, 0),
		({7: 1}, 7, 7),
		({1: 1, 2: 1}, 1, 2),
		({1: 50, 2: 45, 900: 5}, 1, 2),
		({1: 94, 900: 6}, 1, 900),
		({n: 1 for n in range(1, 101)}, 50, 95),
	],
	ids=str,
)
def test_percentiles(histogram, p50, p95):
	assert (statistics.percentile(histogram, 50), statistics.percentile(histogram, 95)) == (p50, p95)


def test_calls_by_client_and_markup_in_their_names(call, world):
	frappe.set_user(world.READER)
	pipeline.run(Caller(world.READER, "test", "API key abc", client_name=NASTY), "list_doctypes", {})
	pipeline.run(Caller(world.READER, "test", client_name="Q & A"), NASTY, {})
	frappe.set_user("Administrator")
	rows = {(r["client_name"], r["credential"]): r for r in execute("MCP Calls by Client").rows}
	row = rows["&lt;img src=x onerror=&#39;alert(1)&#39;&gt;", "API key abc"]
	assert row["profile"] == world.PROFILE and row["allowed"] >= 1
	assert ("Q & A", None) in rows or ("Q & A", "") in rows
	for report in REPORTS:
		found = execute(report)
		assert "<img" not in json.dumps([found.rows, found.chart], default=str)


def test_a_session_is_replayed_in_its_order(call, world, changed):
	def step(tool, **arguments):
		frappe.set_user(world.MASTER)
		answer = pipeline.run(caller, tool, arguments)
		frappe.set_user("Administrator")
		assert answer.error is None, answer.content

	caller = Caller(world.MASTER, "test", "API key replay", client_name=frappe.generate_hash(length=8))
	step("get_generic_document", doctype="Customer", name=world.ALPHA, fields=["name", "website"])
	with changed("MCP Gateway Settings", "MCP Gateway Settings", log_values=1):
		step("update_generic_document", doctype="Customer", name=world.ALPHA, data={"website": NASTY})
		step("update_generic_document", doctype="Customer", name=world.ALPHA, data={"website": ""})
	rows = execute("MCP Session Replay", session=caller.session).rows
	assert [(r["operation"], r["reference_name"], r["sitting"]) for r in rows] == [
		("read", world.ALPHA, 1),
		("update", world.ALPHA, 1),
		("update", world.ALPHA, 1),
	]
	assert "website" in rows[0]["fields"] and rows[0]["changed"] == ""
	assert "website: (empty) → " in rows[1]["changed"] and "&lt;img" in rows[1]["changed"]
	assert execute("MCP Session Replay", session=caller.session, user=world.READER).rows == []
	assert len(execute("MCP Session Replay", user=world.MASTER).rows) >= 3


def test_t53_values_are_shown_to_system_managers_alone(call, world, changed, auditor):
	with changed("MCP Gateway Settings", "MCP Gateway Settings", log_values=1):
		call(
			world.MASTER,
			"update_generic_document",
			doctype="Customer",
			name=world.ALPHA,
			data={"website": "https://4711.example.com"},
		)
		call(
			world.MASTER,
			"update_generic_document",
			doctype="Customer",
			name=world.ALPHA,
			data={"website": ""},
		)
	found = execute("MCP Session Replay", auditor, user=world.MASTER)
	assert "4711" not in json.dumps(found.rows, default=str)
	assert "changed" not in {c["fieldname"] for c in found.columns}
	found = execute("MCP Session Replay", user=world.MASTER)
	assert "4711" in json.dumps(found.rows, default=str)
	assert "changed" in {c["fieldname"] for c in found.columns}


def test_a_session_that_pauses_goes_on_in_a_new_sitting():
	start = datetime.datetime(2026, 1, 1, 12)
	minutes = [("a", 0), ("b", 10), ("a", 29), ("b", 40), ("a", 58), ("a", 88)]
	rows = [{"session": s, "timestamp": start + datetime.timedelta(minutes=m)} for s, m in minutes]
	assert [r["sitting"] for r in statistics.with_sittings(rows)] == [1, 1, 1, 2, 1, 2]


def test_a_long_replay_says_that_it_was_cut(admin, monkeypatch, calls):
	monkeypatch.setattr(statistics, "MOST_ROWS", 1)
	found = execute("MCP Session Replay")
	assert len(found.rows) == 1 and "first 1 calls" in found.message


def test_the_period_that_filters_mean():
	assert statistics.Period.of("2026-01-05", "2026-01-07") == statistics.Period(
		datetime.date(2026, 1, 5), datetime.date(2026, 1, 7)
	)
	assert statistics.Period.of(None, "2026-01-30").first == datetime.date(2026, 1, 1)


def test_entries_are_found_by_time_user_and_session(admin):
	"""The columns by which the reports look for entries have an index."""
	indexed = {df.fieldname for df in frappe.get_meta(audit.DOCTYPE).fields if df.search_index}
	assert {"timestamp", "user", "session"} <= indexed


def test_the_chart_of_days(calls):
	def labels(**filters) -> list[str]:
		return execute("MCP Calls per Day", **filters).chart["data"]["labels"]

	assert len(labels()) == 30  # days without calls, too
	assert labels(from_date="2001-01-01", to_date="2001-12-31") == []
	assert labels(from_date="2001-01-01")[-1] == nowdate()
