"""An administrator's way from nothing to a call that was seen: a profile from a preset, a field taken away, tried in the simulator,
called for real, found in the audit."""

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from dev.browser.desk import RUN, Desk, settle

AGENT = "walk.agent@example.com"
PROFILE = "Walk: Sales"
CUSTOMER = f"Walk & Sons {RUN} Ltd"
HIDDEN = "website"
SECRET = "https://walk.example.com/4711"


@pytest.fixture
def agent(desk: Desk) -> str:
	"""A user who may sell, and a customer with something to hide."""
	desk.user(AGENT, "Sales User")
	desk.insert("Customer", customer_name=CUSTOMER, customer_type="Company", **{HIDDEN: SECRET})
	desk.made.append(("MCP Permission Profile", PROFILE))
	yield AGENT
	desk.clean()


def test_from_a_preset_to_the_audit(desk: Desk, open_desk, agent):
	page = open_desk("mcp-permission-profile/new")
	_start_from_preset(page, "Sales User")
	_name_it_and_its_user(page, agent)
	_hide_a_field(page)
	_save_after_seeing_what_it_opens(page)

	page.get_by_role("button", name="Simulate", exact=True).click()
	_simulate_reading(page, desk)
	answer = _call(desk, desk.api_key(agent))
	assert answer["document"]["customer_name"] == CUSTOMER
	assert HIDDEN not in answer["document"] and SECRET not in json.dumps(answer)
	_find_it_in_the_audit(page, desk)

	page = open_desk("mcp-permission-profile/view/list")
	_ask_before_it_becomes_wider(page, desk)


def _start_from_preset(page: Page, preset: str) -> None:
	page.get_by_role("button", name="From Preset…").click()
	dialog = _dialog(page, "From Preset")
	dialog.get_by_text(preset, exact=True).click()
	dialog.get_by_role("button", name="Use").click()
	expect(dialog).to_be_hidden()
	settle(page)
	_close_notes(page)


def _close_notes(page: Page) -> None:
	"""What a preset names and this site has not, and what a profile that was saved leaves to be checked."""
	notes = _dialog(page, "Please check")
	if notes.is_visible():
		notes.locator(".btn-modal-close").click()
		expect(notes).to_be_hidden()


def _name_it_and_its_user(page: Page, user: str) -> None:
	page.locator("input[data-fieldname=profile_name]").fill(PROFILE)
	page.get_by_role("checkbox", name="Enabled").check()
	users = page.locator(".frappe-control[data-fieldname=users]")
	users.locator(".grid-add-row").click()
	users.locator(".grid-body .grid-row [data-fieldname=user]").first.click()
	users.locator("input[data-fieldname=user]").fill(user)
	page.locator("[role=option]:visible", has_text=user).first.click()
	expect(page.locator(".mcp-profile-overview")).to_contain_text("Applies to 1 of")


def _hide_a_field(page: Page) -> None:
	page.get_by_role("tab", name="Rules").click()
	_open_fields(page)
	dialog = _dialog(page, "Fields of Customer")
	dialog.locator("input[type=search]").fill("website")
	dialog.locator(f"tr[data-path={HIDDEN}] [data-rule]").select_option("Restricted")
	dialog.get_by_role("button", name="Done").click()
	expect(dialog).to_be_hidden()
	expect(_row(page).locator("button[data-open=fields]")).to_contain_text("hidden")


def _dialog(page: Page, title: str) -> Locator:
	return page.locator(".modal.show").filter(has=page.locator(".modal-title", has_text=title))


def _row(page: Page) -> Locator:
	return page.locator(".mcp-rules tbody", has=page.get_by_role("rowheader", name="Customer", exact=True))


def _open_fields(page: Page) -> None:
	_row(page).locator("button[data-open=fields]").click()


