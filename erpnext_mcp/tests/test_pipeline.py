"""The one way of a call: who is refused, what the audit keeps, what an error tells."""

import frappe
import pytest

from erpnext_mcp.mcp_server import pipeline
from erpnext_mcp.mcp_server.registry import TOOLS
from erpnext_mcp.policy.operations import AMEND, OPERATIONS

EVERYDAY = OPERATIONS[: OPERATIONS.index(AMEND) + 1]
"""select to amend: what reads and writes documents."""


def test_a_user_without_a_profile_gets_nothing_but_the_reason(call, world, last_entry):
	answer = call(world.STRANGER, "list_generic_documents", doctype="Customer")
	assert answer.error.code == "not_permitted"
	assert "MCP Permission Profile" in answer.error.hint
	entry = last_entry(user=world.STRANGER)
	assert (entry.outcome, entry.reason, entry.profile) == ("Refused", "no profile", "")
	assert [t["name"] for t in call(world.STRANGER, "tools/list").content["tools"]] == ["test_connection"]
	answer = call(world.STRANGER, "test_connection").content
	assert answer["status"] == "no_access" and answer["user"] == world.STRANGER


def test_t58_a_profile_change_is_effective_at_the_next_call(call, world, changed):
	assert call(world.READER, "list_doctypes").error is None
	with changed("MCP Permission Profile", world.PROFILE, enabled=0):
		assert call(world.READER, "list_doctypes").error.code == "not_permitted"
	assert call(world.READER, "list_doctypes").error is None
	with changed("MCP Permission Profile", world.PROFILE, doctype_rules=[]):
		assert call(world.READER, "list_doctypes").content["doctypes"] == []


def test_t58_a_role_removed_is_effective_at_the_next_call(call, world):
	user = frappe.get_doc("User", world.READER)
	assert "Customer" in [d["doctype"] for d in call(world.READER, "list_doctypes").content["doctypes"]]
	try:
		user.remove_roles("Sales User")
		frappe.db.commit()
		assert call(world.READER, "list_generic_documents", doctype="Customer").error.code == "not_found"
	finally:
		frappe.db.rollback()
		frappe.get_doc("User", world.READER).add_roles("Sales User")
		frappe.db.commit()


def test_t44_t58_a_disabled_user_is_refused(call, world, changed):
	with changed("User", world.READER, enabled=0):
		assert call(world.READER, "list_doctypes").error.code == "not_permitted"


@pytest.mark.parametrize("user", ["Guest", "Administrator"])
def test_t44_t76_guest_and_administrator_are_refused(call, world, user):
	answer = call(user, "list_generic_documents", doctype="Customer")
	assert answer.error.code == "not_permitted"


def test_t75_a_disabled_strict_profile_does_not_fall_through(call, world, changed):
	world.profile("MCP Test Wide", roles=["Sales User"], rules={"Customer": ["read"]})
	frappe.db.commit()
	try:
		assert call(world.STRANGER, "list_doctypes").error is None
		with changed("MCP Permission Profile", world.PROFILE, enabled=0):
			assert call(world.READER, "list_doctypes").error.code == "not_permitted"
	finally:
		frappe.delete_doc("MCP Permission Profile", "MCP Test Wide")
		frappe.db.commit()


@pytest.mark.parametrize(
	("values", "refused"),
	[
		({"valid_upto": "2001-01-01 00:00:00"}, True),
		({"valid_from": "2101-01-01 00:00:00"}, True),
		({"valid_from": "2001-01-01 00:00:00", "valid_upto": "2101-01-01 00:00:00"}, False),
		({"networks": [{"network": "192.0.2.0/24"}]}, True),
		({"networks": [{"network": "192.0.2.0/24"}, {"network": "127.0.0.1"}]}, False),
		({"networks": [{"network": "::1/128"}]}, True),
	],
	ids=str,
)
def test_t58_t75_dates_and_networks_deny_without_falling_through(call, world, changed, values, refused):
	world.profile("MCP Test Wide", roles=["Sales User"], rules={"Customer": ["read"]})
	frappe.db.commit()
	try:
		with changed("MCP Permission Profile", world.PROFILE, **values):
			answer = call(world.READER, "list_doctypes")
			assert (answer.error is not None) == refused
			assert not refused or answer.error.code == "not_permitted"
	finally:
		frappe.delete_doc("MCP Permission Profile", "MCP Test Wide")
		frappe.db.commit()


def test_a_write_window_opens_a_read_only_profile_for_a_while(call, world, changed):
	def operations() -> list[str]:
		return call(world.READER, "get_doctype_permissions", doctype="Customer").content["operations"]

	with changed("MCP Permission Profile", world.PROFILE, read_only=1, write_until="2101-01-01 00:00:00"):
		assert "update" in operations()
	with changed("MCP Permission Profile", world.PROFILE, read_only=1, write_until="2001-01-01 00:00:00"):
		assert "update" not in operations()


