"""The form of a permission profile: what it stores, when it asks, and that names stay text. The walk shows the rest."""

import json
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from dev.browser.desk import Desk, settle

PROFILE = "Form: Sales"
READER = "form.reader@example.com"
MARKUP = '<img src=x onerror="window.broken_out = 1">'


@pytest.fixture
def profile(desk: Desk) -> str:
	desk.insert(
		"MCP Permission Profile",
		profile_name=PROFILE,
		doctype_rules=[{"document_type": "Customer", "can_select": 1, "can_read": 1, "can_create": 1}],
		field_rules=[{"document_type": "Customer", "fieldname": "website", "rule": "Restricted"}],
	)
	yield PROFILE
	desk.clean()


@pytest.fixture
def rules(open_desk, profile) -> Page:
	"""The profile's form, on its tab of rules."""
	page = open_desk(f"mcp-permission-profile/{quote(profile)}")
	page.get_by_role("tab", name="Rules").click()
	return page


def test_a_wider_save_asks_once_and_a_narrower_one_does_not(rules: Page, desk: Desk):
	box(rules, "Update").check()
	for _ in range(3):  # the keys held down
		rules.keyboard.press("Control+s")
	asked = dialog(rules, "This Becomes Wider")
	expect(asked).to_have_count(1)
	expect(asked).to_contain_text("update is allowed")
	rules.keyboard.press("Control+s")
	rules.wait_for_timeout(500)  # longer than Frappe waits before it presses the button
	expect(asked).to_be_visible()
	asked.get_by_role("button", name="Back").click()
	expect(asked).to_have_count(0)
	assert stored(desk)["doctype_rules"][0]["can_update"] == 0

	rules.evaluate("() => { window.saved = 0; cur_frm.save().then(() => { window.saved += 1; }); }")
	asked.get_by_role("button", name="Save").click()
	rules.wait_for_function("window.saved === 1 && !cur_frm.is_dirty()")
	assert stored(desk)["doctype_rules"][0]["can_update"] == 1

	box(rules, "Update").uncheck()
	rules.keyboard.press("Control+s")
	rules.wait_for_function("!cur_frm.is_dirty()")
	expect(rules.locator(".modal.show")).to_have_count(0)
	assert stored(desk)["doctype_rules"][0]["can_update"] == 0


def test_conditions_and_rows_are_stored_as_the_policy_reads_them(rules: Page, desk: Desk):
	rules.locator("button[data-open=conditions]").click()
	conditions = dialog(rules, "Conditions on Customer")
	conditions.get_by_role("button", name="Add a Condition").click()
	conditions.get_by_role("textbox", name="Field").or_(
		conditions.get_by_role("combobox", name="Field")
	).fill("customer_type")
	rules.keyboard.press("Enter")
	conditions.get_by_role("checkbox", name="Company").check()
	expect(conditions).to_contain_text("Create: only if Customer Type is one of Company")
	conditions.get_by_role("button", name="Done").click()
	expect(rules.locator("button[data-open=conditions]")).to_contain_text("1 condition")

	rules.locator("button[data-open=rows]").click()
	rows = dialog(rules, "Rows of Customer")
	rows.get_by_role("button", name="Add a Placeholder").click()
	rows.locator("[data-field]").select_option("owner")
	rows.get_by_role("button", name="Done").click()
	expect(rules.locator("button[data-open=rows]")).to_contain_text("owner = {{user}}")

	rules.keyboard.press("Control+s")
	rules.wait_for_function("!cur_frm.is_dirty()")  # less than before: nothing is asked
	doc = stored(desk)
	[condition] = doc["conditions"]
	assert (condition["operation"], condition["field"], condition["operator"]) == (
		"create",
		"customer_type",
		"in",
	)
	assert json.loads(condition["value"]) == ["Company"]
	assert json.loads(doc["doctype_rules"][0]["row_filter"]) == [["owner", "=", "{{user}}"]]