def _save_after_seeing_what_it_opens(page: Page) -> None:
	page.locator(".page-actions .primary-action:visible").click()
	dialog = _dialog(page, "What This Profile Opens")
	expect(dialog.locator(".mcp-widening")).to_contain_text("Customer is opened")
	expect(dialog.locator(".mcp-widening")).to_contain_text(AGENT)
	dialog.get_by_role("button", name="Save").click()
	expect(dialog).to_be_hidden()
	settle(page)
	_close_notes(page)
	assert page.evaluate("cur_frm.is_new() || cur_frm.is_dirty()") in (False, 0, None)


def _simulate_reading(page: Page, desk: Desk) -> None:
	"""The form of the profile leads to the simulator, with its user, who sees at once what he has."""
	page.wait_for_url(f"**{desk.path('mcp-simulator')}*")
	expect(page.locator("[data-verdict=allowed]")).to_contain_text(AGENT)
	page.locator("[data-mode=document]").click()
	part = page.locator("[data-part=document]")
	part.locator("input[data-fieldname=doctype]").fill("Customer")
	page.keyboard.press("Tab")
	part.locator("input[data-fieldname=name]").fill(CUSTOMER)
	page.keyboard.press("Tab")
	settle(page)
	page.locator("[data-ask]").click()
	answer = page.locator("[data-answer]")
	expect(answer).to_contain_text(CUSTOMER)
	expect(answer).not_to_contain_text(HIDDEN)
	expect(page.locator(".mcp-simulator-results")).not_to_contain_text(SECRET)
	fields = page.locator(".mcp-simulator-results [data-fields]")
	fields.locator("summary").click()
	expect(fields.locator("tr", has_text=HIDDEN)).to_contain_text("Hidden")


def _call(desk: Desk, authorization: str) -> dict[str, Any]:
	"""What the agent gets: the same call over MCP, with the user's own key."""
	response = httpx.post(
		f"{desk.base_url}/mcp",
		headers={
			"Authorization": authorization,
			"Accept": "application/json, text/event-stream",
			"MCP-Protocol-Version": "2025-11-25",
		},
		json={
			"jsonrpc": "2.0",
			"id": 1,
			"method": "tools/call",
			"params": {
				"name": "get_generic_document",
				"arguments": {"doctype": "Customer", "name": CUSTOMER},
			},
		},
		timeout=60,
		trust_env=False,
	)
	result = response.raise_for_status().json()["result"]
	assert not result.get("isError"), result
	return result["structuredContent"]


def _find_it_in_the_audit(page: Page, desk: Desk) -> None:
	"""The call and its simulation: one of the agent, the other of the administrator who asked."""
	desk.open(page, f"mcp-audit-entry/view/list?reference_name={quote(CUSTOMER)}")
	rows = page.locator(".frappe-list .list-row-container:visible .list-row")
	expect(rows).to_have_count(2)
	expect(rows.filter(has_text="simulated")).to_have_count(1)
	rows.filter(has_text=AGENT).locator(".list-subject a").first.click()
	headline = page.locator(".mcp-headline:visible")
	expect(headline).to_contain_text(CUSTOMER)
	expect(headline).to_contain_text(AGENT)
	expect(headline).to_contain_text(PROFILE)
	expect(page.locator("#body")).not_to_contain_text(SECRET)


def _ask_before_it_becomes_wider(page: Page, desk: Desk) -> None:
	"""Taking the rule away opens the field: that is said, and "Back" leaves the profile as it was."""
	desk.open(page, f"mcp-permission-profile/{quote(PROFILE)}")
	page.get_by_role("tab", name="Rules").click()
	_open_fields(page)
	dialog = _dialog(page, "Fields of Customer")
	dialog.locator(f"tr[data-path={HIDDEN}] [data-rule]").select_option("")
	dialog.get_by_role("button", name="Done").click()
	page.locator(".page-actions .primary-action:visible").click()
	dialog = _dialog(page, "This Becomes Wider")
	expect(dialog.locator(".mcp-widening")).to_contain_text(
		f"Customer: these fields become readable: {HIDDEN}."
	)
	dialog.get_by_role("button", name="Back").click()
	rules = desk.get("MCP Permission Profile", PROFILE)["field_rules"]
	assert [rule["rule"] for rule in rules if rule["fieldname"] == HIDDEN] == ["Restricted"]
