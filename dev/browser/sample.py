"""A site to be shown: the demo's data and people, and a month of calls by their agents. To be called on a connected site.

The calls are made over HTTP as an agent makes them; only the clock of the audit says another day.
"""

import random
from datetime import timedelta
from functools import partial
from unittest.mock import patch

import frappe
import httpx
from frappe.utils import now_datetime

from dev.demo.people import Person
from erpnext_mcp.audit.seal import seal

DAYS = 30
CALLED = 220
VERSION = "2026-07-28"
META = "io.modelcontextprotocol/"
CLIENTS = {
	"analyst@demo.example": "claude-ai",
	"sales.north@demo.example": "Claude Code",
	"clerk@demo.example": "Cursor",
}
CALLS = {
	"analyst@demo.example": [
		("list_generic_documents", {"doctype": "Customer", "fields": ["name", "territory"]}),
		(
			"aggregate_generic_documents",
			{"doctype": "Sales Order", "aggregates": [{"function": "count"}], "group_by": ["customer"]},
		),
		("count_generic_documents", {"doctype": "Sales Order"}),
		("list_generic_documents", {"doctype": "Payment Entry"}),
	],
	"sales.north@demo.example": [
		("search_generic_documents", {"doctype": "Customer", "search_term": "Ltd"}),
		("list_generic_documents", {"doctype": "Sales Order", "fields": ["name", "status"]}),
		("get_doctype_schema", {"doctype": "Quotation"}),
		("list_generic_documents", {"doctype": "GL Entry"}),
	],
	"clerk@demo.example": [
		("list_generic_documents", {"doctype": "Sales Invoice", "fields": ["name", "outstanding_amount"]}),
		("count_generic_documents", {"doctype": "Payment Entry"}),
		("list_generic_documents", {"doctype": "Customer"}),
	],
}


WRITER = "sales.north@demo.example"
CUSTOMER = {
	"doctype": "Customer",
	"fields": ["name"],
	"limit": 1,
	"filters": {"customer_group": "Commercial"},
}
LEFT_OUT = ("Item Price",)
FIELD_RULES = (
	{"fieldname": "website", "rule": "Restricted"},
	{"fieldname": "tax_id", "rule": "Masked", "mask_style": "Last Four"},
)
CONDITION = {
	"operation": "update",
	"field": "disabled",
	"operator": "=",
	"value": "0",
	"document_state": "After",
}


def narrow() -> str:
	"""Gives the profile of WRITER some rules that make a difference; the profile's name."""
	profile = frappe.get_doc(
		"MCP Permission Profile",
		frappe.get_all("MCP Profile User", filters={"user": WRITER}, pluck="parent")[0],
	)
	profile.doctype_rules = [row for row in profile.doctype_rules if row.document_type not in LEFT_OUT]
	for row in profile.doctype_rules:
		row.can_print = row.can_attachments = 0
	for rule in FIELD_RULES:
		profile.append("field_rules", {"document_type": "Customer", **rule})
	profile.append("conditions", {"document_type": "Customer", **CONDITION})
	profile.save()
	settings = frappe.get_doc("MCP Gateway Settings")
	settings.log_values = 1
	settings.save()
	frappe.db.commit()
	frappe.local.message_log = []
	return profile.name


def call(base_url: str, person: Person, tool: str, arguments: dict) -> dict:
	"""One tool call; the answer as the agent gets it."""
	meta = {
		f"{META}protocolVersion": VERSION,
		f"{META}clientCapabilities": {},
		f"{META}clientInfo": {"name": CLIENTS.get(person.email, "agent"), "version": "1"},
	}
	params = {"name": tool, "arguments": arguments, "_meta": meta}
	headers = {
		"Authorization": person.authorization,
		"Accept": "application/json, text/event-stream",
		"MCP-Protocol-Version": VERSION,
		"Mcp-Method": "tools/call",
		"Mcp-Name": tool,
	}
	message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
	with httpx.Client(base_url=base_url, headers=headers, timeout=60, trust_env=False) as client:
		return client.post("/mcp", json=message).raise_for_status().json()


def history(base_url: str, people: list[Person]) -> None:
	"""Makes the calls, the same ones each time, as if on the DAYS before this one. The site is served by this process."""
	chance = random.Random(6)
	end = now_datetime()
	moments = sorted(
		end - timedelta(days=chance.randrange(DAYS), minutes=chance.randrange(5, 300)) for _ in range(CALLED)
	)
	for moment in moments:
		person = chance.choice([person for person in people if person.email in CALLS])
		with patch("erpnext_mcp.audit.entry.now", partial(str, moment)):
			call(base_url, person, *chance.choice(CALLS[person.email]))
	writer = next(person for person in people if person.email == WRITER)
	found = call(base_url, writer, "list_generic_documents", CUSTOMER)
	name = found["result"]["structuredContent"]["documents"][0]["name"]
	change = {"so_required": 1, "customer_details": "Orders by phone, mostly on Mondays."}
	call(base_url, writer, "update_generic_document", {"doctype": "Customer", "name": name, "data": change})
	frappe.db.rollback()
	seal()
