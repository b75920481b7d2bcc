"""A notification that has no document, such as that of a broken audit: it is read where it opens, and leads nowhere else."""

import pytest
from playwright.sync_api import expect

from dev.browser.desk import ADMINISTRATOR, Desk

WHAT_TO_DO = "Keep a backup of the database"


@pytest.mark.parametrize("document", [None, ("User", ADMINISTRATOR)], ids=["no document", "a document"])
def test_the_button_is_there_for_what_it_opens(desk: Desk, open_desk, document):
	log = desk.insert(
		"Notification Log",
		subject="The MCP audit is not as it was written.",
		for_user=ADMINISTRATOR,
		type="Alert",
		email_content=f"<p>{WHAT_TO_DO}</p>",
		**(dict(zip(("document_type", "document_name"), document, strict=True)) if document else {}),
	)
	page = open_desk(f"notification-log/{log['name']}")
	expect(page.locator(".form-page:visible")).to_contain_text(WHAT_TO_DO)
	button = page.get_by_role("button", name="Open Reference Document")
	expect(button).to_be_visible(visible=bool(document))
	desk.clean()
