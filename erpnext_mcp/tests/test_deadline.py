"""The time that a whole call has, and HTTPS where the settings require it."""

import time

import frappe
import pytest

from erpnext_mcp.documents.deadline import deadline
from erpnext_mcp.errors import Timeout
from erpnext_mcp.mcp_server.address import came_by_https
from erpnext_mcp.tests.endpoint import Endpoint

SETTINGS = ("MCP Gateway Settings", "MCP Gateway Settings")


def test_statements_after_the_end_are_refused(admin):
	with pytest.raises(Timeout), deadline(1, time.perf_counter() - 2):
		frappe.db.count("User")
	assert frappe.db.count("User"), "the connection is as it was"


def test_who_swallows_it_is_late_all_the_same(admin):
	with pytest.raises(Timeout), deadline(1, time.perf_counter() - 2):
		try:
			frappe.db.count("User")
		except Timeout:
			pass


def test_in_time_nothing_happens(admin):
	before = frappe.db.__dict__.get("sql")
	with deadline(60, time.perf_counter()):
		assert frappe.db.count("User")
	with deadline(0, 0):
		assert frappe.db.count("User")
	assert frappe.db.__dict__.get("sql") is before


@pytest.mark.parametrize("tool", ["list_generic_documents", "create_generic_document"])
def test_t23_a_call_that_takes_too_long_is_undone_and_told(
	call, changed, world, monkeypatch, last_entry, tool
):
	from frappe.model.document import Document

	arguments = {"doctype": "Customer"}
	if tool == "create_generic_document":
		# As slow as a hook can be; the customer is inserted already.
		monkeypatch.setattr(
			Document, "run_post_save_methods", lambda self: (time.sleep(1.1), frappe.db.count("User"))
		)
		arguments["data"] = {"customer_name": "MCP Too Late"}
		with changed(*SETTINGS, request_timeout=1):
			answer = call(world.MASTER, tool, **arguments)
	else:
		with changed(*SETTINGS, request_timeout=1):
			real = time.perf_counter
			monkeypatch.setattr("erpnext_mcp.documents.deadline.time.perf_counter", lambda: real() + 2)
			answer = call(world.MASTER, tool, **arguments)
			monkeypatch.undo()
	assert answer.error.code == "timeout" and "1 seconds" in answer.error.message
	entry = last_entry(tool=tool)
	assert (entry.outcome, entry.reason) == ("Failed", "request timeout")
	assert not frappe.db.exists("Customer", {"customer_name": "MCP Too Late"})


@pytest.mark.parametrize(
	("scheme", "peer", "proto", "secure"),
	[
		("https", "203.0.113.7", "", True),
		("http", "127.0.0.1", "https", True),
		("http", "10.0.0.2", "https", True),
		("http", "", "https", True),
		("http", "127.0.0.1", "http", False),
		("http", "127.0.0.1", "", False),
		("http", "127.0.0.1", "https, http", False),
		("http", "203.0.113.7", "https", False),
		("http", "198.51.100.1", "https", True),
	],
)
def test_t46_who_may_say_that_it_was_https(scheme, peer, proto, secure):
	assert came_by_https(scheme, peer, proto, ["198.51.100.0/24"]) == secure


def test_https_is_required_where_the_settings_say_so(server, site, changed, reader_key):
	endpoint = Endpoint(server.base_url, reader_key, site.name if site.kind == "bench" else "")
	with changed(*SETTINGS, require_https=1):
		refused = endpoint.rpc("ping")
		assert refused.status == 403 and "HTTPS" in refused.json()["error"]["message"]
		if site.kind == "bench":  # the embedded engine's web server believes no header
			assert endpoint.rpc("ping", headers={"X-Forwarded-Proto": "https"}).status == 200
	assert endpoint.rpc("ping").status == 200
