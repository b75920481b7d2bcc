"""The form of an MCP Prompt: what is wrong with a text is said, and what was saved is what clients are offered."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from dev.browser.desk import RUN, Desk, settle

USER = "prompt.user@example.com"
NAME = f"greet_{RUN}"


@pytest.fixture
def authorization(desk: Desk):
	desk.user(USER, "Sales User")
	desk.insert(
		"MCP Permission Profile",
		profile_name="Prompt: Customers",
		users=[{"user": USER}],
		doctype_rules=[{"document_type": "Customer", "can_read": 1}],
	)
	desk.made.append(("MCP Prompt", NAME))
	yield desk.api_key(USER)
	desk.clean()


def test_a_prompt_is_written_and_offered(desk: Desk, open_desk, authorization, watch):
	watch.allow("417", "placeholders that are no arguments")  # the first try
	page = open_desk("mcp-prompt/new")
	page.locator("textarea[data-fieldname=text]:visible").fill("Write a greeting to {customer}.")
	fill(page, "prompt_name", NAME)
	fill(page, "title", "Greet a customer")
	page.keyboard.press("Tab")  # Frappe moves things when a field is left: a click that does it may miss
	save(page)
	problem = page.locator(".modal.show", has_text="placeholders that are no arguments")
	expect(problem).to_contain_text("customer")
	problem.locator(".btn-modal-close").click()
	expect(problem).to_be_hidden()

	table = page.locator(".frappe-control[data-fieldname=arguments]")
	table.locator(".grid-add-row").click()
	table.locator(".grid-body .grid-row [data-fieldname=argument]").first.click()
	table.locator("input[data-fieldname=argument]:visible").fill("customer")
	page.locator("input[data-fieldname=title]:visible").first.focus()
	save(page)
	expect(page.locator(".page-head:visible .indicator-pill").first).to_contain_text("Enabled")
	offered = {prompt["name"]: prompt for prompt in prompts(desk, authorization)}
	assert offered[NAME]["title"] == "Greet a customer"
	assert [argument["name"] for argument in offered[NAME]["arguments"]] == ["customer"]


def fill(page: Page, fieldname: str, value: str) -> None:
	page.locator(f"input[data-fieldname={fieldname}]:visible").first.fill(value)


def save(page: Page) -> None:
	page.locator(".page-actions .primary-action:visible").click()
	settle(page)


def prompts(desk: Desk, authorization: str) -> list[dict]:
	answer = httpx.post(
		f"{desk.base_url}/mcp",
		json={"jsonrpc": "2.0", "id": 1, "method": "prompts/list"},
		headers={"Authorization": authorization, "MCP-Protocol-Version": "2025-11-25"},
		trust_env=False,
		timeout=60,
	)
	return answer.raise_for_status().json()["result"]["prompts"]
