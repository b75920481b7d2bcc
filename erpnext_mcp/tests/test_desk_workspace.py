"""The workspace in the desk: its figures, who sees them, and that everything it names is there."""

import json
from collections.abc import Callable

import frappe
import pytest
from frappe.desk.desktop import Workspace
from frappe.utils import add_to_date, get_datetime, now_datetime, nowdate

from erpnext_mcp.api.desk import figures
from erpnext_mcp.audit import days, seal, statistics, verified
from erpnext_mcp.audit import entry as audit
from erpnext_mcp.desk import onboarding
from erpnext_mcp.limits import clients
from erpnext_mcp.tests import audits

WORKSPACE = "ERPNext MCP"
CARDS = {
	"MCP Calls Today": figures.calls_today,
	"MCP Refusals Today": figures.refusals_today,
	"MCP Active Clients": figures.active_clients,
	"MCP Last Seal": figures.last_seal,
}
CHARTS = {"MCP Calls by Outcome": figures.calls_by_outcome, "MCP Latency": figures.latency}


def value(figure: Callable) -> int:
	frappe.db.rollback()
	return figure()["value"]


def workspace():
	return frappe.get_doc("Workspace", WORKSPACE)


def test_calls_and_refusals_of_today(call, world):
	before = value(figures.calls_today), value(figures.refusals_today)
	assert call(world.READER, "list_doctypes").error is None
	assert call(world.STRANGER, "list_doctypes").error
	assert (value(figures.calls_today), value(figures.refusals_today)) == (before[0] + 2, before[1] + 1)


def test_yesterday_and_simulations_are_no_calls_of_today(admin):
	before = value(figures.calls_today)
	(old,) = audits.write()
	audits.sql("update `tabMCP Audit Entry` set timestamp = '2001-01-01 10:00:00' where name = %s", old)
	audits.write(simulated_user="somebody@example.com")
	audits.write(transport=audit.DESK)
	assert value(figures.calls_today) == before


@pytest.mark.parametrize("figure", [figures.calls_today, figures.refusals_today, figures.active_clients])
def test_the_list_behind_a_card_shows_what_it_counts(figure, call, world):
	call(world.STRANGER, "list_doctypes")
	audits.write(simulated_user="somebody@example.com", outcome=audit.REFUSED)
	audits.write(transport=audit.DESK, outcome=audit.REFUSED)
	found = figure()
	view, doctype = found["route"]
	assert view == "List"
	filters = [
		[doctype, field, *f] if isinstance(f, list) else [doctype, field, "=", f]
		for field, f in found["route_options"].items()
	]
	assert len(frappe.get_list(doctype, filters=filters)) == found["value"]


def test_active_clients_are_those_of_the_last_24_hours(admin, world):
	before = value(figures.active_clients)
	credential = f"API key {frappe.generate_hash(length=10)}"
	clients.note(credential, world.READER, "One")
	clients.note(credential, world.READER, "Two")
	assert value(figures.active_clients) == before + 1
	audits.sql(
		"update `tabMCP Client` set last_used = %s where name = %s",
		add_to_date(now_datetime(), hours=-25),
		clients.name_of(credential),
	)
	assert value(figures.active_clients) == before


def test_last_seal(admin, monkeypatch):
	audits.clear()
	assert "Never" in figures.last_seal() and "red" not in figures.last_seal()
	(late,) = audits.write()
	assert "red" not in figures.last_seal()
	audits.sql("update `tabMCP Audit Entry` set timestamp = '2001-01-01 10:00:00' where name = %s", late)
	frappe.db.rollback()
	found = figures.last_seal()
	assert "Never" in found and "--red-500" in found and "scheduler" in found
	audits.clear()
	audits.write()
	seal.seal()
	frappe.db.rollback()
	found = figures.last_seal()
	assert "Never" not in found and "red" not in found
	broken = verified.Verified("2026-01-01 10:00:00", "<b>entry x was altered</b>", True, "", 1, 1, 0, "")
	monkeypatch.setattr(verified, "last", lambda: broken)
	found = figures.last_seal()
	assert "--red-500" in found and "&lt;b&gt;entry x was altered" in found