def test_the_operation_select_shows_names_and_titles_only(call, world, changed):
	rules = [{"document_type": "Customer", "can_select": 1}]
	with changed("MCP Permission Profile", world.PROFILE, doctype_rules=rules):
		tools = [t["name"] for t in call(world.READER, "tools/list").content["tools"]]
		assert "search_generic_documents" in tools and "list_generic_documents" not in tools
		answer = call(
			world.READER, "search_generic_documents", doctype="Customer", search_term="MCP", limit=50
		)
		assert {row["name"] for row in answer.content["documents"]} >= set(world.NORTHERN)
		assert world.HIDDEN not in answer.text, "User Permissions hold for select too"
		assert all(set(row) <= {"name", "customer_name"} for row in answer.content["documents"])
		for tool, arguments in (
			("search_generic_documents", {"search_term": "MCP", "fields": ["territory"]}),
			("get_generic_document", {"name": world.ALPHA}),
			("list_generic_documents", {}),
			("count_generic_documents", {}),
		):
			answer = call(world.READER, tool, doctype="Customer", **arguments)
			assert answer.error.code in ("not_permitted", "field_not_permitted"), tool


def test_the_default_profile_is_for_whom_no_other_matches(call, world, changed):
	with changed("MCP Gateway Settings", "MCP Gateway Settings", default_profile=world.PROFILE):
		assert call(world.STRANGER, "list_doctypes").error is None
		assert call(world.NOBODY, "list_doctypes").content["doctypes"] == []
		assert call("Administrator", "list_doctypes").error.code == "not_permitted"


def test_the_kill_switch_refuses_everything(call, world, changed):
	with changed("MCP Gateway Settings", "MCP Gateway Settings", enabled=0):
		for tool in TOOLS:
			assert call(world.READER, tool).error.code == "unavailable", tool


def test_read_only_leaves_the_reading_operations(call, world, changed):
	for doctype, name in (
		("MCP Permission Profile", world.PROFILE),
		("MCP Gateway Settings", "MCP Gateway Settings"),
	):
		with changed(doctype, name, read_only=1):
			answer = call(world.READER, "get_doctype_permissions", doctype="Customer").content
			assert set(answer["operations"]) <= {"select", "read"}
			assert answer["fields"]["writable"] == []


def test_every_call_leaves_one_entry_with_what_it_did(call, world, last_entry):
	before = frappe.db.count("MCP Audit Entry")
	answer = call(
		world.READER,
		"list_generic_documents",
		doctype="Customer",
		fields=["territory"],
		filters={"name": ["in", list(world.NORTHERN)]},
	)
	assert frappe.db.count("MCP Audit Entry") == before + 1
	entry = last_entry(user=world.READER)
	assert entry.outcome == "Allowed" and entry.reason_code == ""
	assert (entry.tool, entry.operation, entry.reference_doctype) == (
		"list_generic_documents",
		"read",
		"Customer",
	)
	assert (entry.profile, entry.transport) == (world.PROFILE, "test")
	assert entry.profile_revision == str(
		frappe.db.get_value("MCP Permission Profile", world.PROFILE, "modified")
	)
	assert frappe.parse_json(entry.field_names)[:2] == ["name", "territory"]
	assert entry.row_count == 3
	assert entry.byte_count == len(answer.text.encode()) and entry.duration_ms > 0


def test_refusals_are_kept_with_document_and_reason(call, world, last_entry):
	call(world.READER, "get_generic_document", doctype="Customer", name=world.HIDDEN)
	entry = last_entry(user=world.READER)
	assert (entry.outcome, entry.reason_code, entry.reference_name) == ("Refused", "not_found", world.HIDDEN)
	assert entry.reason == "the user has no permission on it", (
		"the administrator learns what the agent does not"
	)
	call(world.READER, "get_generic_document", doctype="Customer", name="Nowhere")
	assert last_entry(user=world.READER).reason == "it does not exist"
	call(world.READER, "list_generic_documents", doctype="User")
	assert last_entry(user=world.READER).reason == f"profile {world.PROFILE} has no rule for it"


def test_the_switch_for_reads_concerns_reads_only(call, world, changed):
	with changed("MCP Gateway Settings", "MCP Gateway Settings", log_reads=0):
		before = frappe.db.count("MCP Audit Entry")
		call(world.READER, "list_doctypes")
		assert frappe.db.count("MCP Audit Entry") == before
		call(world.READER, "get_generic_document", doctype="Customer", name="Nowhere")
		assert frappe.db.count("MCP Audit Entry") == before + 1


def broken(monkeypatch, perform) -> None:
	"""Lets the tool list_doctypes do something else for one test."""
	import dataclasses

	monkeypatch.setitem(TOOLS, "list_doctypes", dataclasses.replace(TOOLS["list_doctypes"], perform=perform))


def test_t43_t54_a_crash_tells_nothing_and_is_kept(call, world, last_entry, monkeypatch):
	def perform(context, arguments):
		raise RuntimeError("SELECT api_secret FROM `tabUser` -- hunter2")

	broken(monkeypatch, perform)
	answer = call(world.READER, "list_doctypes")
	assert answer.error.code == "internal"
	assert "hunter2" not in answer.text and "Traceback" not in answer.text and "tabUser" not in answer.text
	entry = last_entry(user=world.READER)
	assert (entry.outcome, entry.reason_code, entry.reason) == ("Failed", "internal", "RuntimeError")
	assert "hunter2" in frappe.db.get_value("Error Log", answer.content["reference"], "error")


