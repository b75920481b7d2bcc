"""Every day the audit is verified, and what is wrong is told once, with what to do about it."""

from collections.abc import Iterator

import frappe
import pytest

from erpnext_mcp import hooks
from erpnext_mcp.api import jobs
from erpnext_mcp.audit import verified
from erpnext_mcp.tests import audits
from erpnext_mcp.tests.test_suspension import told

__all__ = ["told"]

MANAGER = "mcp.verified.manager@example.com"


@pytest.fixture(autouse=True)
def clean(fresh_audit) -> Iterator[None]:
	verified.forget()
	frappe.db.commit()
	yield
	verified.forget()
	frappe.db.commit()


@pytest.fixture
def manager(admin, world) -> Iterator[str]:
	world.make_user(MANAGER, "System Manager")
	frappe.db.commit()
	yield MANAGER
	frappe.db.rollback()
	frappe.delete_doc("User", MANAGER, force=True)
	frappe.db.commit()


def tamper(name: str) -> None:
	audits.sql("update `tabMCP Audit Entry` set user = 'x' where name = %s", name)


def test_the_scheduler_knows_it():
	assert "erpnext_mcp.api.jobs.verify_audit" in hooks.scheduler_events["daily_long"]


def test_what_is_as_written_is_kept_and_not_told(told):
	assert verified.last() is None
	audits.sealed(3)
	audits.write(2)
	jobs.verify_audit()
	found = verified.last()
	assert (found.problem, found.finished, found.since) == ("", True, "")
	assert (found.seals, found.entries, found.unsealed) == (1, 3, 2) and found.at and not told


def test_each_finding_is_told_once_to_who_can_do_something(told, manager):
	((one, two, three),) = audits.sealed(3)
	tamper(two)
	jobs.verify_audit()
	assert two in verified.last().problem
	assert manager in told[0][0]
	values = told[0][1]
	assert two in values["subject"] and not values["document_type"]
	assert f"bench --site {frappe.local.site} mcp verify-audit" in values["email_content"].replace(
		"<strong>", ""
	).replace("</strong>", "")
	sent = len(told)
	jobs.verify_audit()
	assert len(told) == sent, "the same again"
	tamper(min(one, three))
	audits.sql("delete from `tabMCP Audit Seal`")
	jobs.verify_audit()
	assert len(told) > sent, "another one"


def test_what_was_mended_and_breaks_again_is_told_again(told, manager):
	((name,),) = audits.sealed(1)
	tamper(name)
	jobs.verify_audit()
	sent = len(told)
	audits.sql("update `tabMCP Audit Entry` set user = 'auditor@example.com' where name = %s", name)
	jobs.verify_audit()
	assert not verified.last().problem and len(told) == sent
	tamper(name)
	jobs.verify_audit()
	assert len(told) == 2 * sent


def test_it_gives_up_after_its_time_and_looks_at_what_is_new_next(told, manager):
	((name,),) = audits.sealed(1)
	found, is_news = verified.run(time_limit=-1)
	assert (found.finished, found.problem, is_news) == (False, "", False)
	tamper(name)
	found, is_news = verified.run()
	assert found.finished and found.since and name in found.problem and is_news


def test_the_notification_opens_with_what_to_do(manager, told):
	((name,),) = audits.sealed(1)
	tamper(name)
	jobs.verify_audit()
	from frappe.desk.doctype.notification_log.notification_log import make_notification_logs

	users, values = next(t for t in told if manager in t[0])
	make_notification_logs(frappe._dict(values), users)
	logs = frappe.get_all(
		"Notification Log", filters={"for_user": manager}, fields=["name", "subject", "email_content"]
	)
	(log,) = [log for log in logs if name in log.subject]
	assert "mcp_audit_former_keys" in log.email_content and "verify-audit" in log.email_content
	frappe.db.rollback()
