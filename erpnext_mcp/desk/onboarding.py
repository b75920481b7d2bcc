"""The first way in: ticks the steps of the onboarding that have happened, wherever they were done.

Frappe itself ticks a step that was opened from the onboarding, and knows of no other way.
"""

from collections.abc import Callable
from datetime import datetime

import frappe
from frappe.utils import add_to_date, now_datetime

from erpnext_mcp.audit import statistics
from erpnext_mcp.policy import store

ONBOARDING = "ERPNext MCP"
TEST = "test_connection"
NOT_YET_WORK = (TEST, "tools/list")
HOURS = 1
"""How far back to look, every minute: on a busy site a look at all of the audit would cost more than it is worth."""

HAPPENED: dict[str, Callable[[datetime], bool]] = {
	"MCP Make a Profile": lambda since: bool(store.read().profiles),
	"MCP Connect an Agent": lambda since: statistics.has_happened(since),
	"MCP Test the Connection": lambda since: statistics.has_happened(since, tools=(TEST,)),
	"MCP Simulate a Call": lambda since: statistics.was_simulated(since),
	"MCP See the First Call": lambda since: statistics.has_happened(since, others=NOT_YET_WORK),
}
"""By the names of the Onboarding Steps."""


def refresh() -> None:
	"""Ticks what has happened since; does nothing once all is ticked. The caller commits."""
	if not frappe.db.exists("Module Onboarding", ONBOARDING):
		return
	onboarding = frappe.get_doc("Module Onboarding", ONBOARDING)
	if onboarding.is_complete:
		return
	since = add_to_date(now_datetime(), hours=-HOURS)
	for step in onboarding.get_steps():
		if step.is_complete or step.is_skipped:
			continue
		if HAPPENED[step.name](since):
			step.db_set("is_complete", 1)