def test_tables_and_rows_of_checkboxes_are_in_step(rules: Page):
	rules.evaluate("() => cur_frm.get_field('doctype_rules').grid.add_new_row()")
	expect(rules.locator(".mcp-rules tbody")).to_have_count(2)
	rules.evaluate(
		"() => frappe.model.set_value('MCP DocType Rule', cur_frm.doc.doctype_rules[0].name, 'can_read', 0)"
	)
	expect(box(rules, "Read")).not_to_be_checked()
	box(rules, "Select").focus()
	rules.keyboard.press("ArrowRight")
	rules.keyboard.press("Space")
	expect(box(rules, "Read")).to_be_checked()
	expect(box(rules, "Read")).to_be_focused()
	assert rules.evaluate("cur_frm.doc.doctype_rules[0].can_read") == 1


def test_a_closed_doctype_is_refused_with_the_reason(rules: Page):
	add = rules.locator(".mcp-rules-add input")
	add.fill("User")
	rules.locator(".mcp-rules-add [role=option]:visible").filter(
		has=rules.get_by_text("User", exact=True)
	).first.click()
	expect(dialog(rules, "This DocType stays closed")).to_contain_text("User carries permissions")
	expect(rules.locator(".mcp-rules tbody")).to_have_count(1)


def test_markup_in_labels_and_options_stays_text(open_desk, desk: Desk, profile):
	desk.insert(
		"Custom Field",
		dt="Customer",
		fieldname="form_markup",
		label="Markup <b>Field</b>",
		fieldtype="Select",
		options=f"\n{MARKUP}\nplain",
	)
	page = open_desk(f"mcp-permission-profile/{quote(profile)}")
	page.get_by_role("tab", name="Rules").click()
	for what in ("fields", "conditions", "rows"):
		page.locator(f"button[data-open={what}]").click()
		opened = page.locator(".modal.show")
		if what == "conditions":
			opened.get_by_role("button", name="Add a Condition").click()
			page.keyboard.type("form_markup")
			opened.locator(".awesomplete li:visible", has_text="form_markup").first.click()
			expect(opened.locator(".mcp-choices label")).to_have_count(2)
		if what == "rows":
			opened.locator(".add-filter").click()
			opened.locator(".fieldname-select-area input").last.fill("Markup")
			page.keyboard.press("Enter")
			expect(opened.locator(".filter-field select option")).to_have_count(3)
		expect(opened.locator(".modal-body img")).to_have_count(0)
		opened.locator(".btn-modal-close").click()
		expect(opened).to_have_count(0)
	assert page.evaluate("window.broken_out") is None


@pytest.fixture
def reading_role(desk: Desk) -> str:
	"""A role that may read profiles, given as the Role Permissions Manager gives it: beside what was there."""
	manager = "frappe.core.page.permission_manager.permission_manager"
	role = desk.insert("Role", role_name="Form Reader", desk_access=1)["name"]
	desk.call(f"{manager}.add", parent="MCP Permission Profile", role=role, permlevel=0)
	yield role
	desk.call(f"{manager}.reset", doctype="MCP Permission Profile")


def test_who_may_only_read_sees_all_and_changes_nothing(open_desk, desk: Desk, profile, reading_role):
	page = open_desk(f"mcp-permission-profile/{quote(profile)}", user=desk.user(READER, reading_role))
	page.get_by_role("tab", name="Rules").click()
	expect(box(page, "Read")).to_be_checked()
	expect(page.locator(".mcp-rules input[type=checkbox]:enabled")).to_have_count(0)
	page.locator("button[data-open=fields]").click()
	fields = dialog(page, "Fields of Customer")
	expect(fields).to_contain_text("website")
	expect(fields.locator("select:enabled")).to_have_count(0)
	settle(page)


def box(page: Page, operation: str) -> Locator:
	return page.get_by_role("checkbox", name=f"Customer: {operation}", exact=True)


def dialog(page: Page, title: str) -> Locator:
	return page.locator(".modal.show").filter(has=page.locator(".modal-title", has_text=title))


def stored(desk: Desk) -> dict:
	return desk.get("MCP Permission Profile", PROFILE)