def test_charts(call, world):
	call(world.READER, "list_doctypes")
	call(world.STRANGER, "list_doctypes")
	frappe.db.rollback()
	outcomes, latency = figures.calls_by_outcome(), figures.latency()
	assert len(outcomes["labels"]) == 31
	(today,) = [r for r in statistics.calls_per_day(statistics.Period.of(nowdate(), nowdate())) if r["calls"]]
	assert [d["values"][-1] for d in outcomes["datasets"]] == [today[o] for o in statistics.OUTCOMES]
	half, most = (d["values"][-1] for d in latency["datasets"])
	assert 0 <= half <= most


def test_a_day_that_is_over_is_counted_once(admin):
	days.forget()
	(name,) = audits.write(duration_ms=70)
	yesterday = add_to_date(now_datetime(), days=-1)
	audits.sql("update `tabMCP Audit Entry` set timestamp = %s where name = %s", yesterday, name)
	frappe.db.rollback()
	before = days.figures(statistics.Period.of())
	assert before[-2]["allowed"] >= 1 and before[-2]["p95"] >= 70
	audits.sql("delete from `tabMCP Audit Entry` where name = %s", name)
	frappe.db.rollback()
	kept = days.figures(statistics.Period.of())
	is_over = now_datetime() - days.LATE > get_datetime(nowdate())
	assert (kept[:-1] == before[:-1]) is is_over
	days.forget()
	assert days.figures(statistics.Period.of())[-2]["allowed"] == before[-2]["allowed"] - 1


def test_charts_of_a_site_without_calls_are_empty(admin):
	audits.clear()
	days.forget()
	assert figures.calls_by_outcome() == {} and figures.latency() == {}


@pytest.mark.parametrize("method", [*CARDS.values(), *CHARTS.values()], ids=lambda m: m.__name__)
def test_t55_figures_are_for_administrators(method, auditor, world):
	for user in (world.READER, world.NOBODY, "Guest"):
		frappe.set_user(user)
		with pytest.raises(frappe.PermissionError):
			method()
	frappe.set_user(auditor)
	method()


def test_t55_other_users_have_neither_workspace_nor_cards(auditor, world):
	page = {"name": WORKSPACE, "title": WORKSPACE, "public": 1}
	for user, sees in ((auditor, True), (world.READER, False)):
		frappe.set_user(user)
		assert bool(Workspace(page).is_permitted()) is sees
		for card in CARDS:
			assert frappe.has_permission("Number Card", doc=card) is sees
		for chart in CHARTS:
			assert frappe.has_permission("Dashboard Chart", doc=chart) is sees


def test_everything_the_workspace_names_is_there(admin):
	doc = workspace()
	assert {row.number_card_name for row in doc.number_cards} == set(CARDS)
	assert {row.chart_name for row in doc.charts} == set(CHARTS)
	for row in doc.links:
		if row.type == "Link":
			assert frappe.db.exists(row.link_type, row.link_to), row.link_to
	for row in doc.shortcuts:
		assert frappe.db.exists(row.type, row.link_to), row.link_to
	for row in doc.roles:
		assert frappe.db.exists("Role", row.role)


def test_its_blocks_are_its_rows(admin):
	doc = workspace()
	held = {
		"number_card": ("number_card_name", {row.label for row in doc.number_cards}),
		"chart": ("chart_name", {row.label for row in doc.charts}),
		"shortcut": ("shortcut_name", {row.label for row in doc.shortcuts}),
		"card": ("card_name", {row.label for row in doc.links if row.type == "Card Break"}),
		"onboarding": ("onboarding_name", {"ERPNext MCP"}),
	}
	blocks = json.loads(doc.content)
	assert len({b["id"] for b in blocks}) == len(blocks)
	for kind, (key, names) in held.items():
		assert {b["data"][key] for b in blocks if b["type"] == kind} == names


@pytest.mark.parametrize("card", CARDS)
def test_cards_call_their_methods(card, admin):
	doc = frappe.get_doc("Number Card", card)
	assert doc.type == "Custom" and frappe.get_attr(doc.method) is CARDS[card]
	frappe.is_whitelisted(CARDS[card])