def test_t54_the_entry_survives_the_rollback_of_the_call(call, world, last_entry, monkeypatch):
	def perform(context, arguments):
		frappe.get_doc({"doctype": "ToDo", "description": "left behind by T54"}).insert(
			ignore_permissions=True
		)
		return {"doctypes": []}

	broken(monkeypatch, perform)
	answer = call(world.READER, "list_doctypes")
	assert answer.error.code == "internal", "a reading tool can't write"
	assert not frappe.db.exists("ToDo", {"description": ("like", "%T54%")})
	assert last_entry(user=world.READER).outcome == "Failed"


def test_t24_a_commit_inside_a_reading_tool_changes_nothing(call, world, monkeypatch):
	def perform(context, arguments):
		frappe.db.commit()
		frappe.db.sql("insert into `tabToDo` (name, description) values ('T24', 'T24')")
		return {"doctypes": []}

	broken(monkeypatch, perform)
	assert call(world.READER, "list_doctypes").error is not None
	assert not frappe.db.exists("ToDo", "T24")


def test_no_audit_entry_no_answer(call, world, monkeypatch):
	def fail(entry):
		raise OSError("disk full")

	monkeypatch.setattr(pipeline.audit, "write", fail)
	answer = call(world.READER, "list_generic_documents", doctype="Customer")
	assert answer.error.code == "unavailable" and "documents" not in answer.content


def test_the_transaction_is_writable_again_after_a_call(call, world):
	call(world.READER, "list_doctypes")
	todo = frappe.get_doc({"doctype": "ToDo", "description": "writable"}).insert()
	assert frappe.db.exists("ToDo", todo.name)
	frappe.db.rollback()


def test_t54_nobody_makes_changes_or_deletes_entries(call, world, last_entry):
	call(world.READER, "list_doctypes")
	entry = last_entry(user=world.READER)
	frappe.set_user("Administrator")
	with pytest.raises(frappe.PermissionError):
		frappe.get_doc({"doctype": "MCP Audit Entry", "user": "x", "tool": "x"}).insert(
			ignore_permissions=True
		)
	entry.outcome = "Refused"
	with pytest.raises(frappe.PermissionError):
		entry.save(ignore_permissions=True)
	with pytest.raises(frappe.PermissionError):
		entry.db_set("outcome", "Refused")
	with pytest.raises(frappe.PermissionError):
		frappe.delete_doc("MCP Audit Entry", entry.name, force=True, ignore_permissions=True)
	frappe.db.rollback()
	assert frappe.db.get_value("MCP Audit Entry", entry.name, "outcome") == "Allowed"


@pytest.mark.parametrize(
	("arguments", "said"),
	[
		({}, "missing argument doctype"),
		({"doctype": 5}, "doctype: must be string"),
		({"doctype": "Customer", "limit": "20"}, "limit: must be integer"),
		({"doctype": "Customer", "limit": 0}, "limit: minimum is 1"),
		({"doctype": "Customer", "offset": -1}, "offset: minimum is 0"),
		({"doctype": "Customer", "fields": "name"}, "fields: must be array"),
		({"doctype": "Customer", "ignore_permissions": True}, "unknown argument ignore_permissions"),
		({"doctype": "Customer", "as_list": 1, "debug": 1}, "unknown argument as_list, debug"),
		({"doctype": ""}, "doctype: minLength is 1"),
	],
)
def test_t50_wrong_arguments_are_named(call, world, arguments, said):
	answer = call(world.READER, "list_generic_documents", **arguments)
	assert answer.error.code == "invalid_arguments"
	assert said in answer.error.message
	assert "list_generic_documents takes: doctype (required)" in answer.error.hint


def test_get_system_info(call, world):
	answer = call(world.READER, "get_system_info").content
	assert answer["user"] == world.READER
	assert "Sales User" in answer["roles"] and "All" not in answer["roles"]
	assert answer["profile"] == world.PROFILE
	assert answer["versions"]["frappe"] == frappe.__version__
	assert answer["default_currency"] and answer["time_zone"]


def test_the_default_tool_list_is_cheap(call, world, changed):
	"""DESIGN §6: under 3,000 tokens, counted as bytes / 4, for who reads and writes; what more a profile opens adds to it."""
	operations = {f"can_{o}": 1 for o in EVERYDAY}
	rules = [{"document_type": d, **operations} for d in ("Quotation", "Sales Order")]
	with changed("MCP Permission Profile", world.PROFILE, doctype_rules=rules):
		answer = call(world.MASTER, "tools/list")
	offered = {t["name"] for t in answer.content["tools"]}
	wanted = {
		t.name
		for t in TOOLS.values()
		if t.available is None and (not t.operations or set(t.operations) & set(EVERYDAY))
	}
	assert wanted | {"make_mapped_document"} <= offered, "else it is not what is to be measured"
	assert len(answer.text.encode()) / 4 < 3000
