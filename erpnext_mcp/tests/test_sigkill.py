"""The process that serves is killed by SIGKILL during writes: nothing is half done, and nothing without its audit entry."""

import json
import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import frappe
import pytest
from frappe.utils import flt

from erpnext_mcp.tests import writes
from erpnext_mcp.tests.endpoint import Endpoint

KILLS = int(os.environ.get("SIGKILLS", "50"))
KILLS_ON_SQLITE = 20
"""Of KILLS at most: with its one writer each takes twice as long there."""
USER = "mcp.accounts@example.com"
PROFILE = "MCP Test Kill"
DOCTYPE = "Sales Invoice"
CLIENTS = 4
ROWS = 3
LONGEST = 0.15
"""Seconds that a server lives after its first answer, at most."""


@pytest.fixture
def accountant(world, admin):
	world.make_user(USER, "Accounts User", "Accounts Manager", "Sales User")
	frappe.delete_doc_if_exists("MCP Permission Profile", PROFILE)
	world.profile(PROFILE, users=[USER], rules={DOCTYPE: ["read", "create", "submit", "cancel"]})
	writes.item()
	frappe.db.commit()
	yield world.api_key(USER)
	writes.delete(DOCTYPE, *frappe.get_all(DOCTYPE, filters={"owner": USER}, pluck="name"))
	frappe.delete_doc("MCP Permission Profile", PROFILE)
	frappe.delete_doc("User", USER, force=True)
	frappe.db.commit()


class Clients:
	"""Agents that create, submit and cancel invoices one after the other until they are told to stop."""

	def __init__(self, base_url: str, key: str, data: dict):
		self.endpoint = Endpoint(base_url, key)
		self.data = data
		self.told: Counter[tuple[str, str]] = Counter()
		"""(tool, name) of every success that a client was told of."""
		self.refused: list[str] = []
		self.lost = 0
		self.answered = threading.Event()
		self.done = threading.Event()
		self.lock = threading.Lock()

	def run(self) -> None:
		while not self.done.is_set():
			name = self.call("create_generic_document", data=self.data)
			if name and self.call("submit_generic_document", name=name) and random.random() < 0.4:
				self.call("cancel_generic_document", name=name)

	def call(self, tool: str, **arguments) -> str:
		params = {"name": tool, "arguments": {"doctype": DOCTYPE, **arguments}}
		try:
			result = self.endpoint.rpc("tools/call", params).json()["result"]
		except (OSError, ValueError, KeyError, EOFError):
			with self.lock:
				self.lost += 1
			time.sleep(0.01)
			return ""
		except Exception as e:  # http.client's own: the answer broke off
			assert type(e).__module__ == "http.client", e
			with self.lock:
				self.lost += 1
			return ""
		self.answered.set()
		content = result["structuredContent"]
		with self.lock:
			if result.get("isError"):
				self.refused.append(json.dumps(content))
				return ""
			self.told[tool, content["name"]] += 1
		return content["name"]


def test_sigkill_during_writes(killable_server, accountant, world):
	data = {
		"customer": world.ALPHA,
		"company": writes.company(),
		"items": [{"item_code": writes.item(), "qty": n + 1, "rate": 10} for n in range(ROWS)],
	}
	kills = min(KILLS, KILLS_ON_SQLITE) if frappe.db.db_type == "sqlite" else KILLS
	clients = Clients(killable_server.base_url, accountant, data)
	with ThreadPoolExecutor(CLIENTS) as pool:
		running = [pool.submit(clients.run) for _ in range(CLIENTS)]
		try:
			for _ in range(kills):
				clients.answered.clear()
				assert clients.answered.wait(30), clients.refused[-3:]
				time.sleep(random.random() * LONGEST)
				killable_server.kill()
		finally:
			clients.done.set()
		for future in running:
			future.result(60)
	killable_server.stop()
	assert clients.lost >= kills / 2, "the kills met calls on their way"
	# A client repeats nothing here, so all that can be refused is what others hold right now.
	assert {json.loads(r)["code"] for r in clients.refused} <= {"unavailable"}, clients.refused[:3]

	frappe.db.rollback()
	invoices = frappe.get_all(DOCTYPE, filters={"owner": USER}, fields=["name", "docstatus"])
	names = {invoice.name for invoice in invoices}
	assert len(names) > kills / 2
	check_rows(names)
	check_ledger(invoices)

	entries = Counter(
		(e.tool, e.reference_name)
		for e in frappe.get_all(
			"MCP Audit Entry", filters={"user": USER, "outcome": "Allowed"}, fields=["tool", "reference_name"]
		)
	)
	expected = Counter(("create_generic_document", name) for name in names)
	expected += Counter(("submit_generic_document", i.name) for i in invoices if i.docstatus)
	expected += Counter(("cancel_generic_document", i.name) for i in invoices if i.docstatus == 2)
	assert entries == expected, "every document has its entry, and every entry its document"
	assert not clients.told - entries, "what was told is saved"
	assert set(clients.told.values()) <= {1}


def check_rows(names: set[str]) -> None:
	"""Every invoice has all its rows, and there are no rows of others."""
	table = f"{DOCTYPE} Item"
	rows = Counter(
		frappe.get_all(table, filters={"owner": USER, "parenttype": DOCTYPE}, pluck="parent", limit=0)
	)
	assert set(rows) == names and set(rows.values()) == {ROWS}


def check_ledger(invoices: list) -> None:
	"""What is submitted is posted in balance, what is cancelled taken back, what is a draft not posted."""
	for invoice in invoices:
		entries = frappe.get_all(
			"GL Entry",
			filters={"voucher_type": DOCTYPE, "voucher_no": invoice.name},
			fields=["debit", "credit", "is_cancelled"],
		)
		assert bool(entries) == bool(invoice.docstatus), invoice
		assert flt(sum(e.debit - e.credit for e in entries), 2) == 0, invoice
		live = [e for e in entries if not e.is_cancelled]
		assert bool(live) == (invoice.docstatus == 1), invoice
		if live:
			assert flt(sum(e.debit for e in live), 2) == 60