@pytest.mark.parametrize("chart", CHARTS)
def test_charts_call_their_methods(chart, admin):
	doc = frappe.get_doc("Dashboard Chart", chart)
	source = frappe.get_doc("Dashboard Chart Source", doc.source)
	script = source.read_config() if hasattr(source, "read_config") else ""
	assert f"erpnext_mcp.api.desk.figures.{CHARTS[chart].__name__}" in script
	json.loads(doc.custom_options)
	frappe.is_whitelisted(CHARTS[chart])


def test_onboarding_has_five_steps_that_lead_somewhere(admin):
	doc = frappe.get_doc("Module Onboarding", "ERPNext MCP")
	steps = [frappe.get_doc("Onboarding Step", row.step) for row in doc.steps]
	assert len(steps) == 5
	for step in steps:
		if step.action == "Create Entry":
			assert frappe.db.exists("DocType", step.reference_document)
		else:
			assert step.action == "Go to Page"
			slugs = {frappe.scrub(d).replace("_", "-") for d in frappe.get_all("DocType", pluck="name")}
			assert frappe.db.exists("Page", step.path) or step.path in slugs


def test_the_sidebar_names_what_is_there(admin):
	if not frappe.db.exists("DocType", "Workspace Sidebar"):
		pytest.skip("v15 has none")
	doc = frappe.get_doc("Workspace Sidebar", WORKSPACE)
	assert (doc.app, doc.standard) == ("erpnext_mcp", 1)
	for row in doc.items:
		if row.type == "Link":
			assert frappe.db.exists(row.link_type, row.link_to), row.link_to
	icon = frappe.get_doc("Desktop Icon", WORKSPACE)
	assert icon.app == "erpnext_mcp" and icon.link.startswith("/desk/")


def test_the_tile_is_for_administrators(auditor, world):
	from frappe.apps import get_apps

	def tiles(user: str) -> set[str]:
		frappe.set_user(user)
		frappe.local.request_cache.clear()
		return {app["name"] for app in get_apps()}

	assert "erpnext_mcp" in tiles("Administrator")
	assert "erpnext_mcp" not in tiles(world.READER)


def test_the_site_keeps_its_logo():
	assert not frappe.get_hooks("app_logo_url", app_name="erpnext_mcp")


def test_nothing_is_left_in_the_desk(admin, monkeypatch):
	from erpnext_mcp import install

	install._remove_from_desk()
	assert not frappe.db.exists("Onboarding Step", "MCP Make a Profile")
	for doctype in ("Workspace Sidebar", "Desktop Icon"):
		if frappe.db.table_exists(doctype) and frappe.db.has_column(doctype, "app"):
			assert not frappe.db.exists(doctype, {"app": "erpnext_mcp"})
	frappe.db.rollback()
	assert frappe.db.exists("Onboarding Step", "MCP Make a Profile")


def test_steps_of_the_onboarding_are_ticked_when_they_have_happened(admin, world):
	def ticked() -> set[str]:
		onboarding.refresh()
		names = frappe.get_all(
			"Onboarding Step", {"name": ["in", [*onboarding.HAPPENED]], "is_complete": 1}, pluck="name"
		)
		return {name.removeprefix("MCP ") for name in names}

	audits.clear()
	for name in onboarding.HAPPENED:
		frappe.db.set_value("Onboarding Step", name, {"is_complete": 0, "is_skipped": 0})
	steps = {"Make a Profile"}  # the world has one
	assert ticked() == steps
	audits.write(credential="API key x", outcome=audit.REFUSED)
	audits.write(credential="API key x", transport=audit.DESK)
	assert ticked() == steps
	audits.write(credential="API key x", tool="tools/list")
	assert ticked() == (steps := steps | {"Connect an Agent"})
	audits.write(credential="API key x", tool="test_connection")
	assert ticked() == (steps := steps | {"Test the Connection"})
	audits.write(simulated_user="somebody@example.com")
	assert ticked() == (steps := steps | {"Simulate a Call"})
	audits.write(credential="API key x", tool="list_doctypes")
	assert ticked() == steps | {"See the First Call"}
	for name in onboarding.HAPPENED:
		frappe.db.set_value("Onboarding Step", name, "is_complete", 0)
	frappe.db.commit()


def test_the_steps_are_those_that_are_looked_for(admin):
	doc = frappe.get_doc("Module Onboarding", onboarding.ONBOARDING)
	assert {row.step for row in doc.steps} == set(onboarding.HAPPENED)
